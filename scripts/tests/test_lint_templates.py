"""What a strict Content-Security-Policy refuses is found in the template already."""

import pytest

from scripts.lint_templates import faults, main, unguarded_forms


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color:red">', "style attribute"),
        ("<p\n  class=a\n  STYLE = 'x'>", "style attribute"),
        ("<style>p{}</style>", "<style> element"),
        ("<script>go()</script>", "<script> without src"),
        ('<button onclick="go()">', "onclick handler"),
        ('<form hx-on::after-request="go()">', "hx-on::after-request handler"),
        ('<a href=" javascript:go()">', "code in href"),
        ("<div hx-vals='js:{a: b()}'>", "code in hx-vals"),
        ('<i {% if a > b %}class="c"{% endif %} style="x">', "style attribute"),
    ],
)
def test_inline_style_and_script_are_found(text, what):
    assert [found for _, found in faults(text)] == [what]


@pytest.mark.parametrize(
    "text",
    [
        '<script src="{% static "a.js" %}" defer></script>',
        '<script type="application/json" id="d">{"a": 1}</script>',
        '<p class="on" data-style="x" title="style=red onclick=1">',
        "{# <p style=x> #}{% comment %}<style></style>{% endcomment %}<!-- <style> -->",
        "<p>onclick = nothing</p>",
    ],
)
def test_structure_alone_passes(text):
    assert list(faults(text)) == []


def test_the_line_is_named_and_the_check_fails(tmp_path, capsys):
    folder = tmp_path / "app" / "templates"
    folder.mkdir(parents=True)
    (folder / "a.html").write_text("{# one\n two #}\n<p style='x'>")

    assert main(tmp_path) == 1
    assert capsys.readouterr().out == "app/templates/a.html:3: style attribute\n"


@pytest.mark.parametrize(
    "text",
    [
        "<form method=post>{% csrf_token %}<button>好</button></form>",
        '<form action="x" method="POST">\n{% csrf_token %}</form><form>{% once %}</form>',
        "<form method=post>{% csrf_token %}{# once #}{# again: #}</form>",
    ],
)
def test_a_form_that_would_do_its_work_twice_is_found(text):
    assert list(unguarded_forms(text)) == [(1, "form without {% once %}")]


@pytest.mark.parametrize(
    "text",
    [
        "<form method=post>{% csrf_token %}{% once %}</form>",
        "<form method=post>{% csrf_token %}{% if not row %}{% once %}{% endif %}</form>",
        "<form method=post>{% csrf_token %}{# again: guarded by the revision #}</form>",
        "<form>{% csrf_token %}</form><form method=get></form>",
        "{# <form method=post>{% csrf_token %}</form> #}",
    ],
)
def test_a_form_that_does_its_work_once_passes(text):
    assert list(unguarded_forms(text)) == []
