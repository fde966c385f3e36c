"""Personal numbers at rest: encrypted, and found again by a blind index.

``EncryptedText`` keeps a value as ``v2:`` and, in base64url, twelve random bytes (the nonce), then AES-256-GCM's
ciphertext with its tag of sixteen bytes. While ``FIELD_KEY`` is being changed (``FIELD_KEY_FALLBACKS`` names keys that
still read) it is ``v3:``, the first eight signs of the key's fingerprint, a colon, and the same; the head is bound to
the value. Where one key is all there is, its name would tell nothing, and the release before could not read it. The
colon stands in no Fernet token, so values written as such long ago are told apart and still read; they take the new
form when they are next written. A value without a name is tried with every key: GCM tells a wrong one. A changed
value, or one under a key that is not there, is ``InvalidToken`` whatever its form.

Random nonces of 96 bits are good for 2**32 values under one key (NIST SP 800-38D, 8.3: the chance that two of them
share a nonce stays below 2**-32). A province of 300,000 members, two numbers each and every one of them changed
yearly, writes that many in seven thousand years.

``blind_index`` gives a keyed hash (HMAC-SHA-256) that is equal for equal values and tells nothing without the key; it
is written under ``FIELD_KEY`` and looked for under every key (``blind_indexes``). All keys come from the environment,
one made for each purpose. ``branchyear/rekeying.py`` brings everything that is stored under ``FIELD_KEY``.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_MARK = "v2:"
_NAMED = "v3:"
_NONCE = 12


class _Keys(NamedTuple):
    """What is made of one secret: for texts, for old texts and files, for hashes; and its name in ``v3:``."""

    text: AESGCM
    fernet: Fernet
    index: bytes
    inner: object  # the two halves of an HMAC under ``index``
    outer: object
    head: str


def fingerprint(secret):
    """Tells two keys apart and says nothing about either."""
    return hmac.digest(secret.encode(), b"branchyear/backup", "sha256").hex()[:16]


@lru_cache(maxsize=16)
def _keys(secret):
    def derived(purpose):
        return hashlib.sha256(b"branchyear/" + purpose + b"/" + secret.encode()).digest()

    fernet = Fernet(base64.urlsafe_b64encode(derived(b"encrypt")))
    # RFC 2104: a key shorter than a block is filled with zeros. Made ready once, which takes half the time of
    # setting an HMAC up for every value.
    index = derived(b"index")
    block = index.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))
    head = f"{_NAMED}{fingerprint(secret)[:8]}:"
    return _Keys(AESGCM(derived(b"encrypt-text")), fernet, index, inner, outer, head)


def secrets():
    """The key that writes, then those that still read."""
    return list(dict.fromkeys((settings.FIELD_KEY, *settings.FIELD_KEY_FALLBACKS)))


def is_changing():
    """Whether there is more than one key: values then name theirs."""
    return len(secrets()) > 1


def encrypt(text):
    if not text:
        return ""
    writing, *others = secrets()
    keys, nonce = _keys(writing), os.urandom(_NONCE)
    head = keys.head if others else _MARK
    bound = head.encode() if others else None
    sealed = keys.text.encrypt(nonce, text.encode(), bound)
    return head + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(token):
    if not token:
        return ""
    return _decrypt(token, secrets())


def is_current(token):
    """Whether a stored value is under ``FIELD_KEY`` itself and not under a key that only reads."""
    writing = settings.FIELD_KEY
    if not token or token.startswith(_keys(writing).head):
        return True
    try:
        _decrypt(token, [writing])
    except InvalidToken:
        return False
    return True


def _decrypt(token, readers):
    if token.startswith(_NAMED):
        named = [keys for secret in readers if token.startswith((keys := _keys(secret)).head)]
        return _opened(token, len(_NAMED) + 9, named, bound=True)
    if token.startswith(_MARK):
        return _opened(token, len(_MARK), map(_keys, readers), bound=False)
    return (
        MultiFernet([_keys(secret).fernet for secret in readers]).decrypt(token.encode()).decode()
    )


def _opened(token, start, tried, *, bound):
    """The text behind the head of ``start`` signs, by the first key it opens to."""
    try:
        content = base64.b64decode(token[start:], altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidToken from error
    head = token[:start].encode() if bound else None
    for keys in tried:
        try:
            return keys.text.decrypt(content[:_NONCE], content[_NONCE:], head).decode()
        except (InvalidTag, ValueError):
            continue
    raise InvalidToken


def _plain(text):
    """Case and blanks do not count."""
    return "".join((text or "").split()).upper()


def _hashed(keys, plain):
    first, second = keys.inner.copy(), keys.outer.copy()
    first.update(plain.encode())
    second.update(first.digest())
    return second.hexdigest()


def blind_index(text):
    """A hex digest to write beside a value; empty for an empty value. Case and blanks do not count."""
    plain = _plain(text)
    return _hashed(_keys(settings.FIELD_KEY), plain) if plain else ""


def blind_indexes(text):
    """What a value's index may be stored as, under ``FIELD_KEY`` first: for looking it up."""
    plain = _plain(text)
    return [_hashed(_keys(secret), plain) for secret in secrets()] if plain else []


class Token(str):
    """A text encrypted already, which ``EncryptedText`` stores as it is (for work done ahead)."""

    __slots__ = ()


def seal(content):
    """Bytes, encrypted for a while in a file (Fernet)."""
    return _keys(settings.FIELD_KEY).fernet.encrypt(content)


def unseal(content):
    return MultiFernet([_keys(secret).fernet for secret in secrets()]).decrypt(content)


def resealed(content):
    """The same bytes under ``FIELD_KEY``; nothing where they are under it already."""
    try:
        _keys(settings.FIELD_KEY).fernet.decrypt(content)
    except InvalidToken:
        return seal(unseal(content))
    return None


# --- Columns: each knows how what it holds is brought under FIELD_KEY (branchyear/rekeying.py) ------------------------


class EncryptedText(models.TextField):
    """Text that only the application can read; never filter on it, use a blind index beside it."""

    def get_prep_value(self, value):
        if isinstance(value, Token):
            return str(value)
        return encrypt(super().get_prep_value(value) or "")

    def from_db_value(self, value, expression, connection):
        return decrypt(value)

    def rekeyed(self, stored):
        """What is to be stored instead, as the database has it; the same where nothing is to be done."""
        return stored if is_current(stored) else encrypt(decrypt(stored))


class _InMigrations:
    """To the tables the field is the plain one it is made of: another class of it changes no column."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.plain}", args, kwargs


class BlindIndex(_InMigrations, models.CharField):
    """The keyed hash that the encrypted column ``of`` is found by; ``tail``: of its last signs only."""

    plain = "CharField"

    def __init__(self, *args, of="", tail=None, **kwargs):
        self.of, self.tail = of, tail
        super().__init__(*args, max_length=kwargs.pop("max_length", 64), **kwargs)

    def of_text(self, text):
        """The index of a value of the column it is of."""
        return blind_index(text[-self.tail :] if self.tail else text) or (None if self.null else "")


class KeyedDigest(_InMigrations, models.CharField):
    """A keyed hash of what is kept nowhere, so that it can only be compared (``keyed_digest``, ``is_digest_of``).

    Another key cannot make it anew. So it takes its own along: the keys it may have been made with, and the hash,
    encrypted under ``FIELD_KEY`` like any text.
    """

    plain = "CharField"

    def rekeyed(self, stored):
        if stored.startswith((_NAMED, _MARK)):
            return stored if is_current(stored) else encrypt(decrypt(stored))
        if not stored or not is_changing():
            return stored
        return encrypt(",".join(_keys(secret).index.hex() for secret in secrets()) + ":" + stored)


def keyed_digest(text):
    """A hash of a text to be compared later. While the key is being changed, with a key of its own."""
    if not is_changing():
        return blind_index(text)
    key = os.urandom(32)
    return encrypt(f"{key.hex()}:{hmac.digest(key, _plain(text).encode(), 'sha256').hex()}")


def is_digest_of(stored, text):
    if stored.startswith((_NAMED, _MARK)):
        keys, _, digest = decrypt(stored).partition(":")
        plain = _plain(text).encode()
        found = [hmac.digest(bytes.fromhex(key), plain, "sha256").hex() for key in keys.split(",")]
    else:
        digest, found = stored, blind_indexes(text)
    return any(hmac.compare_digest(one, digest) for one in found)


class SealedFile(_InMigrations, models.FileField):
    """A file whose content was sealed (``seal``)."""

    plain = "FileField"


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
