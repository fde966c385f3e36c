"""Addresses of pages, looked up once for each page and filled in with keys.

``reverse`` goes through the table of addresses anew each time, and a page of fifty rows asks it a hundred times.
"""

from django.urls import NoReverseMatch, get_script_prefix, reverse

_forms = {}  # by name, number of keys and where the portal stands: the text with places, None where keys are no numbers

MARK = 7_000_000_001  # stands for a key that no row has


def path_to(name, *keys):
    """The path of a page; the same as ``reverse(name, args=keys)``, with its errors."""
    asked = (name, len(keys), get_script_prefix())
    if asked not in _forms:
        _forms[asked] = _form(name, len(keys))
    form = _forms[asked]
    if form is None or not all(type(key) is int and key >= 0 for key in keys):
        return reverse(name, args=keys)
    return form.format(*keys) if keys else form


def _form(name, count):
    if not count:
        return reverse(name)
    marks = [MARK + number for number in range(count)]
    try:
        form = reverse(name, args=marks)
    except NoReverseMatch:  # only words will do
        return None
    if any(brace in form for brace in "{}") or any(form.count(str(mark)) != 1 for mark in marks):
        return None
    for number, mark in enumerate(marks):
        form = form.replace(str(mark), f"{{{number}}}")
    return form
