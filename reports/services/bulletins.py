"""通报: drafted from the month's numbers, edited, published once; the text that was published is kept.

Source: 工作方案 五(二) (通报); 五(三) 及时总结上报好经验、好做法: practices that the committee took up are printed
in it and count as adopted by it.
"""

import hashlib
import io
import json

from django.db import transaction
from django.db.models import F, Max, Q

from branches.models import Appointment, Organization
from branches.roles import BRANCH_ROLES, Role
from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.pdf import render_document
from branchyear.lib.wordfile import WordPaper
from branchyear.notifications.services import Message, notify_many
from reports.models import Bulletin, PaperFile
from reports.services import bulletin_numbers as numbers
from reports.services import papers, practices
from tasks.models import Campaign

State = Bulletin.State
KEEPERS = frozenset({Role.COMMITTEE_REVIEWER})
OF_COMMITTEE = "由市直机关工委审核人办理。"
ORDINALS = "一二三四五六七八九十"
MOST = 5000


def may_keep(user, organization):
    return scope_of(user).holds(KEEPERS, organization)


@transaction.atomic
def draft(organization, month, *, by, now):
    """起草 from the numbers of a month, as they are today."""
    require(may_keep(by, organization), OF_COMMITTEE)
    today = local_day(now)
    campaign = Campaign.objects.running(today)
    if campaign is None:
        raise Refused("今年的基本建设年活动还没有启动。")
    if not Month.of(campaign.starts_on) <= month <= Month.of(min(today, campaign.ends_on)):
        raise Refused("请选择本年度活动期间、已经开始的月份。", field="month")
    Organization.objects.select_for_update().get(pk=organization.pk)  # two would take one number
    here = Bulletin.objects.filter(organization=organization, campaign=campaign)
    if here.filter(state=State.DRAFT).exists():
        raise Refused("还有一期草稿没有发布，请先发布或修改它。")
    figures, parts = _made(organization, campaign, month, (), today)
    row = Bulletin.objects.create(
        organization=organization,
        campaign=campaign,
        number=(here.aggregate(last=Max("number"))["last"] or 0) + 1,
        month=str(month),
        title=f"关于{month.label}{campaign.name}工作推进情况的通报",
        figures=figures,
        parts=parts,
        drafted_by=by,
        drafted_at=now,
    )
    record("bulletin.drafted", row, by=by, organization=organization, month=row.month)
    return row


def _made(organization, campaign, month, chosen, today):
    figures, names = numbers.figures_of(organization, campaign, month, today=today)
    texts = numbers.texts_of(figures, names, chosen, month=month, today=today)
    parts = [{"key": key, "heading": heading, "text": texts[key]} for key, heading in numbers.PARTS]
    return figures, parts


@transaction.atomic
def redraft(row, *, revision, by, now):
    """按最新数据重新起草: numbers and sentences anew; what had been edited is replaced."""
    require(may_keep(by, row.organization), OF_COMMITTEE)
    chosen = _chosen(row.organization, row.campaign, row.practices)
    figures, parts = _made(
        row.organization, row.campaign, Month.parse(row.month), chosen, local_day(now)
    )
    _keep(row, revision, figures=figures, parts=parts, drafted_at=now)
    record("bulletin.redrafted", row, by=by, organization=row.organization)
    return row


@transaction.atomic
def save(row, *, title, audience, texts, chosen=(), revision, by, now):
    """Keep what was edited. ``chosen`` are ids of practices; newly chosen ones are added to the text."""
    require(may_keep(by, row.organization), OF_COMMITTEE)
    title = (title or "").strip()
    if not 5 <= len(title) <= 100:
        raise Refused("标题请写5至100个字。", field="title")
    if audience not in Bulletin.Audience.values:
        raise Refused("请选择发至哪些党组织。", field="audience")
    fresh = _chosen(row.organization, row.campaign, set(chosen) - set(row.practices))
    parts = []
    for part in row.parts:
        text = (texts.get(part["key"], part["text"]) or "").replace("\r\n", "\n").strip()
        if part["key"] == "practices" and fresh:
            text = "\n".join(filter(None, (text, numbers.practice_words(fresh))))
        if len(text) > MOST:
            raise Refused(f"“{part['heading']}”最多{MOST}个字，请精简。", field=part["key"])
        parts.append({**part, "text": text})
    kept = [each.pk for each in _chosen(row.organization, row.campaign, chosen)]
    _keep(row, revision, title=title, audience=audience, parts=parts, practices=kept)
    record("bulletin.edited", row, by=by, organization=row.organization)
    return row


@transaction.atomic
def publish(row, *, revision, by, now):
    """发布: sealed, told to everybody it goes to; the practices in it are adopted."""
    require(may_keep(by, row.organization), OF_COMMITTEE)
    if not any(part["text"] for part in row.parts):
        raise Refused("通报没有内容，请先填写再发布。")
    _keep(
        row, revision, state=State.PUBLISHED, published_by=by, published_at=now, seal=seal_of(row)
    )
    for practice in _chosen(row.organization, row.campaign, row.practices):
        practices.adopt(practice, bulletin=str(row), by=by, now=now)
    record("bulletin.published", row, by=by, organization=row.organization, seal=row.seal)
    notify_many("bulletin.published", list(_messages(row)))
    return row


def seal_of(row):
    """The SHA-256 of what is published: title, to whom, words and numbers."""
    said = [str(row), row.title, row.audience, row.parts, row.figures]
    made = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(made.encode()).hexdigest()


def _chosen(organization, campaign, ids):
    if not ids:
        return []
    return list(numbers.practices_to_choose(organization, campaign).filter(pk__in=ids))


def _keep(row, revision, **values):
    moved = Bulletin.objects.filter(pk=row.pk, state=State.DRAFT, revision=revision).update(
        revision=F("revision") + 1, **values
    )
    if not moved:
        now = Bulletin.objects.get(pk=row.pk)
        if now.is_published:
            raise Refused("这期通报已经发布，不能再修改。")
        raise Conflict("这期通报刚刚已由他人修改，您的内容没有覆盖它，请核对后再保存。")
    for name, value in {"revision": revision + 1, **values}.items():
        setattr(row, name, value)


def _messages(row):
    """One to everybody who answers for an organisation it goes to."""
    at_direct = Q(organization__depth=Organization.DIRECT_DEPTH)
    direct = at_direct & (
        Q(role=Role.ORG_REVIEWER) | Q(role__in=BRANCH_ROLES, organization__kind="branch")
    )
    wanted = direct
    if row.audience == Bulletin.Audience.ALL:
        wanted |= Q(role__in=BRANCH_ROLES, organization__kind="branch")
    offices = (
        Appointment.objects.in_force(local_day())
        .filter(wanted, organization__closed_on=None, user__is_active=True)
        .filter(organization__in=Organization.objects.under(row.organization))
        .select_related("user")
        .order_by("pk")
    )
    for office in offices:
        yield Message(
            office.user, f"bulletin:{row.pk}", row.get_absolute_url(),
            {"bulletin": str(row), "title": row.title, "organization": row.organization},
        )  # fmt: skip


# --- Taken away -------------------------------------------------------------------------------------


def numbered(row):
    """``[(一, heading, text)]`` of the parts that say something."""
    parts = [part for part in row.parts if part["text"]]
    return [
        (number, part["heading"], part["text"])
        for number, part in zip(ORDINALS, parts, strict=False)
    ]


def give_out(row, form, *, by, now):
    """``bytes`` of the 通报 as PDF or Word. A published one is given out under a verification code."""
    paper = None
    if row.is_published:
        paper = papers.issue(
            "bulletin", organization=row.organization, version=row.seal, title=str(row),
            scope=row.get_audience_display(), by=by, now=now,
        )  # fmt: skip
    file = io.BytesIO()
    day = local_day(row.published_at or now)
    if form == "pdf":
        render_document(
            file,
            "reports/bulletin_copy.html",
            {"row": row, "parts": numbered(row), "day": day, "paper": paper},
            title=row.title,
            author=str(row.organization),
            watermark=None if paper else "草稿（未发布）",
            code=paper.address if paper else None,
        )
    else:
        _write_word(row, file, day, paper)
    content = file.getvalue()
    if paper and form == "pdf":
        papers.enter(
            paper,
            [PaperFile(
                role=PaperFile.Role.WHOLE, path=f"{row}.pdf", size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
            )],
        )  # fmt: skip
    return content


def _write_word(row, file, day, paper):
    word = WordPaper(
        row.title, author=str(row.organization), draft="" if paper else "草稿（未发布）"
    )
    word.flush(f"{row.get_audience_display()}：")
    for number, heading, text in numbered(row):
        word.heading(f"{number}、{heading}")
        word.text(text)
    word.gap(2)
    word.right(str(row.organization))
    word.right(f"{day.year}年{day.month}月{day.day}日")
    if paper:
        word.gap()
        word.flush(f"核验码：{paper.shown_code}")
    word.save(file)
