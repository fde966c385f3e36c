"""The demo's 督办单: one from a problem long overdue, answered and closed; one from another, near its day; one
by hand to the first directly affiliated organisation, to be answered."""

from datetime import datetime, time, timedelta

from branchyear.lib.dates import CHINA, add_months
from tasks import supervision as colours
from tasks.models import Problem
from tasks.services import supervision as services


def build(city, today, say):
    """Three of them, as the committee would have issued them in the last weeks."""
    by = city.gongwei
    late = list(
        Problem.objects.unsolved().filter(due_on__lt=add_months(today, -1), organization__closed_on=None)
        .select_related("organization").order_by("due_on", "pk")[:2]
    )  # fmt: skip
    made = []
    for number, problem in enumerate(late):
        source = colours.find("problem", problem.pk, by)
        day = today - timedelta(days=14 - 9 * number)
        row = services.issue(
            source.organization, title=source.title, content=source.content, basis=source.basis,
            due_on=day + timedelta(days=10), by=by, now=_at(day, 9), source=source,
        )  # fmt: skip
        made.append(row)
    if made:
        place = next(each for each in city.places if each.branch.pk == made[0].organization_id)
        row = services.reply(
            made[0], "支委会已专题研究，材料已补齐，正在申请销号；今后由组织委员每月核对一次。",
            revision=1, by=place.secretary, now=_at(today - timedelta(days=6), 15),
        )  # fmt: skip
        services.close(
            row, revision=2, by=by, now=_at(today - timedelta(days=4), 10), text="同意办结。"
        )
    direct = next(place.direct for place in city.places if not place.direct.is_branch)
    made.append(
        services.issue(
            direct,
            title="所属党支部逾期条目清理",
            content="所属党支部仍有检查条目逾期未提交，请逐个支部督促，明确完成时间，并书面回复清理情况。",
            basis="工作方案五(一) 各级党组织抓落实",
            due_on=today + timedelta(days=4),
            by=by,
            now=_at(today - timedelta(days=3), 9),
        )  # fmt: skip
    )
    say(f"督办单：{len(made)}件")


def _at(day, hour):
    return datetime.combine(day, time(hour, 40), CHINA)
