"""The random city's self-checks, problems, files, items and reports: once its campaign is there."""

from datetime import date, datetime, timedelta

from branchyear.accounts.models import User
from branchyear.lib.dates import CHINA, Month
from reports.models import MonthlyReport, Period
from tasks.health import engine
from tasks.models import (
    BranchItem,
    ChecklistItem,
    Evidence,
    Extension,
    ItemEvidence,
    ItemMeeting,
    Problem,
    ProblemEvidence,
    SelfCheck,
    SelfCheckAnswer,
)
from tasks.tests.random_city import AT, LAST, YEAR

# Both sides of the campaign's year, as a paper's date and as the moment of its upload.
DATED = (
    None,
    None,
    date(YEAR - 1, 12, 31),
    date(YEAR, 1, 1),
    date(YEAR, 12, 31),
    date(YEAR + 1, 1, 1),
)
UPLOADED = (
    datetime(YEAR - 1, 12, 31, 23, 59, tzinfo=CHINA),
    datetime(YEAR, 1, 1, tzinfo=CHINA),
    AT,
)
# Both sides of the ends of phases 1 and 2.
FOUND = (date(YEAR, 4, 30), date(YEAR, 5, 1), date(YEAR, 4, 3), date(YEAR, 6, 8))
DUE = (date(YEAR, 6, 30), date(YEAR, 7, 1), date(YEAR, 7, 7), date(YEAR, 7, 8), date(YEAR, 9, 1),
       date(YEAR, 10, 7), date(YEAR, 12, 30))  # fmt: skip


class Lists:
    def __init__(self, city, campaign):
        self.city, self.campaign, self.rng = city, campaign, city.rng
        self.by = User.objects.create(username="random", name="随机")
        self.check()
        self.upload()
        self.fill_items()
        self.find()
        self.report()

    def check(self):
        often, maybe = self.city.often, self.city.maybe
        checks = SelfCheck.objects.bulk_create(
            SelfCheck(
                organization=branch, campaign=self.campaign, signed_at=maybe(AT, 0.6, None)
            )
            for branch in self.city.branches if often(0.8)
        )  # fmt: skip
        SelfCheckAnswer.objects.bulk_create(
            SelfCheckAnswer(
                self_check=check, heading=f"S{n}", result=maybe("met", 0.7, "not_met"), at=AT
            )
            for check in checks for n in range(1, 7) if often(0.9)
        )  # fmt: skip

    def upload(self):
        rng = self.rng
        self.files = {
            branch.pk: [
                Evidence(
                    organization=branch, file="x", name="材料", size=1, uploaded_by=self.by,
                    extension=rng.choice(("pdf", "jpg", "png")), sha256=sign * 64,
                    fact_on=rng.choice(DATED),
                )
                for sign in rng.sample("0123456789abcdef", rng.randint(1, 4))
            ]
            for branch in self.city.branches
        }  # fmt: skip
        every = [file for files in self.files.values() for file in files]
        Evidence.objects.bulk_create(every)
        for file in every:
            file.uploaded_at = rng.choice(UPLOADED)  # past the automatic moment
        Evidence.objects.bulk_update(every, ["uploaded_at"])

    def fill_items(self):
        rng, often = self.rng, self.city.often
        retired = ChecklistItem.objects.order_by("pk")[rng.randrange(42)]
        ChecklistItem.objects.filter(pk=retired.pk).update(retired_at=AT)
        rows = [row for row in BranchItem.objects.order_by("pk") if often(0.5)]
        for row in rows:
            row.state = rng.choice(BranchItem.State.values)
            row.with_organization = self.city.org.committee if row.state == "submitted" else None
            row.result = rng.choice(("done", "done", *BranchItem.Result.values))
        BranchItem.objects.bulk_update(rows, ["state", "result", "with_organization"])
        held = {}
        for meeting in self.city.meetings:
            held.setdefault(meeting.organization_id, []).append(meeting)
        files, meetings = [], []
        for row in rows:
            if often(0.4):
                file = rng.choice(self.files[row.branch_id])
                files.append(ItemEvidence(branch_item=row, evidence=file, attached_by=self.by))
            if often(0.3):
                meeting = rng.choice(held[row.branch_id])
                meetings.append(ItemMeeting(branch_item=row, meeting=meeting, attached_by=self.by))
        ItemEvidence.objects.bulk_create(files)
        ItemMeeting.objects.bulk_create(meetings)

    def find(self):
        """Problems of what the rules find in July, of whole rules, of headings and of nothing."""
        rng, maybe, often = self.rng, self.city.maybe, self.city.often
        seen = engine.look(self.campaign, day=date(YEAR, 7, 1), organization=self.city.org.city)
        seen = [f for f in seen if f.may_be_listed]
        told = rng.sample(seen, len(seen) // 4)
        rows, open_ones = [], set()
        for number, finding in enumerate([*told, *[None] * 40]):
            state = rng.choice((*Problem.State.values, "closed"))
            facts = {
                "organization": rng.choice(self.city.branches),
                "heading": rng.choice(("", "S1")),
            }
            if finding is not None:
                facts = {
                    "organization_id": finding.organization_id, "rule": finding.rule,
                    "rule_key": maybe(finding.key, 0.8),
                }  # fmt: skip
                one = finding.organization_id, finding.rule.pk, facts["rule_key"]
                if one in open_ones:
                    state = "closed"
                elif state != "closed":
                    open_ones.add(one)
            rows.append(
                Problem(
                    campaign=self.campaign, number=number, origin="hand", title="问题", state=state,
                    cause=maybe("原因", 0.95), measure=maybe("措施", 0.95), created_at=AT,
                    responsible=maybe("甲", 0.95), found_on=rng.choice(FOUND),
                    due_on=maybe(rng.choice(DUE), 0.95, None), result=maybe("已改", 0.8),
                    closed_on=LAST if state == "closed" else None, **facts,
                )
            )  # fmt: skip
        problems = Problem.objects.bulk_create(rows)
        ProblemEvidence.objects.bulk_create(
            ProblemEvidence(problem=p, evidence=self.files[p.organization_id][0])
            for p in problems if p.organization_id in self.files and often(0.7)
        )  # fmt: skip
        Extension.objects.bulk_create(
            Extension(
                problem=p, due_before=AT.date(), due_wanted=LAST, reason="需要", asked_at=AT,
                state=rng.choice(Extension.State.values),
            )
            for p in problems if often(0.3)
        )  # fmt: skip

    def report(self):
        rng, maybe, org = self.rng, self.city.maybe, self.city.org
        rows = []
        for tier, places in (
            ("branch", [org.north]),
            ("direct", [org.north_office, org.south_office, org.archive]),
            ("committee", [org.committee]),
        ):
            for month in (Month(YEAR, 5), Month(YEAR, 6), Month(YEAR, 9), Month(YEAR, 12)):
                due = month.last_day - timedelta(days=rng.choice((0, 5, 6)))
                period, _ = Period.objects.update_or_create(
                    campaign=self.campaign, tier=tier, month=str(month),
                    defaults={"opens_on": month.first_day, "due_on": due, "due_before": AT},
                )  # fmt: skip
                rows += [
                    MonthlyReport(
                        organization=place, period=period, receiver=org.city,
                        state=rng.choice(("todo", "submitted", "returned")),
                        first_submitted_at=maybe(AT, 0.6, None),
                        texts=rng.choice(({}, {"experience": " "}, {"experience": "有"})),
                    )
                    for place in places
                ]  # fmt: skip
        MonthlyReport.objects.all().delete()
        MonthlyReport.objects.bulk_create(rows)
