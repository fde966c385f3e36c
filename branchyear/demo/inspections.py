"""The demo's inspections: one that is over (its first draw was declared void), one under way with the
third-party inspector in the field, and one whose hash is published and waits for its draw.

Drawn through the services with seeds of the system's secure source, so the branches differ from one demo to
the next: a seed that could be chosen would be worth nothing.
"""

from datetime import datetime, time, timedelta

from branchyear.accounts.models import User
from branchyear.lib.dates import CHINA
from tasks.models import ChecklistItem, VisitRecord
from tasks.services import discrepancies, inspections, inspectors, visits

CODES = ("T1-01", "T1-05", "T2-01", "T3-01", "T4-01", "T7-01")
UNIT = "市诚信会计师事务所"
DRAWN = 8  # branches of an inspection: what two people visit in a week
WRONG = (
    ("unseen", "现场没有看到支部书面记录，支部称由个人保管。"),
    ("false", "名册与在册人数不一致，少登记2人。"),
    ("false", "材料日期与填报日期相差一个月。"),
)
MOSTLY = "内容完整，个别记录签字不全。"
OPINION = "工作基础较好，资料归档及时，建议加强记录的规范性。"
STATED = "当日保管人外出，次日已将原始记录送检查人员核对，日期以原始记录为准。"
NOTE = "已补看原始记录，情况属实，不再列入。"
SUMMARY = (
    "抽取的党支部普遍重视基本建设年工作，检查条目落实较好，填报与实际基本相符。"
    "存在的问题主要是个别支部原始记录保管分散、名册更新不及时，已列入问题清单限期整改。"
)


def build(city, rng, today, say, *, campaign):
    """Three inspections of the working committee."""
    story = _Story(city, rng, today, campaign)
    story.over()
    story.under_way()
    story.published()
    say("督查抽查：3次")


class _Story:
    def __init__(self, city, rng, today, campaign):
        self.city, self.rng, self.today, self.campaign = city, rng, today, campaign
        self.by = city.gongwei
        self.inspector = User.objects.get(username="ducha")
        self.places = {place.branch.pk: place for place in city.places}
        self.items = list(
            ChecklistItem.objects.filter(task__campaign=campaign, code__in=CODES).select_related(
                "task"
            )
        )

    def over(self):
        """Four weeks ago; two discrepancies are on the list of problems, one was explained."""
        first = self.today - timedelta(days=28)
        plan = self._plan("第三方随机检查（第一轮）", first, first + timedelta(days=12), DRAWN)
        inspections.publish(plan, revision=plan.revision, by=self.by, now=_at(first, 9))
        inspections.declare_void(
            plan, "公布后发现漏写一个不列入抽取的支部，更正后重新公布。", revision=plan.revision,
            by=self.by, now=_at(first, 9, 40),
        )  # fmt: skip
        left_out = self.city.places[-1].branch
        inspections.leave_out(
            plan, left_out, "上月已接受专项检查，不重复检查", by=self.by, now=_at(first, 9, 50)
        )
        self._team(plan, first, 20)
        inspections.publish(plan, revision=plan.revision, by=self.by, now=_at(first, 10))
        inspections.make_draw(plan, revision=plan.revision, by=self.by, now=_at(first, 10, 30))
        wrong = list(WRONG)
        for number, visit in enumerate(self._visits(plan), 1):
            day = first + timedelta(days=number)
            self._sign(visit, day, wrong.pop(0) if wrong else None)
        self._settle(plan, first + timedelta(days=11))
        inspections.end(
            plan, SUMMARY, revision=plan.revision, by=self.by,
            now=_at(first + timedelta(days=12), 16),
        )  # fmt: skip

    def under_way(self):
        """Drawn yesterday: one branch is being looked at, the others wait for the inspector."""
        day = self.today - timedelta(days=1)
        plan = self._plan(f"{day.month}月份党建工作抽查", day, self.today + timedelta(days=9), 6)
        self._team(plan, day, 15)
        inspections.publish(plan, revision=plan.revision, by=self.by, now=_at(day, 9))
        inspections.make_draw(plan, revision=plan.revision, by=self.by, now=_at(day, 9, 20))
        visit = self._visits(plan)[0]
        visits.start(visit, by=self.inspector, now=_at(day, 15))
        told = {row.pk: ("true", "") for row in list(visit.records.all())[:3]}
        visits.save(
            visit, visits.Told(records=told, companion=self._companion(visit)),
            revision=visit.revision, by=self.inspector, now=_at(day, 15, 30),
        )  # fmt: skip

    def published(self):
        """The hash stands since this morning."""
        plan = self._plan(
            "年终督查", self.today + timedelta(days=7), self.today + timedelta(days=20), 5,
            kind="supervision", strata_by="direct", measure="percent", announced=True,
        )  # fmt: skip
        self._team(plan, self.today, 25)
        inspections.publish(plan, revision=plan.revision, by=self.by, now=_at(self.today, 8))

    # --- Parts of a story ---------------------------------------------------------------------

    def _plan(self, title, starts_on, ends_on, amount, **facts):
        values = {
            "kind": "third_party",
            "scope": self.city.committee,
            "methods": "查阅资料、实地查看、询问了解",
            "demands": "以平台已有的填报和佐证为准，不要求支部另备材料，不安排陪同座谈。",
            "announced": False,
            "strata_by": "none",
            "measure": "number",
        }
        return inspections.draft(
            self.city.committee, campaign=self.campaign, items=self.items, title=title,
            starts_on=starts_on, ends_on=ends_on, amount=amount, by=self.by,
            now=_at(min(starts_on, self.today), 7), **(values | facts),
        )  # fmt: skip

    def _team(self, plan, day, days):
        inspectors.join(
            plan, username=self.inspector.username, name=self.inspector.name, unit=UNIT,
            until=max(day, plan.starts_on) + timedelta(days=days), by=self.by, now=_at(day, 7),
        )  # fmt: skip

    def _visits(self, plan):
        return list(plan.visits.select_related("branch", "inspector", "inspection__organization"))

    def _companion(self, visit):
        return self.places[visit.branch_id].secretary.name

    def _sign(self, visit, day, wrong):
        visits.start(visit, by=self.inspector, now=_at(day, 9))
        rows = list(visit.records.all())
        told = {row.pk: ("true", "") for row in rows}
        claimed = [row for row in rows if row.claimed_state == "accepted"] or rows
        told[self.rng.choice(claimed).pk] = ("mostly", MOSTLY)
        if wrong:
            told[claimed[0].pk] = wrong
        visits.sign(
            visit,
            visits.Told(records=told, companion=self._companion(visit), opinion=OPINION),
            revision=visit.revision, by=self.inspector, now=_at(day, 11),
        )  # fmt: skip

    def _settle(self, plan, day):
        found = (
            VisitRecord.objects.undecided()
            .filter(visit__inspection=plan)
            .select_related(
                "visit__branch", "visit__inspection__organization", "visit__inspection__campaign",
                "item__task", "branch_item",
            )
        )  # fmt: skip
        *listed, explained = found
        for entry in listed:
            discrepancies.list_as_problem(
                entry, responsible=self._companion(entry.visit),
                due_on=self.today + timedelta(days=14), by=self.by, now=_at(day, 10),
            )  # fmt: skip
        secretary = self.places[explained.visit.branch_id].secretary
        discrepancies.state(explained, STATED, by=secretary, now=_at(day, 10))
        discrepancies.drop(explained, NOTE, by=self.by, now=_at(day, 15))


def _at(day, hour, minute=0):
    return datetime.combine(day, time(hour, minute), CHINA)
