"""A small city in which anything may be wrong: for comparing rules with their plain restatements.

Rows go straight into the tables, past the services, so that unsound ones exist too; about a fifth of what
may be missing is missing. The same seed gives the same city.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from branches.models import BranchType, Kind, Organization, Term
from branches.services import organizations
from branchyear.lib.dates import CHINA, add_months, months_between
from conftest import FOUNDED
from members.models import (
    Absence,
    AdmissionProgress,
    AdmissionStep,
    Applicant,
    Appraisal,
    AppraisalResult,
    Attendance,
    DuesBase,
    DuesKind,
    DuesMonth,
    DuesPublication,
    Grade,
    Meeting,
    MeetingKind,
    Member,
    Post,
    PostHeld,
    Talk,
    Training,
    TrainingRecord,
    Transfer,
    Vote,
)
from members.soundness import FILE_HOLDS, id_disagreement, id_number_check_sign
from tasks.models import Disposal

YEAR = 2026
AT = datetime(YEAR, 4, 2, 9, tzinfo=CHINA)
FIRST, LAST = date(YEAR, 3, 20), date(YEAR + 1, 1, 20)
STANDINGS = ("active",) * 12 + ("leaving", "floating", "lost", "left", "suspended", "deceased")
# 月末 and 29 February are where reckoning with months goes wrong.
EDGES = (date(2024, 2, 29), date(2025, 8, 31), date(2025, 11, 30), date(2026, 1, 31),
         date(2026, 2, 28), date(2026, 3, 31), date(2026, 5, 31), date(2026, 6, 30))  # fmt: skip
# Chances that a meeting of a kind is held in a month.
SHARES = {MeetingKind.LIFE: 0.08, MeetingKind.MEMBERS: 0.4, MeetingKind.LECTURE: 0.3}
MINUTES = (
    "摘要",
    *(f"集中学习第{n}号文件，大家结合各自岗位谈了体会，明确了下一步工作打算。" for n in range(40)),
)
WAGES = ("2999.99", "3000", "3000.01", "5000", "5000.01", "10000", "10000.01", "3333.33")


class City:
    def __init__(self, seed, org):
        self.rng = Random(seed)
        self.org = org
        self.people = []
        self.branches = []
        self.build()

    # --- Chances ---

    def often(self, share=0.8):
        return self.rng.random() < share

    def maybe(self, value, share=0.8, empty=""):
        return value if self.often(share) else empty

    def some_day(self, first=FIRST, last=LAST):
        edges = [day for day in EDGES if first <= day <= last]
        if edges and self.often(0.25):
            return self.rng.choice(edges)
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    # --- The city ---

    def build(self):
        for step in ("found", "fill", "elect", "meet", "appraise", "talk", "train", "move", "admit",
                     "collect", "dispose"):  # fmt: skip
            getattr(self, step)()

    def found(self):
        org, rng = self.org, self.rng
        self.branches = [org.north, org.north_two, org.north_four, org.south, org.archive]
        for number in range(3):
            self.branches.append(
                organizations.establish(
                    parent=org.south_office,
                    kind=Kind.BRANCH,
                    code=f"02-9{number}",
                    name=f"南九{number}支部",
                    on=FOUNDED,
                    by=None,
                    order_number=number + 9,
                )  # fmt: skip
            )
        self.small, self.groups = org.north_two, {}
        for branch in self.branches:
            Organization.objects.filter(pk=branch.pk).update(
                branch_type="standing"
                if branch == self.small
                else rng.choice(("", "standing", *BranchType.values)),
                covered_units="\n".join(f"处室{n}" for n in range(rng.randint(0, 7))),
                established_on=rng.choice(
                    (None, FOUNDED, FOUNDED, date(YEAR, 4, 1), date(YEAR, 5, 10))
                ),
            )
            self.groups[branch.pk] = [
                organizations.establish(
                    parent=branch, kind=Kind.GROUP, code=f"{branch.code}-G{n}",
                    name=f"第{n}党小组", on=FOUNDED, by=None,
                )
                for n in range(rng.choice((0, 0, 1, 2)))
            ]  # fmt: skip
        shut = rng.choice(self.branches)
        Organization.objects.filter(pk=shut.pk).update(
            closed_on=date(YEAR, 6, 1), established_on=FOUNDED
        )

    def fill(self):
        rng, number = self.rng, count()
        for branch in self.branches:
            size = 2 if branch == self.small else rng.choice((1, 3, 5, 7, 8, 9, 9, 12, 26))
            for _ in range(size):
                is_formal = self.often(0.85)
                admitted = self.some_day(
                    date(2023, 6, 1) if is_formal else date(2025, 3, 1), date(YEAR, 6, 30)
                )
                if is_formal and self.often(0.04):
                    admitted = date(1981, 12, 31)
                formal = add_months(admitted, 12) if is_formal else None
                if formal and self.often(0.1):
                    formal -= timedelta(days=1)
                at = next(number)
                self.people.append(
                    Member(
                        organization=branch,
                        group=rng.choice([None, *self.groups[branch.pk]]),
                        name=f"党员{at}",
                        name_key=f"dangyuan{at}",
                        **self._registered(admitted, at),
                        ethnicity=self.maybe("汉族", 0.95),
                        unit=self.maybe(f"处室{rng.randrange(3)}"),
                        category="formal" if is_formal else "probationary",
                        standing=rng.choice(STANDINGS),
                        admitted_on=self.maybe(admitted, empty=None),
                        formal_on=self.maybe(formal, empty=None),
                        worked_from=self.maybe(self.some_day(), 0.1, None),
                        remarks=self.maybe(f"{FILE_HOLDS}：已核对", 0.2),
                        is_unit_head=rng.choice((True, False, None)),
                        is_retired=self.often(0.2),
                        is_excused=self.often(0.1),
                        is_leading_cadre=self.often(0.2),
                        joined_branch_on=self.maybe(
                            self.some_day(date(YEAR - 1, 6, 1)), 0.5, empty=None
                        ),
                        platform_entered_on=self.maybe(date(YEAR, 5, 5), 0.9, empty=None),
                        probation_extended_to=self.maybe(self.some_day(), 0.1, empty=None),
                    )
                )
        Member.objects.bulk_create(self.people)
        self.at = {
            b.pk: [m for m in self.people if m.organization_id == b.pk] for b in self.branches
        }

    def _registered(self, admitted, at):
        """Sex, birth date and an ID number that mostly agree."""
        birth = add_months(admitted, -18 * 12) + timedelta(days=self.rng.choice((-400, 0, 0, 1)))
        sex = self.maybe(self.rng.choice(("male", "female")))
        told = self.maybe(birth, 0.95, date(1999, 12, 31))
        digits = f"350203{told:%Y%m%d}{at:03d}"
        number = self.maybe(digits + self.maybe(id_number_check_sign(digits), 0.95, "?"))
        birth = self.maybe(birth, 0.9, None)
        problem = id_disagreement(number, birth, sex)
        return {"sex": sex, "birth_date": birth, "id_number": number, "id_problem": problem}

    def elect(self):
        rng = self.rng
        terms, posts = {}, []
        places = [*self.branches, self.org.north_general, self.org.south_office]
        for place in places:
            if self.often(0.85):
                elected = self.some_day(date(2022, 12, 1), date(YEAR, 6, 1))
                due, seats = rng.choice((5, 10, 15, 20)), rng.choice((3, 5, 7))
                present = due * 4 // 5 + rng.choice((-1, 0, 1))
                expires = add_months(elected, 36)
                terms[place.pk] = Term(
                    organization=place,
                    number=1,
                    elected_on=elected,
                    years=3,
                    expires_on=expires,
                    extended_to=self.maybe(
                        add_months(expires, rng.choice((6, 12)))
                        + timedelta(days=rng.randint(0, 1)),
                        0.3,
                        None,
                    ),
                    extension_no=self.maybe("文〔1〕"),
                    seats=self.maybe(seats, empty=None),
                    candidates=self.maybe(seats + rng.randint(0, 2), empty=None),
                    voters_due=self.maybe(due, empty=None),
                    voters_present=self.maybe(present, empty=None),
                    approval_no=self.maybe("批〔1〕"),
                    filed_on=self.maybe(elected + timedelta(days=rng.randint(28, 31)), empty=None),
                    ended_on=self.maybe(None, 0.9, date(YEAR, 5, 1)),
                )
        Term.objects.bulk_create(terms.values())
        for index, place in enumerate(places):
            people = self.at.get(place.pk) or rng.sample(self.people, 4)
            taken = set()
            for post in [*Post, Post.OFFICER, Post.OFFICER, Post.DEPUTY_SECRETARY]:
                if not self.often(0.15 if index in {3, 4} else 0.75):
                    continue
                member = rng.choice(people)
                starts = self.some_day(date(2025, 1, 1), date(YEAR, 11, 1))
                if post == Post.SECRETARY and self.often(0.5):  # new ones, to be trained (R34)
                    starts = self.some_day(date(YEAR, 3, 31), date(YEAR, 7, 2))
                ends = self.maybe(starts + timedelta(days=rng.choice((60, 200))), 0.15, None)
                if ends is None and (member.pk, post) in taken:
                    continue
                if ends is None:
                    taken.add((member.pk, post))
                term = terms.get(place.pk)
                present = (term and term.voters_present) or 8
                posts.append(
                    PostHeld(
                        member=member,
                        organization=place,
                        term=self.maybe(term, 0.7, None),
                        post=post,
                        duties=self.maybe("兼纪检委员", 0.15),
                        votes=self.maybe(present // 2 + rng.randint(0, 1), 0.7, None),
                        starts_on=starts,
                        ends_on=ends,
                    )
                )
        PostHeld.objects.bulk_create(posts)

    def meet(self):
        rng, meetings = self.rng, []
        for branch in self.branches:
            for month in months_between(FIRST, LAST):
                for kind in MeetingKind:
                    groups = self.groups[branch.pk] if kind == MeetingKind.GROUP else [None]
                    for group in groups:
                        if self.often(SHARES.get(kind, 0.6)):
                            meetings.append(self._meeting(branch, group, kind, month))
        complete = max(self.branches, key=lambda b: len(self.at[b.pk]))
        for meeting in meetings:
            if meeting.organization_id == complete.pk:
                meeting.present = meeting.due
        Meeting.objects.bulk_create(meetings)
        self.meetings = meetings
        Attendance.objects.bulk_create(
            Attendance(
                meeting=meeting,
                member=member,
                status=rng.choice(("present", "present", "present", "sick", "absent")),
            )
            for meeting in meetings
            for member in self.at[meeting.organization_id]
            if rng.random() < 0.25
        )
        votes = []
        for meeting in meetings:
            if meeting.kind in {MeetingKind.MEMBERS, MeetingKind.COMMITTEE} and self.often(0.4):
                due = rng.randint(2, 9)
                present = max(0, due // 2 + rng.choice((-1, 0, 0, 1)))
                votes.append(
                    Vote(
                        meeting=meeting,
                        matter="事项",
                        voters_due=due,
                        voters_present=present,
                        in_favour=present,
                    )  # fmt: skip
                )
        Vote.objects.bulk_create(votes)

    def _meeting(self, branch, group, kind, month):
        days = (month.first_day, month.last_day, self.some_day(month.first_day, month.last_day))
        due = self.rng.randint(2, 9)
        return Meeting(
            organization=branch,
            group=group,
            kind=kind,
            includes_lecture=self.often(0.05),
            on=self.rng.choice(days),
            place=self.maybe("会议室", 0.9),
            host=self.maybe("主持", 0.9),
            recorder=self.maybe("记录", 0.9),
            topic="学习",
            minutes=self.maybe(self.rng.choice(MINUTES), 0.9),
            resolution=self.maybe("决议", 0.8),
            hours=Decimal(self.rng.choice(("0", "0.7", "1.1", "2", "4.2"))),
            due=due,
            present=min(due, max(0, due // 2 + self.rng.choice((-1, 0, 2)))),
            voided_at=self.maybe(None, 0.9, AT),
            created_at=self.entered(),
        )

    def entered(self):
        """A moment at which it was entered, hours before and after midnight."""
        day = self.some_day()
        return datetime(day.year, day.month, day.day, self.rng.choice((0, 7, 23)), tzinfo=CHINA)

    def appraise(self):
        rng, results = self.rng, []
        for branch in self.branches:
            for year in (YEAR - 2, YEAR - 1, YEAR):
                if not self.often(0.7):
                    continue
                appraisal = Appraisal.objects.create(
                    organization=branch, year=year, on=date(year, 12, 10)
                )
                everybody = self.often(0.3)
                results += [
                    AppraisalResult(
                        appraisal=appraisal,
                        member=member,
                        took_part=everybody or self.often(0.95),
                        grade=rng.choice(("", *Grade.values, "qualified", "excellent")),
                    )
                    for member in self.at[branch.pk]
                    if everybody or self.often(0.95)
                ]
        AppraisalResult.objects.bulk_create(results)

    def talk(self):
        talks = []
        for branch in self.branches:
            people = self.at[branch.pk]
            for one in people:
                for _ in range(self.rng.choice((0, 1, 2, len(people)))):
                    other = self.rng.choice(people if self.often(0.9) else self.people)
                    if other.pk != one.pk:
                        talks.append(
                            Talk(
                                organization=branch,
                                on=self.some_day(date(YEAR - 1, 12, 1)),
                                kind=Talk.Kind.MEMBERS,
                                speaker=one,
                                listener=other,
                                voided_at=self.maybe(None, 0.9, AT),
                            )
                        )
        Talk.objects.bulk_create(talks)

    def train(self):
        rng, records = self.rng, []
        trainings = Training.objects.bulk_create(
            Training(
                organization=rng.choice(self.branches),
                title="培训",
                kind=rng.choice(Training.Kind.values),
                starts_on=(day := self.some_day(date(YEAR - 1, 11, 1))),
                ends_on=day,
                hours=Decimal(rng.choice(("8", "12.1", "19.9", "32", "28"))),
                voided_at=self.maybe(None, 0.9, AT),
            )
            for _ in range(16)
        )
        for training in trainings:
            records += [
                TrainingRecord(training=training, member=member, hours=training.hours)
                for member in self.people
                if rng.random() < 0.13
            ]
        TrainingRecord.objects.bulk_create(records)

    def move(self):
        rng, transfers, absences = self.rng, [], []
        for member in self.people:
            if self.often(0.2):
                issued = self.some_day(date(YEAR, 1, 1), date(YEAR, 12, 1))
                state = rng.choice(Transfer.State.values)
                received = self.some_day(issued, LAST) if state == "received" else None
                transfers.append(
                    Transfer(
                        member=member,
                        sender_id=self.maybe(member.organization_id, 0.9, None),
                        sender_name="甲",
                        receiver=self.org.south,
                        receiver_name="乙",
                        state=state,
                        issued_on=issued,
                        valid_until=add_months(issued, rng.choice((1, 3)))
                        + timedelta(days=rng.randint(0, 1)),
                        received_on=received,
                        slip_on=self.maybe(received, 0.5, None),
                    )
                )
            if self.often(0.6 if member.standing in {"floating", "lost"} else 0.08):
                since = self.some_day(date(2025, 6, 1), date(YEAR, 10, 1))
                absences.append(
                    Absence(
                        member=member,
                        organization_id=member.organization_id,
                        kind=rng.choice(Absence.Kind.values),
                        since=since,
                        contact_person=self.maybe("联系人"),
                        last_contact_on=self.maybe(self.some_day(since, LAST), 0.6, None),
                        suspended_on=self.maybe(self.some_day(date(2024, 2, 1)), 0.3, None),
                        ended_on=self.maybe(None, 0.9, LAST),
                    )
                )
        Transfer.objects.bulk_create(transfers)
        Absence.objects.bulk_create(absences)

    def admit(self):
        rng, progress = self.rng, []
        steps = list(AdmissionStep.objects.order_by("number"))
        for number in range(12):
            applicant = Applicant.objects.create(
                organization=rng.choice(self.branches),
                name=f"申请人{number}",
                state=rng.choice(("running", "running", "admitted", "finished", "stopped")),
            )
            day = self.some_day(date(2024, 1, 1), date(2024, 6, 30))
            for step in steps[: rng.randint(1, len(steps))]:
                if self.often(0.9):
                    progress.append(
                        AdmissionProgress(
                            applicant=applicant,
                            step=step,
                            on=day,
                            days=self.maybe(rng.choice((2, 3, 4)), 0.7, None),
                            hours=self.maybe(Decimal(rng.choice(("23.9", "24"))), 0.7, None),
                        )
                    )
                months = rng.choice((0, 0, 1, 1, 3, 6, 12))
                day = add_months(day, months) + timedelta(days=rng.choice((-1, 0, 0, 1)))
        AdmissionProgress.objects.bulk_create(progress)

    def collect(self):
        rng, bases, months = self.rng, [], []
        span = list(months_between(date(YEAR - 1, 5, 1), LAST))
        quiet = {(rng.choice(self.branches).pk, rng.choice(span)) for _ in range(12)}
        for member in self.people:
            since = rng.choice(span)
            for month in {since, since.plus(rng.choice((0, 2)))}:
                if self.often(0.9):
                    bases.append(self._base(member, month))
            pays = rng.choice((1, 1, 0.9, 0.5, 0))
            for month in span:
                if (member.organization_id, month) in quiet or not self.often(0.97):
                    continue
                due = self.maybe(Decimal(rng.choice(("0", "12.50", "60", "60"))), 0.93, None)
                paid = (due or Decimal(5)) if rng.random() < pays else Decimal(0)
                if paid and self.often(0.06):
                    paid = Decimal("3")
                on = month.plus(rng.choice((0, 0, 0, 1, 6, 7)))
                months.append(
                    DuesMonth(
                        member=member,
                        organization_id=member.organization_id,
                        month=str(month),
                        due=due,
                        paid=paid,
                        paid_on=rng.choice((on.first_day, on.last_day)) if paid else None,
                        note=self.maybe("", 0.9, "说明"),
                    )
                )
        DuesBase.objects.bulk_create(bases)
        DuesMonth.objects.bulk_create(months)
        DuesPublication.objects.bulk_create(
            DuesPublication(
                organization=branch, year=year, on=date(year, 12, 20), how="大会", total_due=1,
                total_paid=1, members=1,
            )
            for branch in self.branches for year in (YEAR - 1, YEAR) if self.often(0.6)
        )  # fmt: skip

    def _base(self, member, month):
        kind = self.rng.choice(DuesKind.values)
        base = Decimal(self.rng.choice(WAGES))
        rates = [Decimal(r) for r in ("0.005", "0.01", "0.015", "0.02")]
        due = (base * self.rng.choice(rates)).quantize(Decimal("0.01"))
        if kind in {DuesKind.FIXED, DuesKind.FARMER}:
            due = Decimal(self.rng.choice(("0.19", "0.20", "0.20", "0.21", "1.00", "1.01")))
        return DuesBase(
            member=member,
            from_month=str(month),
            kind=kind,
            base=self.maybe(base, 0.9, None),
            monthly_due=due,
        )

    def dispose(self):
        kinds, rows = Disposal.Kind.values, []
        for member in self.people:
            if self.often(0.15):
                decided = self.some_day(date(2025, 11, 1))
                limit = add_months(decided, self.rng.choice((6, 12)))
                rows.append(
                    Disposal(
                        organization_id=member.organization_id,
                        member=member,
                        kind=self.rng.choice(kinds),
                        decided_on=decided,
                        until=limit + timedelta(days=self.rng.randint(0, 1)),
                        reviewed_on=self.maybe(limit, 0.3, None),
                    )
                )
        Disposal.objects.bulk_create(rows)
