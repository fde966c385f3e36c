"""The password profile ``djbh``: what 等保2.0 asks of a password (身份鉴别: 复杂度要求)."""

import re
import secrets

from django.core.exceptions import ValidationError

KINDS = {"大写字母": r"[A-Z]", "小写字母": r"[a-z]", "数字": r"\d", "符号": r"[^A-Za-z0-9]"}

# Without look-alikes (0/O, 1/l/I), since a one-time password is read from paper.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


class CharacterKinds:
    """At least ``kinds`` of the four kinds of characters."""

    def __init__(self, kinds=3):
        self.kinds = kinds

    def validate(self, password, user=None):
        found = sum(bool(re.search(pattern, password)) for pattern in KINDS.values())
        if found < self.kinds:
            raise ValidationError(
                f"密码须包含大写字母、小写字母、数字、符号中的至少{self.kinds}类，目前只有{found}类。",
                code="password_too_plain",
            )

    def get_help_text(self):
        return f"包含大写字母、小写字母、数字、符号中的至少{self.kinds}类。"


def one_time_password():
    """A random first password; it can only be used to set one's own."""
    while True:
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
        if all(re.search(KINDS[kind], password) for kind in ("大写字母", "小写字母", "数字")):
            return password
