"""Offices that ask for the code from the telephone, and accounts that nobody uses."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from branches import rules
from branches.models import Appointment, SecondFactorRole
from branches.roles import ADMIN_ROLES, Role
from branches.second_factor import forget
from branchyear.accounts import services as accounts
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.models import Notice
from branchyear.notifications.services import Message, notify_many


@transaction.atomic
def name_role(role, *, by):
    """Whoever holds this office needs a code from his next click on."""
    if by is not None:
        require(rules.may_name_second_factor_roles(by))
    row, new = SecondFactorRole.objects.get_or_create(role=role)
    if not new:
        raise Refused(f"“{Role(role).label}”已在名单中。", field="role")
    record("second_factor_role.named", row, by=by, role=role)
    transaction.on_commit(forget)
    return row


@transaction.atomic
def unname_role(row, *, by):
    """This office asks for no code any more; who has one keeps it. Administrators' offices stay named
    (等保2.0 三级: 两种或两种以上鉴别)."""
    if by is not None:
        require(rules.may_name_second_factor_roles(by))
    if row.role in ADMIN_ROLES:
        raise Refused("系统、安全、审计管理员必须使用动态验证码，不能移出名单。")
    record("second_factor_role.unnamed", row, by=by, role=row.role)
    SecondFactorRole.objects.filter(pk=row.pk).delete()
    transaction.on_commit(forget)


def unused_since(moment):
    """Open accounts nobody has logged in with since, and that were opened or given back before it.

    Administrators' accounts are not among them: with the last one closed nobody could open any.
    """
    keepers = Appointment.objects.in_force(local_day()).filter(role__in=ADMIN_ROLES)
    return (
        User.objects.filter(is_active=True)
        .exclude(pk__in=keepers.values("user"))
        .annotate(used_at=Greatest("in_use_since", Coalesce("last_login", F("in_use_since"))))
        .filter(used_at__lt=moment)
    )


def warn_of_closing(*, now):
    """Tell those whose accounts will be closed for not being used; once for each idle time."""
    if not settings.IDLE_ACCOUNT_DAYS:
        return 0
    days = settings.IDLE_ACCOUNT_DAYS - settings.IDLE_WARNING_DAYS
    messages = []
    for user in unused_since(now - timedelta(days=days)):
        end = max(
            user.used_at + timedelta(days=settings.IDLE_ACCOUNT_DAYS),
            now + timedelta(days=settings.IDLE_WARNING_DAYS),
        )
        messages.append(
            Message(user, _occasion(user), path_to("home"), {"day": in_words(local_day(end))})
        )
    return notify_many("account.idle", messages)


def _occasion(user):
    """One warning for one idle time, whenever the job runs."""
    return f"idle:{user.used_at:%Y-%m-%d}"


def close_unused(*, now):
    """Close accounts that nobody used for ``IDLE_ACCOUNT_DAYS`` and whose persons were warned long enough ago,
    each in a transaction of its own."""
    if not settings.IDLE_ACCOUNT_DAYS:
        return 0
    closed = 0
    warned = Notice.objects.filter(
        kind="account.idle", created_at__lte=now - timedelta(days=settings.IDLE_WARNING_DAYS)
    )
    told = set(warned.values_list("recipient_id", "key"))
    for user in unused_since(now - timedelta(days=settings.IDLE_ACCOUNT_DAYS)):
        if (user.pk, _occasion(user)) not in told:
            continue
        with transaction.atomic():
            if accounts.set_active(user, False):
                accounts.close_sessions(user)
                record("account.closed_idle", user, by=None, days=settings.IDLE_ACCOUNT_DAYS)
                closed += 1
    return closed
