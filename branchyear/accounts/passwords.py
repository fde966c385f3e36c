"""Passwords: two profiles, chosen by ``PASSWORD_PROFILE``.

``djbh`` is what 等保2.0 asks (GB/T 22239-2019 8.1.4.1 身份鉴别: 复杂度要求并定期更换): ten characters of three kinds,
ninety days, none of the last five.

``asvs`` is what OWASP ASVS 5.0 asks (chapter 6.2): longer, without rules about kinds (6.2.5) and without rotation
(6.2.10), but no common word (6.2.4) and none that anybody would try here first (6.2.11).

The two contradict each other; which one a city follows is its own decision (docs/decisions.md).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

KINDS = {"大写字母": r"[A-Z]", "小写字母": r"[a-z]", "数字": r"\d", "符号": r"[^A-Za-z0-9]"}

# Without look-alikes (0/O, 1/l/I), since a one-time password is read from paper.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Profile:
    """What a password must be, and for how long."""

    length: int
    kinds: int = 0
    days: int | None = None  # after so many a new one is asked for
    past: int = 1  # none of so many, the present one included
    refuses_words: bool = False

    @property
    def sentences(self):
        """Each with the name static/js/password.js ticks it off by ("" where only the server knows)."""
        found = [("length", f"不少于 {self.length} 位")]
        if self.kinds:
            found.append(("kinds", f"大写字母、小写字母、数字、符号至少含 {self.kinds} 种"))
        if self.refuses_words:
            found.append(("", "不是常见密码，不以单位名称、“党建”“支部”和年份为主"))
            found.append(("", "可以用几个不相干的词连成一句，中间加空格也可以"))
        found.append(("differs", "与原密码不同，且不含本人账号、姓名"))
        if self.past > 1:
            found.append(("", f"最近 {self.past} 次用过的密码不能再用"))
        found.append(("same", "两次输入一致"))
        return found


PROFILES = {
    "djbh": Profile(length=10, kinds=3, days=90, past=5),
    "asvs": Profile(length=12, refuses_words=True),
}


def profile():
    """The profile in force."""
    return PROFILES[settings.PASSWORD_PROFILE]


def expires_at(user):
    """When a new password is due, or None. One that was set for the person (a demo, the command line)
    has no day: it must be changed at the first log-in, or is nobody's secret."""
    days = profile().days
    if not days or user.password_changed_at is None:
        return None
    return user.password_changed_at + timedelta(days=days)


# --- what a new password is held against (AUTH_PASSWORD_VALIDATORS) ----------------------------------

# What anybody would try first in a portal like this one; longest first when they are taken out.
CONTEXT_WORDS = (
    "dangzhibu", "jibenjianshe", "dangjian", "dangwei", "dangzu", "dangyuan", "zhibu", "zuzhibu", "jiguan", "gongwei",
    "shuji", "zhongguo", "gongchandang", "jianshenian", "branchyear", "jcjs", "mima", "password", "admin", "qwerty",
    "党支部", "党建", "支部", "组织部", "工委", "书记", "密码", "基本建设年", "中国共产党",
)  # fmt: skip
# What must be left when the words, years and runs of the same or neighbouring characters are taken out.
LEFT_OVER = 8

# Callables ``(user) -> words`` of the storeys above: names of the person's organisations.
words_about = []


class FollowsProfile:
    """Length, kinds, words: whatever the profile in force asks."""

    def validate(self, password, user=None):
        wanted = profile()
        if len(password) < wanted.length:
            raise ValidationError(
                f"密码太短，不少于{wanted.length}位，目前{len(password)}位。",
                code="password_too_short",
            )
        found = sum(bool(re.search(pattern, password)) for pattern in KINDS.values())
        if found < wanted.kinds:
            raise ValidationError(
                f"密码须包含大写字母、小写字母、数字、符号中的至少{wanted.kinds}类，目前只有{found}类。",
                code="password_too_plain",
            )
        if wanted.refuses_words and len(left_of(password, user)) < LEFT_OVER:
            raise ValidationError(
                "密码以常见词、单位名称或年份为主，容易被猜到。请用几个与工作无关的词组成。",
                code="password_of_context",
            )

    def get_help_text(self):
        return "；".join(sentence for _, sentence in profile().sentences) + "。"


def left_of(password, user=None):
    """What of a password is its own: without the words of this place, common passwords, years and runs."""
    text = password.lower()
    words = {*CONTEXT_WORDS, *(word.lower() for about in words_about for word in about(user))}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= 2:
            text = text.replace(word, " ")
    text = re.sub(r"(19|20)\d\d", " ", text)
    text = re.sub(r"(.)\1{2,}", r"\1", text)
    text = re.sub(r"0?1?23456?7?8?9?0?|abcdef?g?|qwert?y?|asdfg?h?", " ", text)
    letters = re.sub(r"[\W\d_]+", "", text)
    # Digits and signs around one common word make it no better; several such words in a row do.
    return "" if letters in _common() else letters + "".join(re.findall(r"\d", text))


@lru_cache(maxsize=1)
def _common():
    return CommonPasswordValidator().passwords


class NotUsedBefore:
    """None of the last passwords the profile names, the present one included."""

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        past = profile().past
        if user.check_password(password):
            raise ValidationError("新密码不能与当前密码相同。", code="password_same")
        for old in user.past_passwords.all()[: past - 1]:
            if check_password(password, old.password):
                raise ValidationError(
                    f"这个密码您最近用过，最近{past}次用过的密码不能再用。", code="password_used"
                )

    def get_help_text(self):
        return ""


def one_time_password():
    """A random first password; it can only be used to set one's own."""
    while True:
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
        if all(re.search(KINDS[kind], password) for kind in ("大写字母", "小写字母", "数字")):
            return password
