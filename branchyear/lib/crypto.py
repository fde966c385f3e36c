"""Personal numbers at rest: encrypted, and found again by a blind index.

``EncryptedText`` keeps the value as a Fernet token; ``blind_index`` gives a keyed hash that is equal for
equal values and tells nothing without the key. The key comes from the environment (``FIELD_KEY``).
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _keys(secret):
    encrypting = hashlib.sha256(b"branchyear/encrypt/" + secret.encode()).digest()
    indexing = hashlib.sha256(b"branchyear/index/" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(encrypting)), indexing


def encrypt(text):
    return _keys(settings.FIELD_KEY)[0].encrypt(text.encode()).decode() if text else ""


def decrypt(token):
    return _keys(settings.FIELD_KEY)[0].decrypt(token.encode()).decode() if token else ""


def blind_index(text):
    """A hex digest to look a value up by; empty for an empty value. Case and blanks do not count."""
    plain = "".join((text or "").split()).upper()
    if not plain:
        return ""
    return hmac.digest(_keys(settings.FIELD_KEY)[1], plain.encode(), "sha256").hex()


class Token(str):
    """A text encrypted already, which ``EncryptedText`` stores as it is (for work done ahead)."""

    __slots__ = ()


def seal(content):
    """Bytes, encrypted for a while in a file."""
    return _keys(settings.FIELD_KEY)[0].encrypt(content)


def unseal(content):
    return _keys(settings.FIELD_KEY)[0].decrypt(content)


class EncryptedText(models.TextField):
    """Text that only the application can read; never filter on it, use a blind index beside it."""

    def get_prep_value(self, value):
        if isinstance(value, Token):
            return str(value)
        return encrypt(super().get_prep_value(value) or "")

    def from_db_value(self, value, expression, connection):
        return decrypt(value)


def mask_id_number(number):
    """First three and last two of an ID number: 110***********42."""
    return (
        number[:3] + "*" * (len(number) - 5) + number[-2:]
        if len(number) >= 8
        else "*" * len(number)
    )


def mask_phone(number):
    """First three and last two of a telephone: 138******21."""
    return (
        number[:3] + "*" * (len(number) - 5) + number[-2:]
        if len(number) >= 7
        else "*" * len(number)
    )
