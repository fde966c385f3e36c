"""JSON has types: what is described as a text, a whole number or yes/no is taken as nothing else.

DRF is made for forms, where everything is text, and makes of ``0`` a "no" or a name "0". A program that sends such a
thing means something else; it is told instead of having it stored.
"""

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

_KINDS = (
    (serializers.BooleanField, lambda value: isinstance(value, bool), "应为 true 或 false。"),
    (
        (serializers.IntegerField, serializers.PrimaryKeyRelatedField),
        lambda value: (
            (isinstance(value, int) and not isinstance(value, bool))
            or (isinstance(value, float) and value.is_integer())
        ),
        "应为整数。",
    ),
    (serializers.CharField, lambda value: isinstance(value, str), "应为文字。"),
)


def require_types(form, data):
    """400 beside each field of ``form`` that was given another type. A posted form has no types."""
    if isinstance(data, dict) and not hasattr(data, "lists"):
        if wrong := _wrong(form, data):
            raise ValidationError(wrong)


def _wrong(form, data):
    told = {
        name: _problem(field, data[name]) for name, field in form.fields.items() if name in data
    }
    return {name: problem for name, problem in told.items() if problem}


def _problem(field, value):
    """What is wrong with one value, by place inside it; what is missing or null is the field's own to judge."""
    if value is None:
        return None
    if isinstance(field, serializers.BaseSerializer) and not hasattr(field, "child"):
        return _wrong(field, value) if isinstance(value, dict) else None
    if hasattr(field, "child"):
        places = (
            value.items()
            if isinstance(value, dict)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        told = {str(place): _problem(field.child, each) for place, each in places}
        return {place: problem for place, problem in told.items() if problem}
    for kind, fits, sentence in _KINDS:
        if isinstance(field, kind):
            return None if fits(value) else [sentence]
    return None
