"""The demo's people on the move: courses, transfers, floating and lost members, probation, applicants.

Written before the meetings and the dues, which look at who is on which roll.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from branchyear.demo import people
from branchyear.lib.bulk import insert_many, insert_tuples, next_key, update_many
from branchyear.lib.dates import CHINA, Month, add_months
from members import deadlines
from members.models import (
    Absence,
    AbsenceContact,
    AdmissionProgress,
    AdmissionStep,
    Applicant,
    Category,
    Member,
    Standing,
    Training,
    TrainingRecord,
    Transfer,
)
from members.services.admissions import load_steps

TRAINING = (
    "id", "organization_id", "title", "kind", "starts_on", "ends_on", "organiser", "hours",
    "voided_at", "by_id", "at", "revision",
)  # fmt: skip
RECORD = ("training_id", "member_id", "hours")
APPLICANT = (
    "id", "organization_id", "name", "sex", "birth_date", "id_number", "unit", "mentors", "state",
    "stopped_reason", "member_id", "by_id", "at", "revision",
)  # fmt: skip
PROGRESS = ("applicant_id", "step_id", "on", "note", "days", "hours", "by_id")

COURSES = (
    ("习近平新时代中国特色社会主义思想专题学习", "study"),
    ("党史学习教育专题辅导", "study"),
    ("党章党规集中学习", "study"),
    ("市直机关党员网络培训班", "online"),
    ("党员教育培训示范班", "course"),
)
LEADERS_COURSES = (
    ("市直机关党支部书记和委员培训班", "course", 24),
    ("党务干部业务培训班", "course", 16),
)
OUTSIDE = (
    "外省某市税务局机关党委",
    "某大学经济学院党委",
    "某区街道社区党委",
    "某省发展研究中心机关党委",
    "某集团有限公司党委",
)
DESTINATIONS = (
    "邻省省会，随子女居住",
    "外省某市，经商",
    "外市，借调工作",
    "某区，租住",
    "外地，求学",
)
LEAVING_REASONS = ("工作调动", "退休后随居住地转移", "轮岗交流", "机构职能调整")

EXCUSED_AGE = 76
FLOATING, LOST, OVERSEAS, TRANSFERS, APPLICANTS = 60, 5, 8, 120, 80  # of 420 branches
# On which day after the application the 25 steps fall when everything goes well.
DAYS = (
    0, 18, 150, 160, 165, 200, 540, 548, 555, 575, 598, 615, 628, 640, 655, 678, 700, 706,
    712, 730, 800, 1020, 1026, 1060, 1072,
)  # fmt: skip
APPROVED, MEETING = 17, 15  # the numbers of those steps


def build(city, rng, today, say, *, campaign=None):
    """Invent a year of movement up to today."""
    load_steps()
    _Movement(city, rng, today).tell(campaign.year if campaign else today.year)
    say(
        f"教育培训：{Training.objects.count()}次；组织关系转接：{Transfer.objects.count()}件；"
        f"流动和失联：{Absence.objects.count()}名；发展党员：{Applicant.objects.count()}名"
    )


class _Movement:
    def __init__(self, city, rng, today):
        self.city, self.rng, self.today = city, rng, today
        self.now = datetime.combine(today, time(9), CHINA)
        self.rolls = defaultdict(list)
        self.changed = {}
        rows = Member.objects.counted().order_by("pk").defer("phone", "remarks")
        for member in rows:
            self.rolls[member.organization_id].append(member)
        self.share = len(city.places) / 420

    def tell(self, year):
        self._excuse()
        self._probation()
        self._absences()
        self._transfers()
        columns = (
            "standing", "category", "admitted_on", "formal_on", "joined_branch_on", "joined_from",
            "is_excused",
        )  # fmt: skip
        update_many(Member, self.changed.values(), columns)
        self._applicants()
        self._training(year)

    # --- Shared -------------------------------------------------------------------------------

    def _some(self, wanted):
        """How many of them a demo of this size has."""
        return max(1, round(wanted * self.share))

    def _ordinary(self, place):
        """Members of a place to whom something may happen: no officers, nothing happening yet."""
        return [
            member
            for member in self.rolls[place.branch.pk][5:]
            if member.standing == Standing.ACTIVE
            and member.category == Category.FORMAL
            and member.pk not in self.changed
        ]

    def _pick(self, place):
        ordinary = self._ordinary(place)
        return self.rng.choice(ordinary) if ordinary else None

    def _change(self, member, **columns):
        for name, value in columns.items():
            setattr(member, name, value)
        self.changed[member.pk] = member

    def _ago(self, first, last):
        return self.today - timedelta(days=self.rng.randint(first, last))

    def _excuse(self):
        """Old members need not study by the hour (条例第二十三条)."""
        for roll in self.rolls.values():
            for member in roll:
                if member.is_retired and self.today.year - member.birth_date.year >= EXCUSED_AGE:
                    self._change(member, is_excused=True)

    # --- Probation ----------------------------------------------------------------------------

    def _probation(self):
        """Two overdue, one in the first branch due within the month; the others as they were born."""
        places = self.city.places
        late = sorted(places[1:], key=lambda place: place.diligence)[:2]
        for place, days in [(places[0], -20), *[(place, 24) for place in late]]:
            member = self._pick(place)
            if member is None:
                continue
            admitted = add_months(self.today - timedelta(days=days), -deadlines.PROBATION_MONTHS)
            self._change(
                member,
                category=Category.PROBATIONARY,
                admitted_on=admitted,
                formal_on=None,
                joined_branch_on=admitted,
            )

    # --- Floating and lost --------------------------------------------------------------------

    def _absences(self):
        rng, kinds = self.rng, Absence.Kind
        chosen = [(kinds.FLOATING, self.city.places[0])]
        for kind, wanted in (
            (kinds.FLOATING, FLOATING),
            (kinds.OVERSEAS, OVERSEAS),
            (kinds.LOST, LOST),
        ):
            chosen += [(kind, rng.choice(self.city.places)) for _ in range(self._some(wanted))]
        key = next_key(Absence)
        absences, contacts = [], []
        for index, (kind, place) in enumerate(chosen):
            member = self._pick(place)
            if member is None:
                continue
            absence = Absence(
                pk=key + len(absences),
                member=member,
                organization=place.branch,
                kind=kind,
                since=self._ago(100 if kind == kinds.LOST else 200, 600),
                destination="" if kind == kinds.LOST else self._destination(kind),
                contact_person=place.secretary.name,
                by=place.secretary,
                at=self.now,
            )
            is_first = index == 0  # the first branch is to call somebody one of these days
            contacts += self._contacts(absence, 1 if is_first else place.diligence, is_first)
            absences.append(absence)
            standing = Standing.LOST if kind == kinds.LOST else Standing.FLOATING
            self._change(member, standing=standing)
        Absence.objects.bulk_create(absences, batch_size=500)
        insert_many(AbsenceContact, contacts)

    def _destination(self, kind):
        return "国外，攻读学位" if kind == Absence.Kind.OVERSEAS else self.rng.choice(DESTINATIONS)

    def _contacts(self, absence, care, is_first):
        """Kept up where a branch is diligent, broken off where it is not."""
        rng, found = self.rng, []
        months = deadlines.CONTACT_MONTHS.get(absence.kind, 2)
        day = absence.since
        while True:
            day = add_months(day, months) - timedelta(days=rng.randint(0, 12))
            if day > self.today or rng.random() > 0.55 + 0.45 * care:
                break
            found.append(day)
        if is_first:
            found = [d for d in found if d < add_months(self.today, -2)]
            found.append(add_months(self.today, -3) + timedelta(days=6))
        reached = absence.kind != Absence.Kind.LOST
        if found and reached:
            absence.last_contact_on = max(found)
        words = "思想稳定，按时交纳党费" if reached else "电话停机，向家属询问，暂无下落"
        return [
            AbsenceContact(
                absence=absence,
                on=on,
                how=rng.choice(("电话", "微信", "走访")),
                result=words,
                reached=reached,
                by=absence.by,
            )
            for on in sorted(set(found))
        ]

    # --- Transfers ----------------------------------------------------------------------------

    def _transfers(self):
        """In all states; a third under way, some of those expired. One waits for the first branch."""
        rng, states, places = self.rng, Transfer.State, self.city.places
        rows = []
        plan = [(states.ISSUED, places[min(1, len(places) - 1)], places[0], False)]
        for number in range(self._some(TRANSFERS)):
            state = (states.RECEIVED, states.ISSUED, states.RECEIVED, states.RECEIVED)[number % 4]
            if number % 12 == 3:
                state = states.REFUSED if number % 24 == 3 else states.WITHDRAWN
            plan.append((state, *rng.sample(places, 2), number % 5 == 1))
        for number, (state, sender, receiver, outside) in enumerate(plan):
            there = receiver if state == states.RECEIVED else sender
            member = self._pick(there)
            if member is None or sender is receiver:
                continue
            came_from_outside = outside and state == states.RECEIVED
            issued = self._issued(state, sender, outside, is_first=number == 0)
            keeper = None if came_from_outside else sender.secretary
            name = rng.choice(OUTSIDE)
            row = Transfer(
                member=member,
                sender=None if came_from_outside else sender.branch,
                sender_name=name if came_from_outside else sender.branch.name,
                receiver=None if outside and not came_from_outside else receiver.branch,
                receiver_name=name if outside and not came_from_outside else receiver.branch.name,
                state=state,
                letter_no=f"市直组转〔{issued.year}〕{number + 1:03d}号",
                issued_on=issued,
                valid_until=deadlines.letter_end(issued, in_city=not outside),
                dues_paid_to=str(Month.of(issued)),
                reason=rng.choice(LEAVING_REASONS),
                issued_by=keeper,
                created_at=self.now,
            )
            if state == states.ISSUED:
                self._change(member, standing=Standing.LEAVING)
            else:
                self._settle(row, receiver, member)
            rows.append(row)
        insert_many(Transfer, rows)

    def _issued(self, state, sender, outside, *, is_first):
        if state != Transfer.State.ISSUED:
            return self._ago(20, 280)
        if is_first:
            return self._ago(2, 4)
        days = deadlines.LETTER_DAYS if outside else deadlines.LETTER_DAYS_IN_CITY
        expired = sender.diligence < 0.45 or self.rng.random() < 0.15
        return self._ago(days + 3, days + 60) if expired else self._ago(0, days - 1)

    def _settle(self, row, receiver, member):
        closed = row.issued_on + timedelta(days=self.rng.randint(1, 8))
        row.closed_by = receiver.secretary
        if row.state == Transfer.State.RECEIVED:
            row.received_on = row.slip_on = closed
            self._change(member, joined_branch_on=closed, joined_from=row.sender_name)
        elif row.state == Transfer.State.REFUSED:
            row.closing_note = "介绍信抬头与本支部名称不符，请重新开具"
        else:
            row.closing_note, row.closed_by = "本人工作去向有变化，不再转接", row.issued_by

    # --- Applicants ---------------------------------------------------------------------------

    def _applicants(self):
        rng = self.rng
        steps = list(AdmissionStep.objects.order_by("number").values_list("pk", "number"))
        self.key, self.applicants, self.progress = next_key(Applicant), [], []
        probationers = [
            (place, member)
            for place in self.city.places
            for member in self.rolls[place.branch.pk]
            if member.category == Category.PROBATIONARY
        ]
        wanted = self._some(APPLICANTS)
        for place, member in probationers[: wanted // 3]:
            applied = member.admitted_on - timedelta(days=DAYS[MEETING - 1])
            days = [applied + timedelta(days=gap) for gap in DAYS]
            count = max(APPROVED, sum(day <= self.today for day in days[:22]))
            self._applicant(place, steps[:count], days, member=member)
        first = self.city.places[0]
        others = [(first, 1), (first, 6)]
        others += [
            (rng.choice(self.city.places), rng.choice((1, 2, 3, 5, 6, 6, 7, 9, 10, 11, 13, 15)))
            for _ in range(wanted - len(self.applicants))
        ]
        for place, count in others:
            waited = rng.randint(3, 25) if place is first else rng.randint(3, 60)
            applied = self.today - timedelta(days=DAYS[count - 1] + waited)
            self._applicant(place, steps[:count], [applied + timedelta(days=g) for g in DAYS])
        insert_tuples(Applicant, APPLICANT, self.applicants)
        insert_tuples(AdmissionProgress, PROGRESS, self.progress)

    def _applicant(self, place, steps, days, member=None):
        rng, key = self.rng, self.key + len(self.applicants)
        female = rng.random() < 0.45
        birth = date(self.today.year - rng.randint(24, 38), rng.randint(1, 12), rng.randint(1, 28))
        name = member.name if member else people.person_name(rng, female)
        # Numbers far beyond those of the members, so that none is given twice.
        number = people.id_number(birth, 4_000_000 + key, female) if len(steps) > 2 else ""
        sex = ("female" if female else "male") if number else ""
        mentors = "、".join(m.name for m in self.rolls[place.branch.pk][1:3])
        self.applicants.append(
            (
                key,
                place.branch.pk,
                name,
                member.sex if member else sex,
                member.birth_date if member else (birth if number else None),
                member.id_number if member else number,
                place.unit,
                mentors if len(steps) >= 5 else "",
                Applicant.State.ADMITTED.value if member else Applicant.State.RUNNING.value,
                "",
                member.pk if member else None,
                place.secretary.pk,
                self.now,
                1,
            )
        )
        for pk, step in steps:
            days_long = 3 if step == 11 else None
            hours = Decimal(24) if step == 11 else None
            day = min(days[step - 1], self.today)
            self.progress.append((key, pk, day, "", days_long, hours, place.secretary.pk))

    # --- Training -----------------------------------------------------------------------------

    def _training(self, year):
        """Courses over the year: who is diligent keeps the pace, some members miss some."""
        rng = self.rng
        begin = date(year, 1, 10)
        span = max(30, (min(self.today, date(year, 12, 20)) - begin).days)
        key = next_key(Training)
        trainings, records = [], []
        for place in self.city.places:
            roll = self.rolls[place.branch.pk]
            leaders = [member for member in roll[:5] if member.party_post]
            care = 0.85 if place is self.city.places[0] else place.diligence
            wanted = max(1, round(span / 366 * (0.5 + 2.2 * care)))
            plan = [(*rng.choice(COURSES), rng.choice((4, 8)), roll) for _ in range(wanted)]
            if rng.random() < care:
                plan += [(*course, leaders) for course in LEADERS_COURSES]
            for title, kind, hours, takers in plan:
                starts = begin + timedelta(days=rng.randrange(span))
                ends = min(starts + timedelta(days=-(-hours // 8) - 1), self.today)
                if ends < starts:
                    continue
                organiser = "市直机关工委" if kind == "course" else place.branch.name
                trainings.append(
                    (
                        key, place.branch.pk, title, kind, starts, ends, organiser, Decimal(hours),
                        None, place.secretary.pk, self.now, 1,
                    )
                )  # fmt: skip
                records += [
                    (key, member.pk, Decimal(hours))
                    for member in takers
                    if takers is leaders or rng.random() < 0.7 + 0.3 * care
                ]
                key += 1
        insert_tuples(Training, TRAINING, trainings)
        insert_tuples(TrainingRecord, RECORD, records)
