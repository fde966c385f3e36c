"""A roster with whole numbers: asked for, approved by a second person where the rule wants one, taken once.

Who and from how many on: ``members.second_person``. Every act is on the trail; none names a number.
"""

from datetime import timedelta

from django.db import transaction

from branches.roles import Role
from branches.scope import scope_of
from branchyear.accounts.models import User
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.services import notify
from members import rules, second_person
from members.importing import workbooks
from members.models import NumbersRequest, NumbersRule
from members.services.unmask import stated

State = NumbersRequest.State
NOT_YOURS = "您的职责不需要下载完整号码。如确需使用，请联系该组织的党务干部或审核人。"
NOT_YOURS_TO_DECIDE = (
    "这项申请由申请人所在组织的另一名审核人或上级批准；申请人本人和互为代理的，不能批准。"
)


@transaction.atomic
def ask(target, profile, organization, *, reason, by, now):
    """Ask for the roster of ``organization`` with whole numbers. Returns the request.

    Where the rule asks nobody else the roster is written to ``target`` at once (``taken``); otherwise the request
    waits, and who is to decide is told. Asked again while one is open, it is that one.
    """
    require(rules.may_take_numbers(by, organization), NOT_YOURS)
    reason = stated(reason, "导出完整号码的事由")
    # Two at once of one person: the second counts what the first took.
    User.objects.select_for_update().get(pk=by.pk)
    reckoning = second_person.reckon(by, organization, now=now)
    if not reckoning.people:
        raise Refused("名册中没有在册党员，没有可以导出的号码。")
    facts = {
        "profile": profile,
        "organization": organization,
        "people": reckoning.people,
        "reason": reason,
        "asked_by": by,
        "asked_from": second_person.place_of(by, organization),
        "asked_at": now,
    }
    if reckoning.is_alone:
        request = NumbersRequest.objects.create(
            **facts, state=State.TAKEN, lapses_at=now, taken_at=now
        )
        _write(request, target, by)
        return request
    _let_lapse(NumbersRequest.objects.filter(asked_by=by), now)
    open_one = NumbersRequest.objects.filter(
        asked_by=by, organization=organization, profile=profile, state__in=NumbersRequest.OPEN
    ).first()
    return open_one or _hand_in(facts, by, now)


def _hand_in(facts, by, now):
    found = second_person.approvers(by, facts["asked_from"], day=local_day(now))
    if found is None:
        raise Refused(
            "本组织和上级都没有其他审核人或领导可以批准。请联系系统管理员登记他们的职责后再申请。"
        )
    waits_at, waits_for, people = found
    request = NumbersRequest.objects.create(
        **facts, waits_at=waits_at, waits_for=waits_for, lapses_at=now + second_person.WAITS_FOR
    )
    _record(
        "numbers.asked", request, by, layout=facts["profile"].name, waits_with=request.waits_with
    )
    _notify("numbers.asked", request, people)
    return request


@transaction.atomic
def decide(request, *, approve, note, by, now):
    """The second person says yes or no; the asker is told. Only once: whoever is slower is told so."""
    tied = request.asked_by_id in second_person.tied_to(by, day=local_day(now))
    require(second_person.may_decide(by, request, tied=tied), NOT_YOURS_TO_DECIDE)
    note = " ".join((note or "").split())
    if not approve and not note:
        raise Refused("不同意的要写明理由，申请人才知道怎么办。", field="note")
    if len(note) > 300:
        raise Refused("意见最多300字。", field="note")
    facts = {"decided_by": by, "decided_at": now, "decision_note": note}
    if approve:
        facts["lapses_at"] = now + timedelta(hours=second_person.rule().take_hours)
    _move(request, State.APPROVED if approve else State.REFUSED, now, **facts)
    _record("numbers.approved" if approve else "numbers.refused", request, by, note=note)
    _notify("numbers.decided", request, [request.asked_by])


@transaction.atomic
def withdraw(request, *, by, now):
    """The asker needs it no more."""
    require(request.asked_by_id == by.pk)
    _move(request, State.WITHDRAWN, now)
    _record("numbers.withdrawn", request, by)


@transaction.atomic
def take(request, target, *, by, now):
    """Write the roster with whole numbers to ``target``, once; by whoever asked, while he may still read them.

    Not when many more people have come since: the second person approved a number of them.
    """
    require(request.asked_by_id == by.pk)
    require(rules.may_take_numbers(by, request.organization), NOT_YOURS)
    _move(request, State.TAKEN, now, taken_at=now)
    more = second_person.people_under([request.organization.path], by).count() - request.people
    if more > max(second_person.rule().alone_up_to, request.people // 10):
        raise Refused(f"批准以后名册又增加了{more}人，请撤回后重新申请。")
    _write(request, target, by)


def lapse(*, now):
    """By the clock: what nobody answered, and what was approved and not taken in time. Safe to run twice."""
    return _let_lapse(NumbersRequest.objects.all(), now)


def _let_lapse(rows, now):
    lapsed = 0
    over = rows.filter(state__in=NumbersRequest.OPEN, lapses_at__lte=now)
    for request in over.select_related("organization", "asked_by"):
        with transaction.atomic():
            unanswered = request.state == State.WAITING
            moved = NumbersRequest.objects.filter(pk=request.pk, state=request.state).update(
                state=State.LAPSED
            )
            if not moved:
                continue
            request.state = State.LAPSED
            _record("numbers.lapsed", request, None, unanswered=unanswered)
            if unanswered:  # else he was told until when
                _notify("numbers.decided", request, [request.asked_by])
            lapsed += 1
    return lapsed


@transaction.atomic
def revise_rule(row, *, by, **changes):
    """Another number of people, or of hours; what was approved before keeps its hour."""
    require(by is None or scope_of(by).has({Role.SECURITY_ADMIN}))
    before = {name: getattr(row, name) for name in changes}
    NumbersRule.objects.filter(pk=row.pk).update(**changes)
    record("numbers_rule.revised", row, by=by, before=before, after=changes)


def _write(request, target, by):
    members = workbooks.roll(request.organization, by)
    count = workbooks.write_profile(target, request.profile, members, in_full=True)
    _record(
        "roster.downloaded_in_full",
        request,
        by,
        members=count,
        layout=request.profile.name,
        approved_by=str(request.decided_by or ""),
    )


def _move(request, state, now, **columns):
    """By conditional update, and only while it has not lapsed."""
    before = [one for one, after in NumbersRequest.MOVES.items() if state in after]
    rows = NumbersRequest.objects.filter(pk=request.pk, state__in=before, lapses_at__gt=now)
    if not rows.update(state=state, **columns):
        request.refresh_from_db(fields=["state", "lapses_at"])
        if request.is_over(now) or request.state == State.LAPSED:
            raise Refused("这项申请已过有效期，需要时请重新申请。")
        raise Refused(f"这项申请的状态已是“{request.get_state_display()}”，请刷新页面查看结果。")
    for name, value in {"state": state, **columns}.items():
        setattr(request, name, value)


def _record(verb, request, by, **more):
    record(
        verb,
        request,
        by=by,
        organization=request.organization,
        people=request.people,
        reason=request.reason,
        **more,
    )


def _notify(kind, request, people):
    notify(
        kind,
        people,
        url=f"{path_to('members:numbers')}?org={request.organization_id}",
        key=f"{kind}:{request.pk}:{request.state}",
        request=request,
    )
