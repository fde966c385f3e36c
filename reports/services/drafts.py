"""The draft of a monthly report, from the month's facts, in the wording of its sections.

The wording is data (``ReportSection.draft``): one sentence to a line, an empty line begins a paragraph;
``{名称}`` stands for a fact. A sentence with a fact that is nought or empty is left out, and the next line,
if it begins with 否则：, stands in its place. Every number comes from a fact with the address of the list
it counts, and the names below are all there are.
"""

import re
from dataclasses import dataclass

from django.db.models import Count, Q

from branchyear.lib.dates import Month
from members import life
from members.lifebook import KINDS
from members.models import Meeting
from reports.models import MonthlyReport
from reports.services.figures import NOTHING_BELOW, link, lower_reports
from tasks.models import BranchItem, Problem

ELSE = "否则："
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SHOWN = 3  # titles and names in a sentence: more belong in the list
NAMES = (
    *(life.SHORT[kind] for kind in KINDS),
    *("党员", "应办条目", "审核通过", "本月通过", "待审核", "退回修改", "逾期条目"),
    *("下月到期", "下月任务", "本月会议", "会议主题"),
    *("本月培训", "培训学时", "党费情况", "应交党费", "实交党费", "足额人数", "未足额人数"),
    *("本月新增问题", "本月销号", "未销号问题", "超期问题", "问题名称"),
    *("应报月报", "已报月报", "未报月报", "未报单位"),
)


@dataclass(frozen=True)
class Fact:
    """One number with the list it counts; or words, with the numbers (``parts``) said in them."""

    label: str
    value: int | str = 0  # a sum of money or hours comes as it is written
    unit: str = ""
    url: str = ""
    words: str = ""
    parts: tuple = ()

    @property
    def said(self):
        return self.words or str(self.value)

    @property
    def is_there(self):
        return bool(self.words or self.value)


@dataclass(frozen=True)
class Draft:
    """A proposed text and the numbers in it."""

    text: str = ""
    facts: tuple = ()


def unknown_names(template):
    """The names in a wording that stand for no fact."""
    return [name for name in dict.fromkeys(PLACEHOLDER.findall(template)) if name not in NAMES]


def worded(template, facts):
    """The text that ``template`` gives with ``facts`` (by name)."""
    paragraphs, used = [""], {}
    left_out = False
    for line in template.splitlines():
        line = line.strip()
        if not line:
            paragraphs.append("")
            left_out = False
            continue
        instead = line.startswith(ELSE)
        if instead and not left_out:
            continue
        line = line.removeprefix(ELSE)
        named = [facts[name] for name in PLACEHOLDER.findall(line) if name in facts]
        left_out = not all(fact.is_there for fact in named)
        if left_out:
            continue
        for fact in named:
            used.update((part.label, part) for part in fact.parts or (fact,) if part.unit)
        paragraphs[-1] += PLACEHOLDER.sub(
            lambda found: facts[found[1]].said if found[1] in facts else found[0], line
        )
    return Draft("\n".join(filter(None, paragraphs)), tuple(used.values()))


def drafts_of(sections, facts):
    """``{key: Draft}`` of the sections that have a wording."""
    return {one.key: worded(one.draft, facts) for one in sections if one.draft}


# --- Facts ----------------------------------------------------------------------------------------


def facts_of(report, figures, *, today):
    """``{name: Fact}`` for one report: its figures, and what else a draft may say. A constant number
    of statements."""
    found = {row["key"]: row for row in figures}
    facts = [
        *_meetings(report, found),
        *_trainings(found),
        *_dues(found),
        *_items(report, found),
        *_problems(report, today),
        *_lower(report, found),
    ]
    members = found["members"]
    facts.append(Fact("党员", members["value"], "人", members["url"]))
    return {fact.label: fact for fact in facts}


def _meetings(report, found):
    held = [
        Fact(life.SHORT[kind], row["value"], "次", row["url"])
        for kind in KINDS
        if (row := found[f"held_{kind}"])
    ]
    said = tuple(fact for fact in held if fact.value)
    yield from held
    yield Fact("本月会议", words="、".join(f"{one.label}{one.value}次" for one in said), parts=said)
    topics = ()
    if report.organization.is_branch:
        month = Month.parse(report.period.month)
        topics = (
            Meeting.objects.held()
            .under(report.organization)
            .between(month.first_day, month.last_day)
            .order_by("on", "pk")
            .values_list("topic", flat=True)
        )
    yield Fact("会议主题", words=_listed(topics))


def _trainings(found):
    yield _fact("本月培训", found["trainings"], "次")
    yield _fact("培训学时", found["training_hours"], "学时")


def _fact(label, row, unit):
    """A figure as a fact; a sum is said as the figure says it, and nought is nought."""
    value = row["value"]
    return Fact(label, 0 if value in ("0", "0.00") else value, unit, row["url"])


def _dues(found):
    people, owing = found["dues_full"]["of"], found["dues_owing"]["value"]
    unknown = found["dues_unknown"]["value"]
    yield Fact("党费情况", words="当月党费已足额收缴" if people and not owing + unknown else "")
    for label, key, unit in (
        ("应交党费", "dues_due", "元"),
        ("实交党费", "dues_paid", "元"),
        ("足额人数", "dues_full", "人"),
        ("未足额人数", "dues_owing", "人"),
    ):
        yield _fact(label, found[key], unit)


def _items(report, found):
    organization, period = report.organization, report.period
    accepted = found["items_accepted"]
    yield Fact("应办条目", accepted["of"], "条", accepted["of_url"])
    yield Fact("审核通过", accepted["value"], "条", accepted["url"])
    for label, key in (
        ("待审核", "items_submitted"),
        ("退回修改", "items_returned"),
        ("逾期条目", "items_overdue"),
    ):
        yield Fact(label, found[key]["value"], "条", found[key]["url"])
    month = Month.parse(period.month)
    rows = BranchItem.objects.of(period.campaign_id).in_force().under(organization)
    year = period.month[:4]

    def items(**query):
        return link("reports:items", org=organization.pk, year=year, **query)

    following = month.plus(1)
    numbers = rows.aggregate(
        passed=_of(rows.accepted_in(month)), coming=_of(rows.due_in(following))
    )
    yield Fact("本月通过", numbers["passed"], "条", items(passed=str(month)))
    coming = dict.fromkeys(
        rows.due_in(following)
        .order_by("item__task__order")
        .values_list("item__task__name", flat=True)
        .distinct()
    )
    yield Fact("下月到期", numbers["coming"], "条", items(month=str(following)))
    yield Fact("下月任务", words=_listed(coming))


def _problems(report, today):
    organization, month = report.organization, Month.parse(report.period.month)
    rows = Problem.objects.under(organization).filter(campaign=report.period.campaign_id)

    def problems(**query):
        return link("tasks:problems", org=organization.pk, **query)

    unsolved = rows.unsolved()
    numbers = rows.aggregate(
        found=_of(rows.found_in(month)), closed=_of(rows.closed_in(month)),
        unsolved=_of(unsolved), overdue=_of(rows.overdue(today)),
    )  # fmt: skip
    yield Fact("本月新增问题", numbers["found"], "个", problems(state="all", found=str(month)))
    yield Fact("本月销号", numbers["closed"], "个", problems(state="closed", closed=str(month)))
    yield Fact("未销号问题", numbers["unsolved"], "个", problems())
    yield Fact("超期问题", numbers["overdue"], "个", problems(overdue=1))
    titles = unsolved.order_by("due_on", "number").values_list("title", flat=True)
    shown = (title.rstrip("。；") for title in titles[: SHOWN + 1])
    yield Fact("问题名称", words=_listed(shown, "；"))


def _of(rows):
    """How many of these, as one of the numbers of one statement."""
    return Count("pk", filter=Q(pk__in=rows.order_by().values("pk")))


def _lower(report, found):
    missing = found.get("lower_unreported", NOTHING_BELOW)
    received = found.get("lower_received", NOTHING_BELOW)
    yield Fact("应报月报", received["of"], "份", received["of_url"])
    yield Fact("已报月报", received["value"], "份", received["url"])
    yield Fact("未报月报", missing["value"], "份", missing["url"])
    names = ()
    if missing["value"]:
        names = (
            lower_reports(report.organization, report.period)
            .filter(state__in=MonthlyReport.EDITABLE, first_submitted_at=None)
            .order_by("organization__path")
            .values_list("organization__name", flat=True)[: SHOWN + 1]
        )
    yield Fact("未报单位", words=_listed(names))


def _listed(words, between="、"):
    """A、B、C等: the first few; empty for none. Sentences are kept apart by a semicolon."""
    words = [word for word in dict.fromkeys(words) if word]
    return between.join(words[:SHOWN]) + ("等" if len(words) > SHOWN else "")
