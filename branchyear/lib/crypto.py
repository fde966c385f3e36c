"""Personal numbers at rest: encrypted, and found again by a blind index.

``EncryptedText`` keeps a value as ``v2:`` and, in base64url, twelve random bytes (the nonce), then AES-256-GCM's
ciphertext with its tag of sixteen bytes. The colon stands in no Fernet token, so values written as such before
are told apart and still read; they become ``v2:`` when they are next written. A changed value, or one under
another key, is ``InvalidToken`` whatever its form.

Random nonces of 96 bits are good for 2**32 values under one key (NIST SP 800-38D, 8.3: the chance that two of them
share a nonce stays below 2**-32). A province of 300,000 members, two numbers each and every one of them changed
yearly, writes that many in seven thousand years.

``blind_index`` gives a keyed hash (HMAC-SHA-256) that is equal for equal values and tells nothing without the key.
All keys come from the environment (``FIELD_KEY``), one for each purpose.
"""

import base64
import binascii
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_MARK = "v2:"
_NONCE = 12


@lru_cache(maxsize=4)
def _keys(secret):
    """For texts; for old texts and files; the two halves of an HMAC."""

    def derived(purpose):
        return hashlib.sha256(b"branchyear/" + purpose + b"/" + secret.encode()).digest()

    fernet = Fernet(base64.urlsafe_b64encode(derived(b"encrypt")))
    # RFC 2104: a key shorter than a block is filled with zeros. Made ready once, which takes half the time of
    # setting an HMAC up for every value.
    block = derived(b"index").ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
    return AESGCM(derived(b"encrypt-text")), fernet, inner, outer


def encrypt(text):
    if not text:
        return ""
    nonce = os.urandom(_NONCE)
    sealed = _keys(settings.FIELD_KEY)[0].encrypt(nonce, text.encode(), None)
    return _MARK + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(token):
    if not token:
        return ""
    text, fernet, *_ = _keys(settings.FIELD_KEY)
    if not token.startswith(_MARK):
        return fernet.decrypt(token.encode()).decode()
    try:
        content = base64.b64decode(token[len(_MARK) :], altchars=b"-_", validate=True)
        return text.decrypt(content[:_NONCE], content[_NONCE:], None).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise InvalidToken from error


def blind_index(text):
    """A hex digest to look a value up by; empty for an empty value. Case and blanks do not count."""
    plain = "".join((text or "").split()).upper()
    if not plain:
        return ""
    _, _, inner, outer = _keys(settings.FIELD_KEY)
    first, second = inner.copy(), outer.copy()
    first.update(plain.encode())
    second.update(first.digest())
    return second.hexdigest()


class Token(str):
    """A text encrypted already, which ``EncryptedText`` stores as it is (for work done ahead)."""

    __slots__ = ()


def seal(content):
    """Bytes, encrypted for a while in a file (Fernet)."""
    return _keys(settings.FIELD_KEY)[1].encrypt(content)


def unseal(content):
    return _keys(settings.FIELD_KEY)[1].decrypt(content)


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
