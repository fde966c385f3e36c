"""A page of rows, as the pager at its foot offers them: ``?page=2&size=20``."""

from django.core.paginator import Paginator

PAGE_SIZES = (10, 20, 50, 100)  # what the pager offers


def page_of(query, rows, size=50, count=None):
    """The page that ``query`` (an address's parameters) asks for; ``count``: how many rows there are, if that is known.

    A size that is not offered and a page that is no number count as not asked.
    """
    asked = query.get("size", "")
    if asked in map(str, PAGE_SIZES):
        size = int(asked)
    pages = Paginator(rows, size)
    if count is not None:
        pages.count = count
    return pages.get_page(query.get("page"))
