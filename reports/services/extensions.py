"""Extensions of monthly reports: asked for before the day, granted or refused by whom the report goes to.

What is handed in by the day granted counts as 经批准延期: neither in time nor late. Nobody gets more time
after the day is over, and nobody grants it to himself. Source: the portal's own decision (the plan names the
days only, 工作方案 五(二)); the pattern is that of every reporting duty.
"""

from datetime import timedelta

from django.db import transaction

from branches.scope import holders
from branchyear.audit.services import record
from branchyear.lib.dates import Month, day_end
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from reports import rules
from reports.models import MonthlyReport, ReportExtension, Tier
from reports.services.monthly import people_who_fill

State = ReportExtension.State

MIN_REASON, MAX_REASON = 5, 300
COMMITTEE_DAYS = 5  # the month is over when the committee's report is due


def latest_day(period):
    """The last day an extension may reach: within the month reported on, so that the level above still has
    the report for its own; the committee's, due on the last day, a few days more."""
    if period.tier == Tier.COMMITTEE:
        return period.due_on + timedelta(days=COMMITTEE_DAYS)
    return Month.parse(period.month).last_day


def why_not(report, *, now):
    """Why no extension can be asked for now, as a sentence; "" when it can."""
    if report.first_submitted_at is not None:
        return "已经报送过，不用延期：以首次报送时间为准。"
    if now >= report.due_before:
        return f"报送期限{_day(report.due_on)}已过，不能再申请延期，请尽快报送。"
    if latest_day(report.period) <= report.due_on:
        return "报送期限已是最晚的一天，不能再延期。"
    return ""


@transaction.atomic
def ask(report, *, until, reason, by, now):
    """The reporting organisation asks for a later day; who receives its reports is told."""
    report = _locked(report)
    require(rules.may_fill(by, report))
    if sentence := why_not(report, now=now):
        raise Refused(sentence)
    _check_day(report, until)
    reason = _text(reason, needed=True)
    if report.extensions.filter(state=State.ASKED).exists():
        raise Refused("已有一份延期申请在等待审批，请等审批结果。")
    asked = ReportExtension.objects.create(
        report=report, until=until, reason=reason, asked_by=by, asked_at=now
    )
    _record("report.extension_asked", asked, by=by)
    notify(
        "report.extension_asked",
        holders(rules.RECEIVERS[report.period.tier], report.receiver),
        key=f"report_extension:{asked.pk}:asked",
        **_words(asked),
    )
    return asked


@transaction.atomic
def decide(extension, *, granted, by, now, answer=""):
    """Grant or refuse a request; its people are told. A refusal says why."""
    report = _locked(extension.report)
    require(rules.may_receive(by, report))
    answer = _text(answer, needed=not granted, field="answer")
    if granted and report.first_submitted_at is None and now >= day_end(extension.until):
        raise Refused(f"申请延至的{_day(extension.until)}已过，不能再同意。")
    decided = ReportExtension.objects.filter(pk=extension.pk, state=State.ASKED).update(
        state=State.GRANTED if granted else State.REFUSED,
        decided_by=by,
        decided_at=now,
        answer=answer,
    )
    if not decided:
        raise Conflict("这份延期申请已由他人审批，请刷新后查看。")
    extension.refresh_from_db()
    if granted:
        _put(report, extension.until, by=by, now=now)
    _record("report.extension_granted" if granted else "report.extension_refused", extension, by=by)
    _tell(extension, report)
    return extension


@transaction.atomic
def grant(report, *, until, reason, by, now):
    """Whom the report goes to gives a later day without being asked (a flood, a move)."""
    report = _locked(report)
    require(rules.may_receive(by, report))
    if sentence := why_not(report, now=now):
        raise Refused(sentence.replace("申请延期", "延期").replace("，请尽快报送", ""))
    _check_day(report, until)
    reason = _text(reason, needed=True)
    # An open request is answered by the same act.
    report.extensions.filter(state=State.ASKED).update(
        state=State.GRANTED, until=until, decided_by=by, decided_at=now, answer=reason
    )
    given = report.extensions.filter(state=State.GRANTED, decided_at=now, until=until).last()
    if given is None:
        given = ReportExtension.objects.create(
            report=report, until=until, reason=reason, state=State.GRANTED, asked_at=now,
            decided_by=by, decided_at=now,
        )  # fmt: skip
    _put(report, until, by=by, now=now)
    _record("report.extension_granted", given, by=by)
    _tell(given, report)
    return given


def _locked(report):
    return (
        MonthlyReport.objects.select_for_update(of=("self",))
        .select_related("organization", "receiver", "period__campaign")
        .get(pk=report.pk)
    )


def _put(report, until, *, by, now):
    """The later day on the report itself, where the verdict is computed from."""
    if report.extended_to is not None and report.extended_to >= until:
        return
    MonthlyReport.objects.filter(pk=report.pk).update(
        extended_to=until, extended_before=day_end(until)
    )
    report.extended_to, report.extended_before = until, day_end(until)


def _check_day(report, until):
    last = latest_day(report.period)
    if until <= report.due_on:
        raise Refused(f"延期须晚于现在的期限{_day(report.due_on)}。", field="until")
    if until > last:
        raise Refused(f"最多延至{_day(last)}，上级还要汇总。", field="until")


def _text(text, *, needed, field="reason"):
    text = " ".join((text or "").split())
    what = "理由" if field == "reason" else "不同意的原因"
    if needed and len(text) < MIN_REASON:
        raise Refused(f"请写明{what}(不少于{MIN_REASON}个字)。", field=field)
    if len(text) > MAX_REASON:
        raise Refused(f"最多{MAX_REASON}个字，现有{len(text)}个字，请精简。", field=field)
    return text


def _record(verb, extension, *, by):
    report = extension.report
    record(
        verb,
        report,
        by=by,
        organization=report.organization,
        until=extension.until.isoformat(),
        reason=extension.reason,
        answer=extension.answer,
    )


def _words(extension):
    report = extension.report
    return {
        "url": report.get_absolute_url(),
        "organization": report.organization.name,
        "month": report.period.label,
        "until": _day(extension.until),
        "reason": extension.reason,
    }


def _tell(extension, report):
    notify(
        "report.extension_decided",
        people_who_fill(report),
        key=f"report_extension:{extension.pk}:{extension.state}",
        verdict="已同意" if extension.state == State.GRANTED else "未同意",
        answer=extension.answer,
        **_words(extension),
    )


def _day(day):
    return f"{day.month}月{day.day}日"
