"""A piece of every page, rendered once for each shape of it; its words are filled in at every request.

The bar above a page takes a template's engine a third of what a small page costs, and differs from one person to the
next by a name and a few numbers. What a page looks like still stands in its template alone.
"""

import re
from functools import lru_cache

from django.template.loader import get_template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

# Signs that belong to nobody (private use), so that no escaping touches them.
MARK = re.compile("\ue000([a-z_]+)\ue001")
SHAPES = 500  # of one piece at a time: for each kind of menu and each entry chosen in it


class Shaped:
    """``shaped(words, **facts)`` is the template with both, as safe text.

    ``words`` are texts by name: the template may ask whether one is empty and where it stands, nothing else, and what
    is filled in is escaped. ``facts`` decide the shape and must be hashable; for each set of them, and of words that
    are empty, the template is rendered once in a process.
    """

    def __init__(self, template):
        self.template = template
        self._pieces = lru_cache(maxsize=SHAPES)(self._render)

    def __call__(self, words, **facts):
        full = tuple(name for name, word in words.items() if word != "")
        pieces = self._pieces(full, tuple(words), tuple(facts.items()))
        told = "".join(
            conditional_escape(words[piece]) if at % 2 else piece for at, piece in enumerate(pieces)
        )
        return SafeString(told)  # nosec B703: a template's own text, and words that are escaped

    def _render(self, full, names, facts):
        """Text and names of words in turns, a text first and last."""
        marks = {name: f"\ue000{name}\ue001" if name in full else "" for name in names}
        return tuple(MARK.split(get_template(self.template).render({**dict(facts), **marks})))
