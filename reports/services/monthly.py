"""A monthly report's way: figures from facts, words from people, sealed when handed in.

draft → submitted → received, or returned and handed in again. What was handed in is kept word for word
and number for number in its step, under a checksum; nothing that happens later changes it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from branches.scope import holders
from branchyear.audit.services import record
from branchyear.lib.dates import CHINA, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from reports import rules
from reports.models import MonthlyReport, ReportStep
from reports.services import checks, drafts
from reports.services.figures import figures_for
from reports.services.sealing import seal_of, sealed_copy, to_seal
from reports.services.sections import texts_of

State = MonthlyReport.State
Step = ReportStep.Kind

MAX_WORDS = 2000  # about two pages; longer papers are attached, not reported
MAX_NOTE = 200  # a line that explains, not another report


# --- Words ----------------------------------------------------------------------------------------


def clean_texts(texts, sections):
    """The known sections, trimmed, with one kind of line break; empty ones left out."""
    cleaned = {}
    for section in sections:
        text = str(texts.get(section.key) or "").replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > MAX_WORDS:
            raise Refused(
                f"“{section.heading}”有{len(text)}字，超过{MAX_WORDS}字，请精简后再保存。",
                field=section.key,
            )
        if text:
            cleaned[section.key] = text
    return cleaned


def clean_notes(notes):
    """The explanations (情况说明) by check, trimmed, each one line; empty ones left out."""
    cleaned = {
        str(key)[:40]: " ".join(str(note or "").split())[:MAX_NOTE] for key, note in notes.items()
    }
    return {key: note for key, note in cleaned.items() if note}


@dataclass(frozen=True)
class Desk:
    """What a report is written from and checked against, as of ``today``."""

    report: MonthlyReport
    figures: list
    facts: dict
    drafts: dict  # section key → drafts.Draft
    earlier: list  # the last reports handed in, the latest first
    today: date

    def first_words(self):
        """The words to begin with: the drafts, until somebody has saved something."""
        report = self.report
        if report.state == State.TODO and not report.texts:
            return {key: draft.text for key, draft in self.drafts.items()}
        return report.texts

    def hard(self, texts):
        """What keeps it from being handed in: ``[(section, sentence)]``."""
        return checks.missing_figures(self.report.period, self.figures) + checks.hard(
            texts_of(self.report.period),
            texts,
            last_texts=self.earlier[0].texts if self.earlier else {},
            drafted={key: draft.text for key, draft in self.drafts.items()},
        )

    def soft(self, texts):
        """What is unusual and wants a line of explanation: ``[checks.Soft]``."""
        return checks.soft(
            self.report, texts, figures=self.figures, facts=self.facts, earlier=self.earlier,
            today=self.today,
        )  # fmt: skip


def desk_of(report, *, today):
    """The desk at which ``report`` is written; a constant number of statements."""
    figures = figures_for(report.organization, report.period, today=today)
    facts = drafts.facts_of(report, figures, today=today)
    return Desk(
        report,
        figures,
        facts,
        drafts.drafts_of(texts_of(report.period), facts),
        checks.earlier_reports(report),
        today,
    )


# --- Verbs ----------------------------------------------------------------------------------------


@transaction.atomic
def save(report, texts, *, revision, by, now, notes=None):
    """Keep what was typed (暂存). An older ``revision`` means somebody else has saved meanwhile."""
    report = _fresh(report)
    require(rules.may_fill(by, report))
    _require_editable(report)
    texts = clean_texts(texts, texts_of(report.period))
    notes = report.notes if notes is None else clean_notes(notes)
    if (texts, notes) == (report.texts, report.notes):
        return report
    after = State.RETURNED if report.state == State.RETURNED else State.DRAFT
    _move(report, after, by=by, now=now, revision=revision, texts=texts, notes=notes)
    record("report.saved", report, by=by, organization=report.organization)
    return report


@transaction.atomic
def submit(report, texts=None, *, revision=None, by, now, notes=None):
    """Hand the report in: figures, words and explanations are sealed as they are now, the receivers are
    told. A hard check refuses; a soft one wants its line in ``notes`` (check → 情况说明).

    The first submission decides whether it was in time; a return and a second one keep that verdict.
    """
    report = _fresh(report)
    require(rules.may_fill(by, report))
    if not report.is_editable:
        raise Refused(
            f"{report}已报送，不用再次报送。如需修改，请先撤回，或由{report.receiver}退回。"
        )
    texts = report.texts if texts is None else clean_texts(texts, texts_of(report.period))
    notes = report.notes if notes is None else clean_notes(notes)
    desk = desk_of(report, today=local_day(now))
    if problems := desk.hard(texts):
        field, sentence = problems[0]
        raise Refused(sentence, field=field)
    unusual = desk.soft(texts)
    for one in unusual:
        if one.key not in notes:
            raise Refused(f"{one.sentence}请在“情况说明”中写一句话。", field=note_field(one.key))
    notes = {one.key: notes[one.key] for one in unusual}
    sealed = sealed_copy(
        report, figures=desk.figures, texts=texts, by=by, now=now,
        attachments=to_seal(report),
    )  # fmt: skip
    if unusual:
        sealed["notes"] = [
            {"check": one.key, "said": one.sentence, "note": notes[one.key]} for one in unusual
        ]
    _move(
        report,
        State.SUBMITTED,
        by=by,
        now=now,
        revision=report.revision if revision is None else revision,
        texts=texts,
        notes=notes,
        figures={"on": local_day(now).isoformat(), "rows": sealed["figures"]},
        seal=seal_of(sealed),
        round=report.round + 1,
        first_submitted_at=report.first_submitted_at or now,
        submitted_at=now,
        submitted_by=by,
        decided_at=None,
    )
    _step(report, Step.SUBMITTED, report.organization, by=by, now=now, sealed=sealed)
    record(
        "report.submitted",
        report,
        by=by,
        organization=report.organization,
        round=report.round,
        seal=report.seal,
    )
    notify(
        "report.submitted",
        to=holders(rules.RECEIVERS[report.period.tier], report.receiver),
        url=report.get_absolute_url(),
        key=f"report:{report.pk}:submitted:{report.round}",
        organization=report.organization.name,
        month=report.period.label,
        at=now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    )
    return report


@transaction.atomic
def withdraw(report, *, by, now):
    """Take a report back before it is received. It then counts as never handed in, unless an earlier
    round was received or returned: what was taken back is not a submission."""
    report = _fresh(report)
    require(rules.may_fill(by, report))
    if report.state != State.SUBMITTED:
        raise Refused("该月报不在“已提交”状态，不能撤回。如需修改，请联系上级党组织退回。")
    stood = (
        report.steps.filter(kind__in=[Step.ACCEPTED, Step.RETURNED], round__lt=report.round)
        .order_by("round")
        .values_list("round", flat=True)
        .first()
    )
    first = report.steps.get(kind=Step.SUBMITTED, round=stood).at if stood else None
    _move(
        report,
        State.DRAFT,
        by=by,
        now=now,
        first_submitted_at=first,
        submitted_at=None,
        submitted_by=None,
        figures={},
        seal="",
    )
    _step(report, Step.WITHDRAWN, report.organization, by=by, now=now)
    record("report.withdrawn", report, by=by, organization=report.organization)
    return report


@transaction.atomic
def accept(report, *, by, now, reason="", seen_round=None):
    """The level above receives the report (接收); its people are told.

    ``seen_round`` is the round the receiver looked at: a report taken back and handed in again
    meanwhile must be read again.
    """
    report = _fresh(report)
    _require_receiver(by, report)
    _require_seen(report, seen_round)
    if report.state != State.SUBMITTED:
        raise Refused(f"该月报现在是“{report.get_state_display()}”，不能接收，请刷新后查看。")
    _move(report, State.ACCEPTED, by=by, now=now, decided_at=now, return_reason="")
    _decide(report, Step.ACCEPTED, "report.accepted", reason=reason[:500], by=by, now=now)
    return report


@transaction.atomic
def send_back(report, *, reason, by, now, seen_round=None):
    """The level above returns the report with a reason (退回修改); a received one too, when a mistake
    comes to light. The verdict of the first submission stays."""
    report = _fresh(report)
    _require_receiver(by, report)
    _require_seen(report, seen_round)
    reason = reason.strip()
    if len(reason) < 2:
        raise Refused("请写明退回原因，让填报单位知道改什么。", field="reason")
    if len(reason) > 500:
        raise Refused("退回原因请控制在500字以内。", field="reason")
    if not report.can_move_to(State.RETURNED) or report.is_editable:
        raise Refused(f"该月报现在是“{report.get_state_display()}”，不能退回，请刷新后查看。")
    _move(
        report,
        State.RETURNED,
        by=by,
        now=now,
        decided_at=now,
        return_reason=reason,
        figures={},
        seal="",
    )
    _decide(report, Step.RETURNED, "report.returned", reason=reason, by=by, now=now)
    return report


def note_field(check):
    """The name of the form's field for the explanation of a check."""
    return f"note_{check}"


def verdict(report, now):
    """ontime, extended (by the later day granted), late, missing (past due, never handed in) or waiting (not
    due yet): the same as ``MonthlyReportQuerySet.with_verdict``."""
    first = report.first_submitted_at
    if first is None:
        return "missing" if report.due_before <= now else "waiting"
    if first < report.period.due_before:
        return "ontime"
    return "extended" if first < report.due_before else "late"


def people_who_fill(report):
    return holders(rules.FILLERS[report.period.tier], report.organization)


# --- Helpers --------------------------------------------------------------------------------------


def _fresh(report):
    return MonthlyReport.objects.select_related(
        "organization", "receiver", "period__campaign", "updated_by"
    ).get(pk=report.pk)


def _require_editable(report):
    if not report.is_editable:
        raise Refused(
            f"{report}已报送，不能再修改。如需修改，请先撤回，或由{report.receiver}退回。"
        )


def _require_receiver(by, report):
    own = by.pk == report.submitted_by_id or rules.may_fill(by, report)
    if own and rules.scope_of(by).holds(rules.RECEIVERS[report.period.tier], report.receiver):
        require(False, "这是您本人或本单位报送的月报，请由上级党组织其他同志接收。")
    require(rules.may_receive(by, report))


def _require_seen(report, seen_round):
    if seen_round is not None and seen_round != report.round:
        raise Refused("填报单位刚刚撤回后重新报送了这份月报，请刷新后查看最新内容再办理。")


def _move(report, state, *, by, now, revision=None, **changes):
    """Change state and columns if the row is still as read; else the slower of two people is told."""
    known = report.revision if revision is None else revision
    columns = {
        **changes,
        "state": state,
        "revision": known + 1,
        "updated_by": by,
        "updated_at": now,
    }
    moved = MonthlyReport.objects.filter(pk=report.pk, state=report.state, revision=known).update(
        **columns
    )
    if not moved:
        stored = _fresh(report)
        who = "您在另一窗口" if stored.updated_by == by else stored.updated_by or "其他人"
        raise Conflict(
            f"您填写期间，{who}已修改了这份月报。您填写的内容还在，请核对后再保存。"
            if revision is not None
            else "这份月报刚刚已由他人办理，请刷新后查看。",
            theirs={one.key: stored.texts.get(one.key, "") for one in texts_of(stored.period)},
            who=str(stored.updated_by or ""),
            at=stored.updated_at,
        )
    for name, value in columns.items():
        setattr(report, name, value)


def _step(report, kind, organization, *, by, now, reason="", sealed=None):
    return ReportStep.objects.create(
        report=report,
        round=report.round,
        kind=kind,
        organization=organization,
        by=by,
        by_name=str(by),
        at=now,
        reason=reason,
        sealed=sealed or {},
        seal=seal_of(sealed) if sealed else "",
    )


def _decide(report, kind, verb, *, reason, by, now):
    """Step, audit and notice of a receiver's decision."""
    _step(report, kind, report.receiver, by=by, now=now, reason=reason)
    record(verb, report, by=by, organization=report.organization, round=report.round, reason=reason)
    notify(
        verb,
        to=people_who_fill(report),
        url=report.get_absolute_url(),
        key=f"report:{report.pk}:{kind.value}:{report.round}",
        receiver=report.receiver.name,
        month=report.period.label,
        reason=reason,
    )
