"""Templates hold structure only: the browser refuses inline styles and scripts (strict CSP).

Names every place with a ``style`` attribute or element, a script without ``src`` (data blocks are
allowed), an ``on…`` handler, htmx code attributes, or a ``javascript:`` address.

And a form that is posted does its work once: it holds ``{% once %}``, or says why posting it again is
harmless: ``{# again: the reason #}``.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APART = {".venv", "node_modules", "staticfiles", "var"}

# Django's own marks are blanked, so that "{% if a > b %}" does not end a tag.
TEMPLATE_MARK = re.compile(
    r"{%\s*comment\b.*?endcomment\s*%}|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->", re.S
)
TAG = re.compile(r"""<([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^<>"'])*)>""", re.S)
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?""", re.S)


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def faults(text):
    """Yield (line, what) for everything the Content-Security-Policy would refuse."""
    text = TEMPLATE_MARK.sub(_blank, text)
    for tag in TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        name = tag.group(1).lower()
        attributes = {key.lower(): value for key, value in ATTRIBUTE.findall(tag.group(2))}
        if name == "style":
            yield line, "<style> element"
        if (
            name == "script"
            and "src" not in attributes
            and "json" not in attributes.get("type", "")
        ):
            yield line, "<script> without src"
        for key, value in attributes.items():
            if key == "style":
                yield line, "style attribute"
            if key.startswith("on") or key.startswith(("hx-on", "data-hx-on")):
                yield line, f"{key} handler"
            if value.strip("\"' \n").lower().startswith(("javascript:", "js:")):
                yield line, f"code in {key}"


FORM_EDGE = re.compile(r"</?form\b", re.I)


def unguarded_forms(text):
    """Yield (line, what) for every form whose work would be done twice when it is posted twice."""
    blanked = TEMPLATE_MARK.sub(_blank, text)
    for tag in TAG.finditer(blanked):
        attributes = {key.lower(): value for key, value in ATTRIBUTE.findall(tag.group(2))}
        method = attributes.get("method", "").strip("\"'").lower()
        if tag.group(1).lower() != "form" or method != "post":
            continue
        edge = FORM_EDGE.search(blanked, tag.end())
        inside = text[tag.end() : edge.start() if edge else None]
        if "{% csrf_token %}" in inside and not re.search(r"{% once %}|{# again: [^#\s]", inside):
            yield text.count("\n", 0, tag.start()) + 1, "form without {% once %}"


def templates(root):
    for path in sorted(root.rglob("*.html")):
        inside = path.relative_to(root).parts
        if "templates" in inside and not APART.intersection(inside):
            yield path


def main(root=ROOT):
    found = 0
    for path in templates(root):
        text = path.read_text(encoding="utf-8")
        for line, what in sorted([*faults(text), *unguarded_forms(text)]):
            print(f"{path.relative_to(root)}:{line}: {what}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
