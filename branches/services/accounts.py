"""Accounts, as administrators handle them: the ability asked, the act done, the trail written.

The acts themselves are the ground floor's (``branchyear.accounts.services``), which knows no offices.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from branches import rules
from branches.services import tokens
from branchyear.accounts import second_factor
from branchyear.accounts import services as accounts
from branchyear.accounts.models import User
from branchyear.audit.services import build, record, record_many
from branchyear.lib.errors import Refused, require


def open_account(*, username, name, by, email="", phone=""):
    """Open an account; returns ``(user, one-time password)``. The password is nowhere kept in clear."""
    person = {"username": username, "name": name, "email": email, "phone": phone}
    return open_accounts([person], by=by)[0]


@transaction.atomic
def open_accounts(people, *, by):
    """Open many accounts, all or none; returns ``(user, one-time password)`` for each."""
    if by is not None:
        require(rules.may_open_accounts(by))
    for person in people:
        for field, sentence in problems_of_account(**person):
            raise Refused(sentence, field=field)
    opened = accounts.open_accounts(people)
    record_many(build("account.opened", user, by=by, username=user.username) for user, _ in opened)
    return opened


@transaction.atomic
def change_account(user, *, by, **facts):
    """Correct name, e-mail or telephone. The trail names the columns, not the numbers."""
    if by is not None:
        require(rules.may_open_accounts(by))
    changed = accounts.change_account(user, **facts)
    if changed:
        record("account.changed", user, by=by, columns=changed)


@transaction.atomic
def reset_password(user, *, by):
    """Give a new one-time password, returned once; open sessions end and a lock is lifted."""
    _require_keeper(user, by)
    password = accounts.reset_password(user)
    tokens.withdraw_all(user, by=by)
    record("account.password_reset", user, by=by)
    return password


@transaction.atomic
def close_account(user, *, by):
    """The person cannot log in any more, and is out at the next click. Nothing of his is removed."""
    _require_keeper(user, by)
    if not accounts.set_active(user, False):
        raise Refused(f"账号“{user.username}”已经停用。")
    tokens.withdraw_all(user, by=by)
    record("account.closed", user, by=by)


@transaction.atomic
def reopen_account(user, *, by):
    """A closed account may be used again."""
    _require_keeper(user, by)
    if not accounts.set_active(user, True):
        raise Refused(f"账号“{user.username}”没有停用。")
    record("account.reopened", user, by=by)


@transaction.atomic
def unlock_account(user, *, by):
    """Lift a lock after too many wrong passwords before its quarter of an hour is over."""
    _require_keeper(user, by)
    if not accounts.unlock(user):
        raise Refused(f"账号“{user.username}”没有被锁定。")
    record("account.unlocked", user, by=by)


@transaction.atomic
def reset_second_factor(user, *, by):
    """The telephone is lost: its code is not asked for any more, open sessions end. The security
    administrator's alone, and never for himself; who has seen the person sees to it."""
    if by is not None:
        require(
            rules.may_reset_second_factor(by, user),
            "动态验证码由安全管理员重置，本人的由另一名安全管理员重置。",
        )
    if not second_factor.remove(user):
        raise Refused(f"账号“{user.username}”没有启用动态验证码。")
    accounts.close_sessions(user)
    record("account.second_factor_reset", user, by=by)


def problems_of_account(*, username, name, email="", phone=""):
    """What is wrong with the facts of a new account, as ``(field, sentence)``."""
    found = []
    try:
        User.username_validator(username)
    except ValidationError:
        found.append(("username", "账号只能由字母、汉字、数字和 @ . + - _ 组成。"))
    if len(username) > 150:
        found.append(("username", "账号太长，最多150个字符。"))
    if not name.strip():
        found.append(("name", "请填写姓名。"))
    elif len(name.strip()) > 50:
        found.append(("name", "姓名太长，最多50个字。"))
    if email:
        try:
            validate_email(email)
        except ValidationError:
            found.append(("email", f"“{email}”不是正确的邮箱地址。"))
    if phone and not (5 <= len(phone) <= 20 and set(phone) <= set("0123456789+- ")):
        found.append(("phone", f"“{phone}”不是正确的电话号码。"))
    return found


def _require_keeper(user, by):
    if by is not None:
        require(
            rules.may_keep_account(by, user),
            "管理员账号只能由安全管理员办理，本人的密码请在“修改密码”中修改。",
        )
