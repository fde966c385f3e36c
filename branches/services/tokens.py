"""Keys for programs (接口密钥): made by the person, for a purpose, a scope and a time; ended by him or the security
administrator."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from branches import rules
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from branchyear.tokens import services as keys
from branchyear.tokens.models import ApiToken
from branchyear.tokens.scopes import SCOPES

NOT_FOR_YOU = "您的职务不能使用接口密钥。检查人员、安全管理员、审计管理员不设接口密钥。"


@transaction.atomic
def issue(*, name, scopes, days, by, now):
    """A key of one's own; ``(token, key)``. The key is shown this once."""
    require(rules.may_hold_keys(by), NOT_FOR_YOU)
    name = (name or "").strip()
    if not name:
        raise Refused("请填写用途，如“机关OA同步名册”。", field="name")
    if not scopes:
        raise Refused("请至少选择一项权限。", field="scopes")
    if unknown := set(scopes) - set(SCOPES):
        raise Refused(f"没有这项权限：{min(unknown)}。", field="scopes")
    most = settings.API_TOKEN_MOST_DAYS
    if not 1 <= days <= most:
        raise Refused(f"有效期应为1至{most}天。", field="days")
    User.objects.select_for_update().get(pk=by.pk)
    if keys.live(by, now=now).count() >= settings.API_TOKENS_EACH:
        raise Refused(f"每人最多{settings.API_TOKENS_EACH}个有效密钥，请先收回不用的。")
    token, key = keys.make(
        by, name=name[:60], scopes=scopes, expires_at=now + timedelta(days=days), now=now
    )
    record("token.issued", token, by=by, scopes=token.scopes, until=token.expires_at.isoformat())
    return token, key


@transaction.atomic
def withdraw(token, *, by, now):
    """The key is dead at its next request."""
    require(rules.may_end_key(by, token), "只能收回自己的密钥；他人的由安全管理员收回。")
    if not keys.end(ApiToken.objects.filter(pk=token.pk), by=by, now=now):
        raise Refused("这个密钥此前已收回。")
    record("token.withdrawn", token, by=by, of=token.user.username)


def withdraw_all(user, *, by):
    """With a new one-time password, or a closed account, all keys of the person are dead for good."""
    for token in ApiToken.objects.filter(user=user, revoked_at=None):
        keys.end(ApiToken.objects.filter(pk=token.pk), by=by)
        record("token.withdrawn", token, by=by, of=user.username)
