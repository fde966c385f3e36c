"""The boxes of forms as Django's templates write them, without the templates (``FORM_RENDERER``).

A form of four fields renders a dozen templates, a fifth of the time a page with one takes. What is not known here is
left to Django.
"""

from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape as safe

_FOLDER = "django/forms/widgets/"


class Written(DjangoTemplates):
    def render(self, template_name, context, request=None):
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return write(context["widget"])


def _attributes(widget):
    words = []
    for name, value in widget["attrs"].items():
        if value is True:
            words.append(f" {safe(name)}")
        elif value is not False:
            words.append(f' {safe(name)}="{safe(_text(value))}"')
    return "".join(words)


def _text(value):
    """As ``stringformat:'s'``: what was marked safe stays so."""
    return value if isinstance(value, str) else str(value)


def _input(widget):
    value = widget["value"]
    shown = "" if value is None else f' value="{safe(_text(value))}"'
    name, kind = safe(widget["name"]), safe(widget["type"])
    return f'<input type="{kind}" name="{name}"{shown}{_attributes(widget)}>'


def _textarea(widget):
    shown = safe(_text(widget["value"])) if widget["value"] else ""
    return f'<textarea name="{safe(widget["name"])}"{_attributes(widget)}>\n{shown}</textarea>'


def _option(widget):
    box = _input(widget)
    if not widget["wrap_label"]:
        return box
    of = widget["attrs"].get("id")
    belongs = f' for="{safe(of)}"' if of else ""
    return f"<label{belongs}>{box} {safe(_text(widget['label']))}</label>"


def _options(widget):
    attrs, lines = widget["attrs"], []
    for group, options, _ in widget["optgroups"]:
        inside = "".join(f"<div>{_option(option)}</div>" for option in options)
        lines.append(f"<div><label>{safe(group)}</label>{inside}</div>" if group else inside)
    marks = "".join(f' {name}="{safe(attrs[name])}"' for name in ("id", "class") if attrs.get(name))
    return f"<div{marks}>{''.join(lines)}</div>"


WRITERS = {
    **{f"{_FOLDER}{kind}.html": _input for kind in ("text", "hidden", "number", "email", "date", "password")},
    f"{_FOLDER}textarea.html": _textarea,
    f"{_FOLDER}radio.html": _options,
    f"{_FOLDER}checkbox_select.html": _options,
}  # fmt: skip
