"""Fields and saving that the pages of the campaign's content have in common."""

import json

from django import forms
from django.db import models

from branchyear.lib.admin import NeverDeleted, RefusalsBesideFields


class PrettyJSON(forms.JSONField):
    """JSON that a person can read: one entry a line."""

    def __init__(self, **options):
        options["widget"] = forms.Textarea(attrs={"rows": options.pop("rows", 8), "cols": 70})
        options.setdefault(
            "error_messages", {"invalid": "不是有效的 JSON,请检查括号、引号和逗号。"}
        )
        super().__init__(**options)

    def prepare_value(self, value):
        if isinstance(value, (dict, list)):
            return json.dumps(value, ensure_ascii=False, indent=2)
        return super().prepare_value(value)


class Lines(forms.CharField):
    """A list of words, one a line."""

    def __init__(self, **options):
        super().__init__(
            **{
                "widget": forms.Textarea(attrs={"rows": 3, "cols": 60}),
                "help_text": "每行一项。",
                "required": False,
                **options,
            }
        )

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class ThroughServices(RefusalsBesideFields, NeverDeleted):
    """What was changed in the form goes to ``revise(row as stored, by=…, **changes)``."""

    formfield_overrides = {models.JSONField: {"form_class": PrettyJSON}}
    revise = None

    def save_model(self, request, obj, form, change):
        stored = type(obj).objects.get(pk=obj.pk)
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        type(self).revise(stored, by=request.user, **changes)
