"""Boxes written in Python are those of Django's own templates."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.safestring import mark_safe

from branchyear.lib.widgets import WRITERS, Written

EVIL = "<b>\"'&党"
CHOICES = [("a", "一"), ("b", EVIL), ("c", mark_safe("<i>三</i>")), (1, 2)]
GROUPED = [("组" + EVIL, CHOICES[:2]), ("d", "四")]
ATTRS = {"id": "x-1", "class": "wide", "data-a": EVIL, "required": True, "hidden": False, "rows": 5}

WIDGETS = {
    "text": (forms.TextInput(ATTRS), ["", None, EVIL, "一", 7, mark_safe("<u>")]),
    "hidden": (forms.HiddenInput(), [1234, None]),
    "number": (forms.NumberInput({"min": 0, "max": 1234}), [12345, None]),
    "email": (forms.EmailInput(), ["a@b.cn"]),
    "password": (forms.PasswordInput(), ["not shown"]),
    "date": (forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), ["2022-04-25", None]),
    "textarea": (forms.Textarea(ATTRS), ["", None, EVIL, "一\n二", mark_safe("<u>")]),
    "radio": (forms.RadioSelect(ATTRS, choices=CHOICES), ["", "a", None]),
    "grouped": (forms.RadioSelect(choices=GROUPED), ["d"]),
    "boxes": (forms.CheckboxSelectMultiple(choices=CHOICES), [["a", "c"], []]),
    "select": (forms.Select(choices=GROUPED), ["d"]),
}


def lines(html):
    """Without the blanks that the templates have between tags."""
    return re.sub(r">\s+", "> ", html).replace("> <", "><")


@pytest.mark.parametrize("name", WIDGETS)
def test_as_djangos_templates_write_them(name):
    widget, values = WIDGETS[name]
    for value in values:
        for attrs in (None, {"id": "id_one", "aria-describedby": "help-1"}):
            own = widget.render("one", value, attrs, Written())
            assert lines(own) == lines(widget.render("one", value, attrs, DjangoTemplates()))


def test_every_writer_is_tried_and_the_portal_uses_them():
    tried = {widget.template_name for widget, _ in WIDGETS.values()}
    assert set(WRITERS) <= tried
    assert isinstance(get_default_renderer(), Written)
