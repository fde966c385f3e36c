"""The self-check of phase 1 (自查): headings answered with the findings beside them, signed by the secretary.

工作方案 第一阶段: "对照六个方面开展自查，列出清单". The portal suggests an answer from what the rules found;
the branch confirms it, or corrects it and says why.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from branches.roles import BRANCH_ROLES
from branches.scope import holders
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.services import notify
from tasks import rules
from tasks.health.words import sentence
from tasks.models import Campaign, Finding, SelfCheck, SelfCheckAnswer, Severity

Result = SelfCheckAnswer.Result
REASON_MIN = 5

# Rules about the self-check and the lists that follow from it: they cannot speak in it.
ABOUT_LISTS = ("R48", "R49", "R50", "R51")
# Rules that tell whether the paper is there, not how things are: without a finding of them nothing is
# known to be in order.
ABOUT_PAPER = (*ABOUT_LISTS, "R52", "R53", "R54", "R55", "R56")
# An open finding of these grades says that the heading is not met; what is unknown is never "passed".
WEIGHTY = (Severity.ERROR, Severity.UNKNOWN)


class Incomplete(Refused):
    """Some headings cannot be taken like this; ``errors`` says why, by heading."""

    def __init__(self, errors):
        super().__init__("请更正以下自查项，已填写的内容都在。", field="answers")
        self.errors = errors


@dataclass
class Heading:
    """One of the six headings for one branch: what the rules found, what they suggest, what it answered."""

    code: str
    text: str
    findings: list = field(default_factory=list)
    is_computed: bool = False
    answer: SelfCheckAnswer | None = None

    @property
    def suggested(self):
        """不符合 with an open error or something unknown; "" where the portal holds nothing to judge by."""
        if any(finding.severity in WEIGHTY for finding in self.findings):
            return Result.NOT_MET
        return Result.MET if self.is_computed else ""

    @property
    def evidence(self):
        """The findings as they are kept with the answer."""
        return [
            {
                "rule": finding.rule.number,
                "severity": finding.severity,
                "word": finding.get_severity_display(),
                "sentence": finding.sentence,
                "opened_on": finding.opened_on.isoformat(),
            }
            for finding in self.findings
        ]

    def wants_reason(self, result):
        """Whether this result must be explained: it differs from what the data say."""
        return result != self.suggested and not (self.suggested == "" and result == Result.MET)


def phase_of(campaign):
    """The phase with the self-check; None when the campaign has none."""
    phases = campaign.phases.all() if campaign else ()  # in their order
    return next((phase for phase in phases if phase.self_check), None)


def headings_of(campaign, branch, *, today):
    """The headings with what stands beside each now; a few statements however much was found."""
    phase = phase_of(campaign)
    if phase is None:
        return []
    answers = SelfCheckAnswer.objects.filter(
        self_check__organization=branch, self_check__campaign=campaign
    ).select_related("by")
    found = list(open_findings(campaign).filter(organization=branch))
    for finding in found:
        finding.sentence = sentence(finding, today)
    return arranged(phase, computed_tasks(campaign), found, {a.heading: a for a in answers})


def arranged(phase, computed, found, answers):
    """The headings of the phase from the findings of one branch, each with its sentence."""
    by_task = {}
    for finding in found:
        by_task.setdefault(finding.rule.task.code, []).append(finding)
    return [
        Heading(
            code=told["code"],
            text=told["text"],
            findings=[finding for task in told["tasks"] for finding in by_task.get(task, ())],
            is_computed=not computed.isdisjoint(told["tasks"]),
            answer=answers.get(told["code"]),
        )
        for told in phase.self_check
    ]


def computed_tasks(campaign):
    """The codes of the tasks of which the rules tell how things are."""
    return set(
        campaign.rules.filter(retired_at=None)
        .exclude(number__in=ABOUT_PAPER)
        .values_list("task__code", flat=True)
    )


def open_findings(campaign):
    """What the rules hold against branches now, as far as the self-check is concerned."""
    return (
        Finding.objects.filter(rule__campaign=campaign)
        .open()
        .for_the_branch()
        .exclude(severity=Severity.NOTICE)
        .exclude(rule__number__in=ABOUT_LISTS)
        .select_related("rule__task")
        .order_by("rule__number", "pk")
    )


@transaction.atomic
def save(branch, answers, *, revision, by, now):
    """Keep the answers: ``{heading: (result, reason)}``; headings without a result stay unanswered.

    ``revision`` is the one the person had before the eyes (0: not begun). Returns the self-check.
    """
    require(rules.may_fill(by, branch))
    check, headings = _take(branch, revision, now)
    _answer(check, headings, answers, by=by, now=now)
    record("self_check.saved", check, by=by, organization=branch, headings=sorted(answers))
    return check


@transaction.atomic
def sign(branch, answers, *, revision, by, now):
    """The secretary signs: all headings answered, the findings kept as evidence, nothing changes after."""
    require(
        rules.may_sign_self_check(by, branch),
        "自查由支部书记签发。党务干部可以填写并保存，请书记核对后签发。",
    )
    check, headings = _take(branch, revision, now)
    unanswered = {h.code: "请选择自查结果。" for h in headings if not answers.get(h.code, ("",))[0]}
    _answer(check, headings, answers, by=by, now=now, errors=unanswered)
    SelfCheck.objects.filter(pk=check.pk).update(signed_by=by, signed_at=now, reopen_reason="")
    check.refresh_from_db()
    record(
        "self_check.signed", check, by=by, organization=branch,
        not_met=sorted(code for code, (result, _) in answers.items() if result == Result.NOT_MET),
    )  # fmt: skip
    return check


@transaction.atomic
def reopen(check, reason, *, by):
    """Those above give a signed self-check back; the branch is told why."""
    branch = check.organization
    require(rules.may_reopen_self_check(by, branch))
    reason = reason.strip()
    if len(reason) < REASON_MIN:
        raise Refused(f"请写明退回原因，不少于{REASON_MIN}个字。", field="reason")
    if len(reason) > SelfCheck._meta.get_field("reopen_reason").max_length:
        raise Refused("退回原因最多300字。", field="reason")
    moved = SelfCheck.objects.filter(pk=check.pk, signed_at__isnull=False).update(
        signed_by=None, signed_at=None, reopen_reason=reason, revision=F("revision") + 1
    )
    if not moved:
        raise Refused("该自查还没有签发，或者刚刚已被退回，请刷新页面。")
    check.refresh_from_db()
    record("self_check.reopened", check, by=by, organization=branch, reason=reason)
    notify(
        "self_check.reopened",
        holders(BRANCH_ROLES, branch),
        url=f"{path_to('tasks:self_check')}?org={branch.pk}",
        key=f"self_check:{check.pk}:{check.revision}",
        branch=branch,
        reason=reason,
    )
    return check


def _take(branch, revision, now):
    """The self-check claimed for a change, and its headings."""
    today = local_day(now)
    campaign = Campaign.objects.running(today)
    headings = headings_of(campaign, branch, today=today)
    if not headings:
        raise Refused("今年的基本建设年活动还没有启动，不能自查。")
    if today < phase_of(campaign).starts_on:
        raise Refused("第一阶段还没有开始，不能自查。")
    check, created = SelfCheck.objects.get_or_create(organization=branch, campaign=campaign)
    if check.is_signed:
        raise Refused("自查已经签发，不能再改。确需修改的，请联系上级党组织退回。")
    expected = 1 if created else revision
    moved = SelfCheck.objects.filter(pk=check.pk, revision=expected, signed_at=None).update(
        revision=F("revision") + 1
    )
    if not moved:
        raise Conflict("您填写期间，本支部的自查已被他人修改。请核对下面的内容后再保存。")
    check.refresh_from_db()
    return check, headings


def _answer(check, headings, answers, *, by, now, errors=None):
    errors = dict(errors or {})
    known = {heading.code for heading in headings}
    errors |= {code: "没有这个自查项。" for code in answers if code not in known}
    limit = SelfCheckAnswer._meta.get_field("reason").max_length
    rows = []
    for heading in headings:
        result, reason = answers.get(heading.code, ("", ""))
        reason = reason.strip()
        if not result:
            continue
        if result not in Result.values:
            errors[heading.code] = "请选择“符合”或“不符合”。"
        elif len(reason) > limit:
            errors[heading.code] = f"说明最多{limit}字。"
        elif heading.wants_reason(result) and len(reason) < REASON_MIN:
            errors[heading.code] = (
                f"与系统判断不一致，请写明理由，不少于{REASON_MIN}个字。"
                if heading.suggested
                else f"请写明不符合的具体情况，不少于{REASON_MIN}个字。"
            )
        rows.append(
            SelfCheckAnswer(
                self_check=check,
                heading=heading.code,
                suggested=heading.suggested,
                result=result,
                reason=reason,
                evidence=heading.evidence,
                by=by,
                at=now,
            )  # fmt: skip
        )
    if errors:
        raise Incomplete(errors)
    if not rows:
        raise Incomplete({headings[0].code: "请至少填写一项再保存。"})
    SelfCheckAnswer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["self_check", "heading"],
        update_fields=["suggested", "result", "reason", "evidence", "by", "at"],
    )
