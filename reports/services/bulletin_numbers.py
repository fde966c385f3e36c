"""The numbers a 通报 is drafted from, and the sentences made of them. Each number has its denominator and the
list behind it; organisations are named in official order, persons never."""

from django.utils import timezone

from branchyear.lib.dates import in_words
from reports.models import GoodPractice, MonthlyReport, Tier
from reports.services.figures import link
from tasks.models import BranchItem, Problem, Supervision
from tasks.supervision import colour_is

NAMED = 30  # so many organisations are named in a sentence
PARTS = (
    ("reports", "月报报送情况"),
    ("items", "八项任务推进情况"),
    ("problems", "问题整改情况"),
    ("supervision", "督办情况"),
    ("practices", "经验做法"),
    ("demands", "下一步要求"),
)
DEMANDS = "请各直属党组织对照以上情况逐项落实，尚未报送的尽快报送，逾期的条目和问题限期办结，办理情况在下月月报中反映。"


def figures_of(organization, campaign, month, *, today):
    """``[{key, label, value, of, unit, url}]``, in a fixed number of statements."""
    rows, names = _reports(organization, month)
    rows += _items(organization, campaign, month, today)
    rows += _problems(organization, campaign, month, today)
    rows += _supervision(organization, campaign, today)
    return rows, names


def _figure(key, label, value, of, unit, url):
    return {"key": key, "label": label, "value": value, "of": of, "unit": unit, "url": url}


def _reports(organization, month):
    """The month's reports of the directly affiliated organisations; and who is late or missing."""
    now = timezone.now()
    reports = MonthlyReport.objects.under(organization).filter(
        period__tier=Tier.DIRECT, period__month=str(month)
    )
    numbers = reports.figures(now)

    def address(**query):
        return link(
            "reports:reports", tab="all", tier=Tier.DIRECT.value, month=str(month),
            under=organization.pk, **query,
        )  # fmt: skip

    of = numbers["expected"]
    rows = [
        _figure("received", "已报送月报", numbers["received"], of, "份", address(verdict="received")),
        _figure("ontime", "其中按期", numbers["ontime"], of, "份", address(verdict="ontime")),
        _figure("late", "其中逾期", numbers["late"], of, "份", address(verdict="late")),
        _figure(
            "unreported", "未报", numbers["missing"] + numbers["waiting"], of, "份",
            address(verdict="unreported"),
        ),
    ]  # fmt: skip
    judged = reports.expected().with_verdict(now).order_by("organization__path")
    names = {"late": [], "missing": []}
    for name, short, verdict in judged.values_list(
        "organization__name", "organization__short_name", "verdict_"
    ):
        if verdict in names:
            names[verdict].append(short or name)
    return rows, names


def _items(organization, campaign, month, today):
    items = BranchItem.objects.of(campaign).in_force().under(organization)
    numbers, org = items.figures(today), organization.pk
    of, accepted_now = numbers["total"], items.accepted_in(month).count()
    return [
        _figure("accepted", "检查条目审核通过", numbers["accepted"], of, "条",
                link("reports:items", org=org, state="accepted")),
        _figure("accepted_in", f"其中{month.number}月通过", accepted_now, of, "条",
                link("reports:items", org=org, passed=str(month))),
        _figure("overdue", "逾期未提交", numbers["overdue"], of, "条",
                link("reports:items", org=org, overdue=1)),
    ]  # fmt: skip


def _problems(organization, campaign, month, today):
    rows, org = Problem.objects.under(organization).of(campaign), organization.pk
    of = rows.count()
    return [
        _figure("closed", "问题已销号", rows.filter(state=Problem.State.CLOSED).count(), of, "个",
                link("tasks:problems", org=org, state="closed")),
        _figure("closed_in", f"其中{month.number}月销号", rows.closed_in(month).count(), of, "个",
                link("tasks:problems", org=org, state="all", closed=str(month))),
        _figure("problems_overdue", "逾期未销号", rows.overdue(today).count(), of, "个",
                link("tasks:problems", org=org, overdue=1)),
    ]  # fmt: skip


def _supervision(organization, campaign, today):
    rows, org = Supervision.objects.under(organization).filter(campaign=campaign), organization.pk
    of = rows.count()
    return [
        _figure("supervised", "督办单已办结", rows.filter(state="closed").count(), of, "件",
                link("tasks:supervisions", org=org, state="closed")),
        _figure("red", "红色督办", rows.filter(colour_is("red", today)).count(), of, "件",
                link("tasks:supervisions", org=org, colour="red")),
    ]  # fmt: skip


# --- Words ------------------------------------------------------------------------------------------


def texts_of(figures, names, practices, *, month, today):
    """``{part: text}``: the portal's own sentences, to be edited."""
    f = {row["key"]: row for row in figures}
    return {
        "reports": _report_words(f, names, month),
        "items": f"截至{in_words(today)}，八项任务检查条目共{f['accepted']['of']}条，审核通过"
        f"{_of(f['accepted'])}，其中{month.number}月通过{f['accepted_in']['value']}条；"
        f"逾期未提交{f['overdue']['value']}条。",
        "problems": f"列入问题清单的问题共{f['closed']['of']}个，已销号{_of(f['closed'])}，其中{month.number}月"
        f"销号{f['closed_in']['value']}个；逾期未销号{f['problems_overdue']['value']}个。",
        "supervision": _supervision_words(f),
        "practices": practice_words(practices),
        "demands": DEMANDS,
    }


def _report_words(f, names, month):
    received = f["received"]
    said = (
        f"{month.label}应报月报{received['of']}份，已报{received['value']}份，其中按期{f['ontime']['value']}份、"
        f"逾期{f['late']['value']}份；未报{f['unreported']['value']}份。"
    )
    for key, word in (("late", "逾期报送的单位"), ("missing", "未报送的单位")):
        if names[key]:
            more = f"等{len(names[key])}家" if len(names[key]) > NAMED else ""
            said += f"\n{word}：{'、'.join(names[key][:NAMED])}{more}。"
    return said


def _supervision_words(f):
    done = f["supervised"]
    if not done["of"]:
        return ""
    said = f"今年签发督办单{done['of']}件，已办结{done['value']}件"
    return said + (f"，超过时限的红色督办{f['red']['value']}件。" if f["red"]["value"] else "。")


def practice_words(practices):
    return "\n".join(f"{row.organization.name}：{row.text.strip()}" for row in practices)


def _of(row):
    return f"{row['value']}{row['unit']}（{_percent(row)}）" if row["of"] else f"0{row['unit']}"


def _percent(row):
    share = 100 * row["value"] / row["of"]
    return f"{int(share * 10) / 10:g}%"


def practices_to_choose(organization, campaign):
    """What the committee took up and has not been printed yet, the oldest first."""
    return (
        GoodPractice.objects.under(organization)
        .filter(state=GoodPractice.State.COMMITTEE, report__period__campaign=campaign)
        .select_related("organization")
        .order_by("recommended_at", "pk")
    )
