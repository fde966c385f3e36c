import pytest
from django.http import QueryDict

from branchyear.lib.paging import page_of


@pytest.mark.parametrize(
    ("query", "number", "length"),
    [
        ("", 1, 50),
        ("size=20&page=2", 2, 20),
        ("size=7", 1, 50),
        ("size=²&page=x", 1, 50),
        ("page=99", 3, 5),
        ("page=-1&size=100", 2, 5),
    ],
)
def test_a_page_is_what_the_pager_offers_or_the_usual_one(query, number, length):
    page = page_of(QueryDict(query), list(range(105)))

    assert (page.number, len(page)) == (number, length)
