"""述职评议: the year in facts with room for words; handed in by the organisation, commented on from above.

The facts are those of the scores (``tasks.scoring``), so that a summary and a score cannot differ.
"""

import io
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q

from branches.querysets import below
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.pdf import render_document
from branchyear.lib.wordfile import WordPaper
from branchyear.notifications.services import notify
from reports.models import DutyReport
from reports.services.figures import link
from tasks import rules
from tasks.models import Problem, Score
from tasks.scoring.registry import Ask, load

State = DutyReport.State
PARTS = DutyReport.PARTS
OF_ORGANIZATION = "由该党组织的书记、党务干部（机关党委为审核人）办理。"
OF_UPPER = "由上级党组织审核人点评，本单位的人不能点评自己。"
LEAST, MOST = 10, 3000
# Which facts the year is told by, in this order.
FACTS = (
    ("items.accepted", "到期条目审核通过"),
    ("items.late", "其中逾期提交"),
    ("reports.untimely", "月报逾期和未报"),
    ("problems.overdue", "问题逾期未销号"),
    ("inspections.mismatch", "督查抽查与所报不符"),
    ("practices.adopted", "经验做法被采用"),
)


def reports_on(organization):
    """Who writes one: directly affiliated organisations and branches."""
    return organization.is_direct or organization.is_branch


def may_write(user, organization):
    return reports_on(organization) and rules.may_keep_problems(user, organization)


def may_comment(user, organization):
    return reports_on(organization) and rules.may_oversee_problems(user, organization)


def facts_of(organization, campaign, *, now):
    """``[{label, value, of, unit, url}]`` of the campaign so far, in a fixed number of statements."""
    known, rows = load(), []
    for key, label in FACTS:
        rule = known[key]
        found = rule.find(_ask(organization, campaign, now))
        facts = found.rows
        if rule.own:
            facts = facts.filter(**{found.owner: organization.path})
        numbers = _counted(facts, found.counted)
        url = rule.link(organization, {}) if rule.link else ""
        rows.append({"label": label, **numbers, "unit": rule.unit, "url": url})
    problems = Problem.objects.under(organization).of(campaign)
    closed = {
        "label": "问题销号", **_counted(problems, Q(state=Problem.State.CLOSED)), "unit": "个",
        "url": link("tasks:problems", org=organization.pk, state="closed"),
    }  # fmt: skip
    return [*rows[:3], closed, *rows[3:], *_scores(organization, campaign)]


def _counted(rows, condition):
    return rows.order_by().aggregate(value=Count("pk", filter=condition), of=Count("pk"))


def _ask(organization, campaign, now):
    end = min(campaign.ends_on, local_day(now))
    return Ask(
        campaign, campaign.starts_on, max(end, campaign.starts_on), now,
        condition=partial(below, organization.path),
    )  # fmt: skip


def _scores(organization, campaign):
    rows = Score.objects.filter(
        organization=organization, round__campaign=campaign, frozen_total__isnull=False
    ).select_related("round__rubric", "round__campaign")
    return [
        {
            "label": f"{row.round.name}考核得分（{row.band}）",
            "value": f"{row.total}",
            "of": f"{row.round.rubric.total:.0f}",
            "unit": "分",
            "url": row.get_absolute_url(),
        }
        for row in rows.order_by("round__ends_on", "pk")
    ]


def report_of(organization, campaign):
    """The stored one, or an unsaved empty one."""
    row = (
        DutyReport.objects.filter(organization=organization, campaign=campaign)
        .select_related("submitted_by", "comment_by")
        .first()
    )
    row = row or DutyReport(organization=organization, campaign=campaign)
    row.organization, row.campaign = organization, campaign
    return row


# --- Verbs ------------------------------------------------------------------------------------------


@transaction.atomic
def save(organization, campaign, texts, *, revision, by, now):
    """暂存."""
    require(may_write(by, organization), OF_ORGANIZATION)
    kept = {key: _text(texts.get(key), key, heading) for key, heading in PARTS}
    row = report_of(organization, campaign)
    if row.pk is None:
        try:
            with transaction.atomic():
                row = DutyReport.objects.create(
                    organization=organization, campaign=campaign, texts=kept
                )
        except IntegrityError:
            raise Conflict(
                "述职报告刚刚已由他人填写，您的内容没有覆盖它，请核对后再保存。"
            ) from None
    else:
        _move(row, State.DRAFT, revision=revision, before=State.DRAFT, texts=kept)
    record("duty.saved", row, by=by, organization=organization)
    return row


@transaction.atomic
def submit(organization, campaign, texts, *, revision, by, now):
    """提交 with the facts of the day; those above are told."""
    row = save(organization, campaign, texts, revision=revision, by=by, now=now)
    for key, heading in PARTS:
        if len(row.texts[key]) < LEAST:
            raise Refused(f"“{heading}”请写具体一些（不少于{LEAST}个字）。", field=key)
    facts = facts_of(organization, campaign, now=now)
    _move(
        row, State.SUBMITTED, revision=row.revision, before=State.DRAFT, facts=facts,
        submitted_by=by, submitted_at=now,
    )  # fmt: skip
    record("duty.submitted", row, by=by, organization=organization)
    _tell("duty.submitted", rules.reviewers_above(organization), row)
    return row


@transaction.atomic
def withdraw(row, *, revision, by, now):
    """撤回 before it was commented on."""
    require(may_write(by, row.organization), OF_ORGANIZATION)
    _move(row, State.DRAFT, revision=revision, before=State.SUBMITTED)
    record("duty.withdrawn", row, by=by, organization=row.organization)
    return row


@transaction.atomic
def comment(row, text, *, back, revision, by, now):
    """点评; or back to the organisation with what is missing (``back``)."""
    require(may_comment(by, row.organization), OF_UPPER)
    text = (text or "").strip()
    if not 5 <= len(text) <= 500:
        raise Refused("点评请写5至500个字。", field="comment")
    state = State.DRAFT if back else State.REVIEWED
    _move(
        row, state, revision=revision, before=State.SUBMITTED, comment=text, comment_by=by,
        comment_at=now,
    )  # fmt: skip
    verb = "duty.returned" if back else "duty.reviewed"
    record(verb, row, by=by, organization=row.organization)
    _tell(verb, rules.keepers_of(row.organization), row, text=text)
    return row


def _move(row, to, *, revision, before, **values):
    if row.state != before:
        raise Refused(f"述职报告现为“{row.get_state_display()}”，不能这样办理，请刷新页面。")
    moved = DutyReport.objects.filter(pk=row.pk, state=before, revision=revision).update(
        state=to, revision=F("revision") + 1, **values
    )
    if not moved:
        raise Conflict("述职报告刚刚已由他人办理，您的内容没有覆盖它，请核对后再办理。")
    for name, value in {"state": to, "revision": revision + 1, **values}.items():
        setattr(row, name, value)


def _text(value, key, heading):
    value = (value or "").replace("\r\n", "\n").strip()
    if len(value) > MOST:
        raise Refused(f"“{heading}”最多{MOST}个字，现有{len(value)}个字，请精简。", field=key)
    return value


def _tell(kind, people, row, **words):
    notify(
        kind, people, url=row.get_absolute_url(), key=f"duty:{row.pk}:{row.revision}",
        organization=row.organization, year=row.campaign.year, **words,
    )  # fmt: skip


# --- Taken away -------------------------------------------------------------------------------------

ORDINALS = "一二三四五六"


def give_out(row, form, *, by, now):
    """``bytes`` of the summary as PDF or Word: facts, words, comment, room for signatures."""
    facts = (
        row.facts if row.state != State.DRAFT else facts_of(row.organization, row.campaign, now=now)
    )
    title = f"{row.organization.name}{row.campaign.year}年抓{row.campaign.name}述职报告"
    draft = row.state == State.DRAFT
    parts = list(zip(ORDINALS[1:], [(h, row.texts.get(k, "")) for k, h in PARTS], strict=False))
    parts = [(number, heading, text) for number, (heading, text) in parts]
    day = local_day(row.submitted_at if row.submitted_at and not draft else now)
    file = io.BytesIO()
    if form == "pdf":
        render_document(
            file, "reports/duty_copy.html",
            {"row": row, "facts": facts, "parts": parts, "day": day, "draft": draft},
            title=title, author=str(by), watermark="草稿（未提交）" if draft else None,
        )  # fmt: skip
        return file.getvalue()
    word = WordPaper(title, author=str(by), draft="草稿（未提交）" if draft else "")
    word.heading("一、年度事实")
    word.table(
        ("项目", "情况"),
        [(one["label"], f"{one['value']}/{one['of']}{one['unit']}") for one in facts],
    )
    for number, heading, text in parts:
        word.heading(f"{number}、{heading}")
        word.text(text or "（待填写）")
    if row.comment and row.state == State.REVIEWED:
        word.heading("五、上级点评")
        word.text(row.comment)
    word.gap(2)
    word.right(f"{row.organization.name}（盖章）")
    word.right(f"{day.year}年{day.month}月{day.day}日")
    word.save(file)
    return file.getvalue()
