"""Addresses from the kept forms are those of ``reverse``."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, get_resolver, reverse, set_script_prefix

from branchyear.lib.routes import path_to


def names():
    """Every name of the portal with how many keys it takes."""
    found = []

    def walk(resolver, before, keys):
        for name, forms in resolver.reverse_dict.lists():
            if isinstance(name, str):
                found.extend((before + name, keys + len(form[0][0][1])) for form in forms)
        for space, (_, inner) in resolver.namespace_dict.items():
            walk(inner, f"{before}{space}:", keys)

    walk(get_resolver(), "", 0)
    return found


def reversed_(name, keys):
    try:
        return reverse(name, args=keys)
    except (NoReverseMatch, TypeError):  # a converter that knows words only
        return None


def test_every_page_is_where_reverse_says_it_is():
    asked = 0
    for name, count in names():
        for keys in ([1, 22, 333][:count], [4, 55, 666][:count]):
            wanted = reversed_(name, keys)
            if wanted is not None and len(keys) == count:
                assert path_to(name, *keys) == wanted, name
                asked += 1
    assert asked > 300


def test_words_are_quoted_and_unknown_pages_are_errors_as_ever():
    assert path_to("help_chapter", "secretary") == reverse("help_chapter", args=["secretary"])
    for keys in ([], [1, 2], [-1]):
        with pytest.raises(NoReverseMatch):
            path_to("tasks:item", *keys)
    with pytest.raises(NoReverseMatch):
        path_to("tasks:no_such_page", 1)


def test_a_portal_below_another_address_is_known():
    try:
        set_script_prefix("/jcjs/")
        assert path_to("tasks:item", 7) == reverse("tasks:item", args=[7]) == "/jcjs/items/7/"
    finally:
        set_script_prefix("/")
    assert path_to("tasks:item", 7) == "/items/7/"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("{% url 'tasks:item' pk %}", "/items/1234/"),
        ("{% url name pk %}", "/items/1234/"),
        ("{% url 'tasks:item' pk=pk %}", "/items/1234/"),
        ("{% url 'tasks:item' pk as there %}[{{ there }}]", "[/items/1234/]"),
        ("{% url 'tasks:no_such_page' as there %}[{{ there }}]", "[]"),
        ("{% url 'home' %}", "/"),
        ("{% url 'admin:index' %}", "/admin/"),
    ],
)
def test_in_templates_too(words, shown):
    assert Template(words).render(Context({"pk": 1234, "name": "tasks:item"})) == shown
    with pytest.raises(NoReverseMatch):
        Template("{% url nothing %}").render(Context())
