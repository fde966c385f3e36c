"""What the portal knows already and an item asks for: ledgers as small tables, offered instead of an upload.

Source: 力戒形式主义 (工作方案): no fact is asked for twice. Which item is offered which ledger is data
(``FactWord``, kept in the admin site); how a ledger becomes a table is code, one function for each. Names
and figures only: no numbers of persons, and of dues only who is square, for a sum tells the wage.
"""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field

from django.db.models import BigAutoField, Q
from django.urls import reverse

from branches.models import Kind, Organization, Term
from branches.terms import YEARS
from branchyear.lib.composed import composed
from branchyear.lib.dates import local_day
from members.hours import progress_of
from members.models import (
    COMMITTEE_POSTS,
    Absence,
    Appraisal,
    DuesMonth,
    Member,
    Post,
    PostHeld,
    Talk,
    Transfer,
)
from members.services.posts import post_word
from tasks.models import FactKind, FactWord, ItemFact

ROWS = 300  # a branch has at most a hundred members; a larger table is no proof anybody reads
# That nobody is away and nobody moved is a fact as well.
MAY_BE_EMPTY = frozenset({FactKind.TRANSFERS, FactKind.ABSENCES})
PAGES = {
    FactKind.ROSTER: "members:roster",
    FactKind.GROUPS: "members:committee",
    FactKind.COMMITTEE: "members:committee",
    FactKind.TERMS: "members:committee",
    FactKind.APPRAISAL: "members:appraisal",
    FactKind.TALKS: "members:talks",
    FactKind.TRAINING: "members:training",
    FactKind.TRANSFERS: "members:transfers",
    FactKind.ABSENCES: "members:absences",
    FactKind.DUES: "members:dues",
}


@dataclass(frozen=True)
class Table:
    """A ledger on one day. Without a row it proves nothing."""

    summary: str
    head: list
    rows: list = field(default_factory=list)

    @property
    def data(self):
        return asdict(self)

    @property
    def digest(self):
        text = json.dumps(self.data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@composed()
def _words():
    return FactWord.objects.all()


def kinds_for(version, words=None):
    """The ledgers that an item asking for these materials is offered, in official order."""
    words = _words() if words is None else words
    found = {w.kind for w in words if any(w.words in asked for asked in version.evidence)}
    return [kind for kind in FactKind if kind in found]


def build(kind, branch, day):
    """The ledger ``kind`` of ``branch`` as it stands, reckoned on ``day``."""
    return BUILDERS[kind](branch, day)


def page_of_ledger(kind, branch):
    """Where the ledger is kept."""
    return f"{reverse(PAGES[FactKind(kind)])}?org={branch.pk}"


def offered(branch_item, used, *, now=None):
    """``[(kind, label, table, address)]`` of what is not used yet; an empty ledger is shown as such."""
    day, taken = local_day(now), {link.kind for link in used}
    branch = branch_item.branch
    return [
        (kind.value, kind.label, build(kind, branch, day), page_of_ledger(kind, branch))
        for kind in kinds_for(branch_item.version)
        if kind not in taken
    ]


@composed(item=BigAutoField())
def _sealed(item):
    return ItemFact.objects.filter(branch_item=item).select_related("attached_by")


def used(branch_item):
    """The item's sealed ledgers, each with the address of the living one."""
    links = _sealed(item=branch_item.pk)
    for link in links:
        link.branch_item = branch_item
        link.address = page_of_ledger(link.kind, branch_item.branch)
    return links


# --- One function for each ledger -----------------------------------------------------------------


def _members(branch):
    return Member.objects.counted().filter(organization=branch)


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def roster(branch, day):
    rows = _members(branch).select_related("group").order_by("name_key", "pk")
    figures = rows.head_count()
    return Table(
        f"党员{figures['members']}名，其中正式党员{figures['formal']}名、"
        f"预备党员{figures['probationary']}名",
        ["姓名", "性别", "类别", "党小组", "党内职务"],
        [
            [
                m.name,
                m.get_sex_display(),
                m.get_category_display(),
                str(m.group or ""),
                m.party_post,
            ]
            for m in rows[:ROWS]
        ],
    )


def groups(branch, day):
    below = Organization.objects.under(branch).filter(kind=Kind.GROUP).open()
    sizes = Counter(_members(branch).values_list("group", flat=True))
    held = _in_force(day).filter(organization__in=below, post=Post.GROUP_LEADER)
    leaders = {one.organization_id: one.member.name for one in held}
    rows = [[g.name, leaders.get(g.pk, "未明确"), f"{sizes[g.pk]}人"] for g in below[:ROWS]]
    left = sizes[None]
    tail = f"，{left}人未编入" if left and rows else ""
    return Table(f"党小组{len(rows)}个{tail}", ["党小组", "组长", "人数"], rows)


def committee(branch, day):
    held = _in_force(day).filter(organization=branch, post__in=COMMITTEE_POSTS)
    order = list(Post)
    seats = sorted(held, key=lambda one: (order.index(Post(one.post)), one.pk))
    return Table(
        f"班子成员{len(seats)}名",
        ["职务", "姓名", "分工", "任职日期"],
        [[post_word(s.post, branch), s.member.name, s.duties, _day(s.starts_on)] for s in seats],
    )


def terms(branch, day):
    rows = Term.objects.filter(organization=branch).order_by("-elected_on")[:ROWS]
    now = next((t for t in rows if t.ended_on is None), None)
    says = f"现任第{now.number}届，应于{_day(now.due_on)}前换届" if now else "没有登记现任班子"
    return Table(
        f"{says}（任期{YEARS.get(branch.kind, '—')}年）",
        ["届次", "选举日期", "应到/实到", "届满日期", "延期至", "换届日期"],
        [
            [
                f"第{t.number}届",
                _day(t.elected_on),
                f"{t.voters_due or '—'}/{t.voters_present or '—'}",
                _day(t.expires_on),
                _day(t.extended_to),
                _day(t.ended_on),
            ]
            for t in rows
        ],
    )


def appraisal(branch, day):
    one = (
        Appraisal.objects.filter(organization=branch, year__lte=day.year).order_by("-year").first()
    )
    if one is None:
        return Table("还没有登记民主评议", ["姓名", "等次"])
    results = one.results.select_related("member").order_by("member__name_key", "pk")
    rows = [[r.member.name, r.get_grade_display() or "未定等次"] for r in results[:ROWS]]
    grades = Counter(row[1] for row in rows)
    told = "、".join(f"{grade}{number}名" for grade, number in grades.most_common())
    return Table(f"{one.year}年度，{_day(one.on)}评议：{told}", ["姓名", "等次"], rows)


def talks(branch, day):
    rows = Talk.objects.filter(organization=branch, voided_at=None, on__year=day.year)
    rows = rows.select_related("speaker", "listener").order_by("on", "pk")
    return Table(
        f"{day.year}年谈心谈话{rows.count()}次",
        ["日期", "类别", "谈话人", "谈话对象"],
        [[_day(t.on), t.get_kind_display(), t.speaker.name, t.listener.name] for t in rows[:ROWS]],
    )


def training(branch, day):
    people = _members(branch).with_training(day.year, day).order_by("name_key", "pk")
    rows, reached = [], 0
    for member in people[:ROWS]:
        so_far = progress_of(member, day.year, day)
        reached += so_far.is_reached
        asked = "不作硬性要求" if so_far.is_excused else f"{so_far.required.normalize():f}"
        state = "已达标" if so_far.is_reached else "未达标"
        rows.append([member.name, f"{so_far.hours.normalize():f}", asked, state])
    return Table(
        f"{day.year}年学时达标{reached}/{len(rows)}人", ["姓名", "学时", "应达到", "情况"], rows
    )


def transfers(branch, day):
    rows = Transfer.objects.filter(Q(sender=branch) | Q(receiver=branch), issued_on__year=day.year)
    rows = rows.select_related("member").order_by("issued_on", "pk")
    open_ones = sum(t.state == Transfer.State.ISSUED for t in rows)
    return Table(
        f"{day.year}年转接{len(rows)}人次，待接收{open_ones}人次",
        ["姓名", "转出单位", "转入单位", "开具日期", "接收日期", "状态"],
        [
            [
                t.member.name,
                t.sender_name,
                t.receiver_name,
                _day(t.issued_on),
                _day(t.received_on),
                t.get_state_display(),
            ]
            for t in rows[:ROWS]
        ],
    )


def absences(branch, day):
    rows = Absence.objects.filter(organization=branch, ended_on=None).select_related("member")
    return Table(
        f"流动、失联党员{rows.count()}名",
        ["姓名", "类别", "外出(失联)时间", "联系人", "最近联系"],
        [
            [
                a.member.name,
                a.get_kind_display(),
                _day(a.since),
                a.contact_person,
                _day(a.last_contact_on),
            ]
            for a in rows.order_by("since", "pk")[:ROWS]
        ],
    )


def dues(branch, day):
    registered = DuesMonth.objects.filter(organization=branch, month__startswith=str(day.year))
    months = list(registered.figures("month").order_by("month"))
    rows = [
        [m["month"], f"{m['people']}人", f"{m['full']}人", f"{m['owing']}人", f"{m['unknown']}人"]
        for m in months
    ]
    total, full = (sum(m[name] for m in months) for name in ("people", "full"))
    return Table(
        f"{day.year}年{len(rows)}个月，应交{total}人次，已交足{full}人次",
        ["月份", "应交", "已交足", "未交足", "未核定基数"],
        rows,
    )


def _in_force(day):
    held = PostHeld.objects.filter(starts_on__lte=day).exclude(ends_on__lt=day)
    return held.select_related("member")


BUILDERS = {
    FactKind.ROSTER: roster,
    FactKind.GROUPS: groups,
    FactKind.COMMITTEE: committee,
    FactKind.TERMS: terms,
    FactKind.APPRAISAL: appraisal,
    FactKind.TALKS: talks,
    FactKind.TRAINING: training,
    FactKind.TRANSFERS: transfers,
    FactKind.ABSENCES: absences,
    FactKind.DUES: dues,
}
