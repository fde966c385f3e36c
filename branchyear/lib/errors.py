"""The three ways a rule answers a person.

``Refused``   the step is not possible now; carries a sentence that says what to do (409)
``Conflict``  somebody else was faster; carries what is stored now, so nothing typed is lost (409)
``BadFile``   an uploaded file cannot be used; carries a sentence (shown beside the field)

Not being allowed at all is Django's ``PermissionDenied`` (403), raised by ``require``.
"""

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """A rule said no; ``str(error)`` is a sentence in Chinese for the person who asked."""

    def __init__(self, sentence, *, field=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


class Conflict(Refused):
    """The row was changed by somebody else since it was read.

    ``theirs`` is a dict of what is stored now (field -> text), ``who`` and ``at`` say by whom and when.
    """

    def __init__(self, sentence, *, theirs=None, who="", at=None):
        super().__init__(sentence)
        self.theirs = theirs or {}
        self.who = who
        self.at = at


class BadFile(Refused):
    """The uploaded file is not one we can take; the sentence says which kind we can."""


def require(allowed, sentence="您没有办理此事项的权限。如确需办理，请联系上级党组织或系统管理员。"):
    """Raise ``PermissionDenied`` with a sentence unless ``allowed``."""
    if not allowed:
        raise PermissionDenied(sentence)
