"""A piece of a page that is rendered once and filled in."""

import pytest
from django.template import Context, Template, engines
from hypothesis import given
from hypothesis import strategies as st

from branchyear.lib import shaped
from branchyear.lib.shaped import Shaped

PIECE = """{% if who %}<b title="{{ who }}">{{ who }}</b>{% endif %}{% for entry in menu %}<a href="{{ entry }}">
{{ count|default:"none" }}</a>{% endfor %}{{ who }}"""

hostile = st.text(st.sampled_from("<>&\"'{%}\ue000\ue001whocount 张"), max_size=12)


@pytest.fixture
def rendered(monkeypatch):
    """How often the template's engine was asked."""
    asked = []
    template = engines["django"].from_string(PIECE)

    class Counted:
        def render(self, context):
            asked.append(context)
            return template.render(context)

    monkeypatch.setattr(shaped, "get_template", lambda name: Counted())
    return asked


@pytest.mark.parametrize("menu", [(), ("/a/",), ("/a/", '/b/?c="&d')])
@given(who=hostile, count=hostile)
def test_it_is_what_the_template_would_have_said(menu, who, count):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shaped, "get_template", lambda name: engines["django"].from_string(PIECE))
        piece = Shaped("any.html")({"who": who, "count": count}, menu=menu)
    assert piece == Template(PIECE).render(Context({"who": who, "count": count, "menu": menu}))


def test_it_is_rendered_once_for_each_shape(rendered):
    piece = Shaped("any.html")
    for who in ("张三", "李四", "王五"):
        assert who in piece({"who": who, "count": "1"}, menu=("/a/",))
    assert len(rendered) == 1
    assert "<b" not in piece({"who": "", "count": "1"}, menu=("/a/",))
    assert "/b/" in piece({"who": "张三", "count": "1"}, menu=("/b/",))
    assert len(rendered) == 3


def test_words_of_one_person_do_not_stay_for_the_next(rendered):
    piece = Shaped("any.html")
    piece({"who": "张三", "count": "7"}, menu=("/a/",))
    assert "张三" not in piece({"who": "李四", "count": "8"}, menu=("/a/",))
    assert "张三" not in str(rendered)
