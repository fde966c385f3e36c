"""Both sides of every threshold of R02, R03, R08, R09 and R11-R47, one table per rule.

Each case stands in the north branch alone: what is put there, the day asked about, and the severities of
what is found. The sizes of branches and groups (R01, R04-R07) are in ``test_health_organization``.

On SQLite only: ``test_health_restated`` asks the very statements on both databases.
"""

from datetime import date, datetime
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction

from branches.models import Kind, Organization, Term
from branches.services import organizations
from branchyear.lib.dates import CHINA, Month, months_between
from conftest import FOUNDED
from members import models
from members.models import Member, PostHeld
from tasks.health import engine
from tasks.models import Disposal
from tasks.tests.make import make_campaign

AT = datetime(2026, 4, 2, 9, tzinfo=CHINA)
MAY, JULY, OCTOBER = date(2026, 5, 12), date(2026, 7, 1), date(2026, 10, 1)
END, AFTER = date(2026, 12, 31), date(2027, 1, 1)
SEATS = ("secretary", "organization_officer", "publicity_officer", "discipline_officer")
E, W, N, U = "error", "warning", "notice", "unknown"


def d(text):
    """ "0412" is a day of the campaign's year, "250412" one of another."""
    year, rest = (2026, text) if len(text) == 4 else (2000 + int(text[:2]), text[2:])
    return date(year, int(rest[:2]), int(rest[2:]))


class Place:
    """The north branch, and how rows come into it: straight into the tables."""

    def __init__(self, org):
        self.org, self.branch, self.number = org, org.north, count(1)

    def change(self, **facts):
        Organization.objects.filter(pk=self.branch.pk).update(**facts)

    def people(self, number=1, **facts):
        facts = {
            "category": "formal",
            "admitted_on": d("200101"),
            "formal_on": d("210101"),
            "platform_entered_on": d("0401"),
        } | facts
        return Member.objects.bulk_create(
            Member(
                organization=self.branch, name=f"党员{n}", name_key=f"dangyuan{next(self.number)}",
                **facts,
            )
            for n in range(number)
        )  # fmt: skip

    def member(self, **facts):
        return self.people(1, **facts)[0]

    def group(self):
        number = next(self.number)
        return organizations.establish(
            parent=self.branch, kind=Kind.GROUP, code=f"G{number}", name=f"第{number}党小组",
            on=FOUNDED, by=None,
        )  # fmt: skip

    def post(self, post="secretary", member=None, **facts):
        facts = {"starts_on": d("250301")} | facts
        member = member or self.member()
        return PostHeld.objects.create(organization=self.branch, member=member, post=post, **facts)

    def body(self, *posts):
        for post in posts:
            self.post(post)

    def term(self, **facts):
        facts = {
            "number": 1, "years": 3, "elected_on": d("240301"), "expires_on": d("270301"),
            "voters_due": 15, "voters_present": 15, "seats": 5, "candidates": 6, "approval_no": "1",
            "filed_on": d("240331"),
        } | facts  # fmt: skip
        return Term.objects.create(organization=self.branch, **facts)

    def meeting(self, kind, on, **facts):
        facts = {
            "place": "会议室", "host": "甲", "recorder": "乙", "topic": "学习", "minutes": "摘要",
            "resolution": "决议", "due": 6, "present": 6, "created_at": AT,
        } | facts  # fmt: skip
        return models.Meeting.objects.create(organization=self.branch, kind=kind, on=on, **facts)

    def meetings(self, kind, days, **facts):
        for day in days.split():
            self.meeting(kind, d(day), **facts)

    def vote(self, due, present):
        models.Vote.objects.create(
            meeting=self.meeting("members_meeting", d("0501")), matter="事项", voters_due=due,
            voters_present=present, in_favour=0,
        )  # fmt: skip

    def appraise(self, results, year=2026, **facts):
        appraisal = models.Appraisal.objects.create(
            organization=self.branch, year=year, on=date(year, 12, 1)
        )
        for member, grade in results:
            models.AppraisalResult.objects.create(
                appraisal=appraisal, member=member, grade=grade, **facts
            )

    def talk(self, *pair, on="0601"):
        models.Talk.objects.create(
            organization=self.branch, on=d(on), kind="members", speaker=pair[0], listener=pair[1]
        )

    def train(self, member, hours, kind="course", on="0601"):
        training = models.Training.objects.create(
            organization=self.branch, title="培训", kind=kind, starts_on=d(on), ends_on=d(on),
            hours=Decimal(hours),
        )  # fmt: skip
        models.TrainingRecord.objects.create(training=training, member=member, hours=Decimal(hours))

    def transfer(self, **facts):
        facts = {
            "sender": self.branch, "issued_on": d("0401"), "valid_until": d("0520"),
            "sender_name": "甲", "receiver_name": "乙",
        } | facts  # fmt: skip
        models.Transfer.objects.create(member=self.member(), **facts)

    def absence(self, kind, since, **facts):
        facts = {"contact_person": "甲"} | facts
        models.Absence.objects.create(
            organization=self.branch, member=self.member(), kind=kind, since=d(since), **facts
        )

    def applicant(self, state="running", last=None, **days):
        """``step_7="250412"``: the seventh step was taken on that day; ``last`` is about the last."""
        person = models.Applicant.objects.create(
            organization=self.branch, name="申请人", state=state
        )
        for name, day in days.items():
            step = models.AdmissionStep.objects.get(number=int(name.removeprefix("step_")))
            models.AdmissionProgress.objects.create(
                applicant=person, step=step, on=d(day), **(last or {})
            )

    def due(self, month, due, paid, paid_on=None, member=None, **facts):
        models.DuesMonth.objects.create(
            organization=self.branch, member=member or self.member(), month=month,
            due=None if due is None else Decimal(due), paid=Decimal(paid),
            paid_on=d(paid_on) if paid_on else (d("0401") if Decimal(paid) else None), **facts,
        )  # fmt: skip

    def row(self, first, last, paid="0", *, member=None):
        """The same sum unpaid for months in a row."""
        member = member or self.member()
        for month in months_between(Month.parse(first).first_day, Month.parse(last).first_day):
            self.due(str(month), "60", paid, member=member)
        return member

    def base(self, kind, base, due):
        models.DuesBase.objects.create(
            member=self.member(), kind=kind, from_month="2026-01", monthly_due=Decimal(due),
            base=None if base is None else Decimal(base),
        )  # fmt: skip

    def dispose(self, member, **facts):
        Disposal.objects.create(organization=self.branch, member=member, **facts)


def committee(formal, *posts, duties="", shared=False):
    def build(p):
        people = p.people(formal)
        for number, post in enumerate(posts):
            holder = people[0] if shared and number < 2 else people[number]
            p.post(post, holder, duties=duties)

    return build


def officer(post="secretary", starts="250301", ends=None, **facts):
    return lambda p: p.post(
        post, p.member(**facts), starts_on=d(starts), ends_on=d(ends) if ends else None
    )


def term(**facts):
    return lambda p: p.term(**facts)


def elected(present, votes):
    return lambda p: p.post(term=p.term(voters_present=present), votes=votes)


def held(kind, days, formal=0, **facts):
    def build(p):
        p.people(formal)
        p.meetings(kind, days, **facts)

    return build


def founded(day, build=lambda p: None):
    def both(p):
        p.change(established_on=d(day))
        build(p)

    return both


def grouped(days):
    def build(p):
        p.meetings("group_meeting", days, group=p.group())

    return build


def appraised(excellent, qualified, left_out=0, **facts):
    def build(p):
        people = p.people(excellent + qualified)
        p.people(left_out)
        grades = ["excellent"] * excellent + ["qualified"] * qualified
        p.appraise(zip(people, grades, strict=True), **facts)

    return build


def talked(*pairs, officers=2, members=2, on="0601"):
    """Officers are 0, 1 …; the members follow."""

    def build(p):
        people = p.people(officers + members)
        for person in people[:officers]:
            p.post("officer", person)
        for one, other in pairs:
            p.talk(people[one], people[other], on=on)

    return build


def trained(*courses, leads=False, **facts):
    def build(p):
        member = p.member(**facts)
        if leads:
            p.post("officer", member)
        for course in courses:
            p.train(member, *course)

    return build


def sat(hours, status="present"):
    def build(p):
        member = p.member()
        meeting = p.meeting("theme_day", d("0601"), hours=Decimal(hours))
        models.Attendance.objects.create(meeting=meeting, member=member, status=status)

    return build


def new_secretary(starts, trained=None, before=None):
    def build(p):
        member = p.member()
        if before:
            p.post("secretary", member, starts_on=d(before), ends_on=d(before))
        p.post("secretary", member, starts_on=d(starts))
        if trained:
            p.train(member, "8", "induction", trained)

    return build


def away(kind, since, **facts):
    facts = {k: d(v) if k.endswith("_on") else v for k, v in facts.items()}
    return lambda p: p.absence(kind, since, **facts)


def probationer(admitted, extended=None):
    return lambda p: p.member(
        category="probationary", formal_on=None, admitted_on=admitted and d(admitted),
        probation_extended_to=extended and d(extended),
    )  # fmt: skip


def steps(state="running", last=None, **days):
    return lambda p: p.applicant(state, last, **days)


def failed(decided=None, **facts):
    """Graded 不合格 in December 2025."""

    def build(p):
        member = p.member()
        p.appraise([(member, "unqualified")], year=2025)
        if decided:
            p.dispose(member, kind="talk", decided_on=d(decided), **facts)

    return build


def corrected(decided, until, reviewed=None):
    return lambda p: p.dispose(
        p.member(), kind="correction", decided_on=d(decided), until=d(until),
        reviewed_on=reviewed and d(reviewed),
    )  # fmt: skip


def cadre(on=None, status="present", **facts):
    def build(p):
        member = p.member(**({"is_leading_cadre": True} | facts))
        if on:
            meeting = p.meeting("theme_day", d(on))
            models.Attendance.objects.create(meeting=meeting, member=member, status=status)

    return build


def pays(*months):
    """``(month, due, paid)`` of one member, and perhaps the day."""

    def build(p):
        member = p.member()
        for month, due, paid, *on in months:
            p.due(month, due, paid, *on, member=member)

    return build


def owes(first, last, *more):
    def build(p):
        member = p.row(first, last)
        for month, due, paid in more:
            p.due(month, due, paid, member=member)

    return build


def units(**heads):
    """A joint branch with so many members of each unit."""

    def build(p):
        p.change(branch_type="joint")
        for unit, number in heads.items():
            p.people(number, unit=unit)

    return build


def covers(number):
    names = "\n".join(f"处室{n}" for n in range(number))
    return lambda p: p.change(branch_type="joint", covered_units=names)


def published(year):
    def build(p):
        models.DuesPublication.objects.create(
            organization=p.branch, year=year, on=END, how="大会", total_due=0, total_paid=0,
            members=1,
        )  # fmt: skip

    return build


WHOLE = {
    "sex": "male", "ethnicity": "汉族", "native_place": "某地", "birth_date": d("900101"),
    "id_number": "1", "id_number_index": "1", "education": "本科", "worked_from": d("100101"),
    "unit": "一处", "post": "科员", "phone": "1", "joined_branch_on": d("200101"),
}  # fmt: skip
MONTHS = "0410 0510 0610 0710 0810 0910 1010 1110 1210"
CASES = {
    "R02": [(units(a=2), MAY, []), (units(a=3), MAY, [W]), (units(a=3, b=3), MAY, [W, W])],
    "R03": [
        (covers(5), MAY, []), (covers(6), MAY, [W]), (units(a=2), MAY, []), (units(a=3), MAY, [W]),
    ],
    "R08": [
        (lambda p: p.people(2), MAY, []),
        (lambda p: (p.people(2), p.group()), MAY, [E, E]),
        (lambda p: p.people(2, group=p.group()), MAY, []),
    ],
    "R09": [
        (lambda p: p.people(1, **WHOLE), MAY, []),
        (lambda p: p.people(1, **WHOLE | {"phone": ""}), MAY, [E]),
        (lambda p: p.people(1, **WHOLE | {"formal_on": None}), MAY, [E]),
        (lambda p: p.people(1, **WHOLE | {"formal_on": None, "category": "probationary"}), MAY, []),
        (lambda p: p.people(1, **WHOLE | {"unit": "", "post": "", "is_retired": True}), MAY, []),
        (lambda p: (p.people(1, **WHOLE), p.group()), MAY, [E]),
    ],
    "R11": [
        (committee(6), MAY, []), (committee(7), MAY, [U]), (committee(7, "group_leader"), MAY, [U]),
        (committee(7, *SEATS[:2]), MAY, [E]), (committee(7, *SEATS[:3]), MAY, [W]),
        (committee(7, *SEATS[:3], duties="兼纪检委员"), MAY, []),
        (committee(7, *SEATS[:3], shared=True), MAY, [E]),
        (committee(7, *SEATS, "officer"), MAY, []),
        (committee(8, *SEATS, "officer", "officer"), MAY, [W]),
        (committee(8, *SEATS, *["officer"] * 3), MAY, [W]),
        (committee(8, *SEATS, *["officer"] * 4), MAY, [E]),
        (committee(7, *SEATS, "deputy_secretary"), MAY, []),
        (committee(8, *SEATS[:3], "deputy_secretary", "deputy_secretary", duties="纪检委员"), MAY, [W]),
    ],
    "R12": [
        (committee(6, "secretary", "deputy_secretary"), MAY, []),
        (committee(6, "secretary", "deputy_secretary", "deputy_secretary"), MAY, [W]),
        (committee(6, "secretary", "officer"), MAY, [W]),
        (committee(7, "secretary", "officer"), MAY, []),
    ],
    "R13": [
        (lambda p: None, MAY, [U]), (officer(), MAY, []), (officer(ends="0512"), MAY, []),
        (officer(ends="0511"), MAY, [E]), (officer(starts="0512"), MAY, []),
        (officer(starts="0513"), MAY, [U]),
    ],
    "R14": [
        (officer(starts="220101"), MAY, []), (officer(starts="211231"), MAY, [W]),
        (officer(formal_on=None), MAY, [U]),
        (officer(formal_on=d("240229"), starts="250301"), MAY, []),
        (officer(formal_on=d("240229"), starts="250228"), MAY, [W]),
    ],
    "R16": [
        (officer("officer"), MAY, []), (officer("officer", category="probationary"), MAY, [E]),
        (officer("officer", standing="suspended"), MAY, [E]),
        (officer("officer", standing="floating"), MAY, []),
        (officer("group_leader", category="probationary"), MAY, []),
    ],
    "R17": [
        (lambda p: None, MAY, [U]), (lambda p: p.change(branch_type="temporary"), MAY, []),
        (term(expires_on=MAY), MAY, []), (term(expires_on=d("0511")), MAY, [E]),
        (term(expires_on=d("0301"), extended_to=MAY), MAY, []),
        (term(expires_on=d("0301"), extended_to=d("0511")), MAY, [E]),
        (term(expires_on=d("0511"), ended_on=d("0511")), MAY, [U]),
    ],
    "R18": [
        (term(expires_on=d("1112")), MAY, [N]), (term(expires_on=d("1113")), MAY, []),
        (term(expires_on=MAY), MAY, [N]), (term(expires_on=d("0511")), MAY, []),
        (term(expires_on=d("0831")), d("0228"), [N]), (term(expires_on=d("0827")), d("0226"), []),
    ],
    "R19": [
        (term(), MAY, []),
        (term(expires_on=MAY, extended_to=d("270512"), extension_no="1"), MAY, []),
        (term(expires_on=MAY, extended_to=d("270513"), extension_no="1"), MAY, [E]),
        (term(expires_on=MAY, extended_to=d("1112"), extension_no=""), MAY, [E]),
        (term(expires_on=d("280229"), extended_to=d("290228"), extension_no="1"), MAY, []),
        (term(expires_on=d("280229"), extended_to=d("290301"), extension_no="1"), MAY, [E]),
    ],
    "R20": [
        (term(voters_present=12), MAY, []), (term(voters_present=11), MAY, [E]),
        (term(voters_present=None), MAY, [U]), (term(voters_due=None), MAY, [U]),
        (term(candidates=5), MAY, [W]), (term(seats=3, candidates=4), MAY, []),
        (term(seats=3, candidates=3), MAY, [W]), (term(approval_no=""), MAY, [W]),
        (term(filed_on=d("240401")), MAY, [W]), (term(filed_on=None), MAY, [W]),
        (term(elected_on=d("0412"), filed_on=None), MAY, []),
        (term(elected_on=d("0411"), filed_on=None), MAY, [W]),
        (elected(14, 7), MAY, [E]), (elected(14, 8), MAY, []), (elected(15, 7), MAY, [E]),
        (elected(15, 8), MAY, []),
    ],
    "R21": [
        (held("members_meeting", ""), d("0614"), []), (held("members_meeting", ""), d("0615"), [N]),
        (held("members_meeting", ""), d("0630"), [N]), (held("members_meeting", ""), JULY, [E]),
        (held("members_meeting", "0401"), JULY, []), (held("members_meeting", "0630"), JULY, []),
        (held("members_meeting", "0331"), JULY, [E]), (held("theme_day", "0501"), JULY, [E]),
        (held("members_meeting", "0501", voided_at=AT), JULY, [E]),
        (held("members_meeting", ""), d("0331"), []),
        (founded("0401"), JULY, [E]), (founded("0402"), JULY, []), (founded("0402"), d("0620"), []),
    ],
    "R22": [
        (held("committee_meeting", "", 7), d("0430"), []),
        (held("committee_meeting", "", 7), d("0501"), [E]),
        (held("committee_meeting", "", 6), d("0501"), []),
        (held("committee_meeting", "0430", 7), MAY, []),
        (held("committee_meeting", "0501", 7), MAY, [E]),
        (held("committee_meeting", MONTHS, 7), AFTER, []),
    ],
    "R23": [
        (lambda p: None, MAY, []), (grouped(""), d("0430"), []), (grouped(""), d("0501"), [E]),
        (grouped("0430"), MAY, []), (grouped("0501"), MAY, [E]), (grouped(MONTHS), AFTER, []),
    ],
    "R24": [
        (held("theme_day", ""), d("0430"), []), (held("theme_day", ""), d("0501"), [E]),
        (held("theme_day", "0401"), MAY, []), (held("theme_day", "0501"), MAY, [E]),
        (founded("0410"), MAY, []), (held("theme_day", MONTHS), AFTER, []),
    ],
    "R25": [
        (held("party_lecture", ""), d("0614"), []), (held("party_lecture", ""), d("0615"), [N]),
        (held("party_lecture", ""), JULY, [W]), (held("party_lecture", "0630"), JULY, []),
        (held("theme_day", "0501", includes_lecture=True), JULY, []),
        (held("theme_day", "0501"), JULY, [W]),
    ],
    "R26": [
        (held("org_life_meeting", ""), d("0930"), []), (held("org_life_meeting", ""), OCTOBER, [N]),
        (held("org_life_meeting", ""), END, [N]), (held("org_life_meeting", ""), AFTER, [E]),
        (held("org_life_meeting", "1231"), AFTER, []), (held("org_life_meeting", "251231"), AFTER, [E]),
        (founded("0101"), AFTER, [E]), (founded("0102"), AFTER, []),
    ],
    "R27": [
        (lambda p: p.people(3), d("0930"), []), (lambda p: p.people(3), OCTOBER, [N]),
        (lambda p: p.people(3), AFTER, [E]), (appraised(0, 3), AFTER, []),
        (appraised(0, 3, left_out=1), END, [N]), (appraised(0, 3, left_out=1), AFTER, [E]),
        (appraised(0, 3, took_part=False), AFTER, [E]), (appraised(0, 3, year=2025), AFTER, [E]),
    ],
    "R28": [
        (appraised(1, 2), MAY, []), (appraised(2, 4), MAY, []), (appraised(2, 3), MAY, [W]),
        (appraised(1, 1), MAY, [W]), (appraised(3, 0, year=2025), MAY, []),
    ],
    "R29": [
        (talked(), d("0930"), []), (talked(), OCTOBER, [N, N, N]), (talked(), AFTER, [W, W, W]),
        (talked((0, 1), (0, 2), (3, 1), (2, 3)), AFTER, []),
        (talked((0, 2), (3, 1), (2, 3)), AFTER, [W]), (talked((0, 1), (0, 2), (2, 3)), AFTER, [W]),
        (talked((0, 1), (0, 2), (3, 1)), AFTER, [W]), (talked((0, 1), members=0), AFTER, []),
        (talked((1, 0), officers=1, members=1), AFTER, []),
        (talked((0, 1), officers=0), AFTER, []),
        (talked((0, 1), (0, 2), (3, 1), (2, 3), on="251231"), AFTER, [W, W, W]),
    ],
    "R30": [
        (lambda p: p.vote(6, 3), MAY, []), (lambda p: p.vote(6, 2), MAY, [E]),
        (lambda p: p.vote(7, 4), MAY, []), (lambda p: p.vote(7, 3), MAY, [E]),
        (held("committee_meeting", "0501", due=5, present=3), MAY, []),
        (held("committee_meeting", "0501", due=5, present=2), MAY, [E]),
        (held("members_meeting", "0501", due=5, present=2), MAY, []),
        (held("committee_meeting", "0331", due=5, present=2), MAY, []),
        (held("committee_meeting", "0513", due=5, present=2), MAY, []),
    ],
    "R31": [
        (held("theme_day", "0501"), MAY, []), (held("theme_day", "0501", place=""), MAY, [W]),
        (held("theme_day", "0501", resolution=""), MAY, []),
        (held("members_meeting", "0501", resolution=""), MAY, [W]),
        (held("theme_day", "0501", host="", recorder="", minutes=""), MAY, [W]),
        (held("theme_day", "0331", place=""), MAY, []),
    ],
    "R32": [
        (trained(("32",)), AFTER, []), (trained(("31.9",)), AFTER, [E]),
        (trained(("10.1",), ("5.9",), ("16",)), AFTER, []), (trained(), d("0831"), []),
        (trained(("21.3",)), d("0901"), [N]), (trained(("21.4",)), d("0901"), []),
        (trained(is_excused=True), AFTER, []), (sat("32"), AFTER, []), (sat("32", "sick"), AFTER, [E]),
        (trained(("16",), joined_branch_on=d("0710")), AFTER, []),
        (trained(("15.9",), joined_branch_on=d("0710")), AFTER, [E]),
        (trained(("16",), admitted_on=d("0731"), formal_on=None), AFTER, []),
        (trained(("15.9",), admitted_on=d("0731"), formal_on=None), AFTER, [E]),
        (trained(("16",), admitted_on=d("0731"), formal_on=None, joined_branch_on=d("0301")), AFTER, []),
        (trained(("15.9",), admitted_on=d("0301"), formal_on=None, joined_branch_on=d("0710")), AFTER, [E]),
        (trained(("32", "course", "251231")), AFTER, [E]),
    ],
    "R33": [
        (trained(("56",), leads=True), AFTER, []), (trained(("55.9",), leads=True), AFTER, [E]),
        (trained(("56", "study"), leads=True), AFTER, [E]), (trained(), AFTER, []),
        (trained(("37.3",), leads=True), d("0901"), [N]), (trained(("37.4",), leads=True), d("0901"), []),
    ],
    "R34": [
        (new_secretary("0401"), OCTOBER, []), (new_secretary("0401"), d("1002"), [W]),
        (new_secretary("0401", trained="0401"), d("1002"), []),
        (new_secretary("0401", trained="0331"), d("1002"), [W]),
        (new_secretary("0401", before="250101"), d("1002"), []),
        (new_secretary("0331"), d("1002"), []), (new_secretary("0831"), d("270228"), []),
        (new_secretary("0831"), d("270301"), [W]),
    ],
    "R35": [
        (lambda p: p.people(2), JULY, []), (lambda p: p.member(platform_entered_on=None), JULY, [E]),
        (lambda p: p.member(platform_entered_on=None), d("0630"), [W]),
    ],
    "R36": [
        (lambda p: p.transfer(), MAY, []), (lambda p: p.transfer(), d("0513"), [N]),
        (lambda p: p.transfer(), d("0520"), [N]), (lambda p: p.transfer(), d("0521"), [E]),
        (lambda p: p.transfer(valid_until=d("0701")), MAY, []),
        (lambda p: p.transfer(valid_until=d("0702")), MAY, [E]),
        (lambda p: p.transfer(state="received", received_on=d("0412")), MAY, []),
        (lambda p: p.transfer(state="received", received_on=d("0411")), MAY, [W]),
        (lambda p: p.transfer(state="received", received_on=d("0411"), slip_on=MAY), MAY, []),
        (lambda p: p.transfer(state="received", received_on=d("0430")), d("0531"), [W]),
        (lambda p: p.transfer(sender=None, receiver=p.branch), d("0521"), []),
    ],
    "R37": [
        (lambda p: p.member(standing="floating"), MAY, [W]), (away("floating", "0401"), MAY, []),
        (away("floating", "0401", contact_person=""), MAY, [W]),
        (away("floating", "0212"), MAY, []), (away("floating", "0211"), MAY, [W]),
        (away("floating", "250101", last_contact_on="0212"), MAY, []),
        (away("floating", "250101", last_contact_on="0211"), MAY, [W]),
        (away("overseas", "251112"), MAY, []), (away("overseas", "251111"), MAY, [W]),
        (away("floating", "251130"), d("0228"), []), (away("floating", "251130"), d("0301"), [W]),
    ],
    "R38": [
        (away("lost", "251113"), MAY, []), (away("lost", "251112"), MAY, [E]),
        (away("lost", "250831"), d("0228"), [E]), (away("lost", "250831"), d("0227"), []),
        (away("lost", "240101", suspended_on="240513"), MAY, []),
        (away("lost", "240101", suspended_on="240512"), MAY, [E]),
        (lambda p: p.member(standing="lost"), MAY, [U]),
    ],
    "R39": [
        (probationer("250512"), MAY, [N]), (probationer("250511"), MAY, [E]),
        (probationer("250611"), MAY, [N]), (probationer("250612"), MAY, []),
        (probationer("250101", "0512"), MAY, [N]), (probationer("250101", "0511"), MAY, [E]),
        (probationer(None), MAY, [U]), (probationer("240229"), d("250228"), [N]),
        (probationer("240229"), d("250301"), [E]), (probationer("240229"), d("250129"), [N]),
        (probationer("240229"), d("250128"), []),
    ],
    "R40": [
        (steps(step_1="0131", step_2="0228"), MAY, []), (steps(step_1="0131", step_2="0301"), MAY, [W]),
        (steps(step_3="250412", step_7="0412"), MAY, []), (steps(step_3="250412", step_7="0411"), MAY, [E]),
        (steps(step_3="240229", step_7="250228"), MAY, []),
        (steps(step_3="240229", step_7="250227"), MAY, [E]),
        (steps("finished", step_3="250412", step_7="0411"), MAY, []),
        (steps(step_15="0112", step_17="0412"), MAY, []), (steps(step_15="0112", step_17="0413"), MAY, [W]),
        (steps(step_3="0401", step_4="0401"), MAY, []), (steps(step_3="0402", step_4="0401"), MAY, [E]),
        (steps(step_11="0401", last={"days": 3}), MAY, []),
        (steps(step_11="0401", last={"days": 2}), MAY, [E]),
        (steps(step_11="0401", last={"days": 2, "hours": 24}), MAY, []),
        (steps(step_11="0401", last={"hours": Decimal("23.9")}), MAY, [E]),
        (steps(step_11="0401"), MAY, [U]),
    ],
    "R41": [
        (failed(), MAY, [E]), (failed("251201"), MAY, []), (failed("251130"), MAY, [E]),
        (corrected("0401", "270401"), MAY, []), (corrected("0401", "270402"), MAY, [E]),
        (corrected("250601", "0512"), MAY, []), (corrected("250601", "0511"), MAY, [E]),
        (corrected("250601", "0511", "0512"), MAY, []),
    ],
    "R42": [
        (cadre(), d("0630"), []), (cadre(), JULY, [N]), (cadre("0630"), JULY, []),
        (cadre("0331"), JULY, [N]), (cadre("0501", "sick"), JULY, [N]),
        (cadre(is_leading_cadre=False), JULY, []), (cadre(joined_branch_on=d("0402")), JULY, []),
        (cadre(joined_branch_on=d("0401")), JULY, [N]), (founded("0402", cadre()), JULY, []),
    ],
    "R43": [
        (pays(("2026-04", "60", "60")), MAY, []), (pays(("2026-04", "60", "59.99")), MAY, [E]),
        (pays(("2026-04", None, "60")), MAY, [U]), (lambda p: p.member(), MAY, [U]),
        (lambda p: p.member(), d("0430"), []), (founded("0402", lambda p: p.member()), MAY, []),
        (pays(("2026-04", "60", "60"), ("2026-05", "60", "0")), d("0531"), []),
        (pays(("2026-04", "60", "60"), ("2026-05", "60", "0")), d("0601"), [E]),
        (pays(("2026-04", "60", "60"), ("2026-03", "60", "0")), MAY, []),
        (pays(("2026-04", "60", "60", "0630")), JULY, [U, U]),
        (pays(("2026-04", "60", "60", "0701")), JULY, [U, U, W]),
        (pays(("2026-04", "60", "59", "0701")), JULY, [E, U, U]),
        (lambda p: p.due("2026-04", "60", "60", "0701", note="病"), d("0505"), []),
    ],
    "R44": [
        (lambda p: p.base("wage", "3000", "15.00"), MAY, []),
        (lambda p: p.base("wage", "3000.01", "15.00"), MAY, [W]),
        (lambda p: p.base("wage", "3000.01", "30.00"), MAY, []),
        (lambda p: p.base("wage", "5000", "50.00"), MAY, []),
        (lambda p: p.base("wage", "5000.01", "75.00"), MAY, []),
        (lambda p: p.base("wage", "5000.01", "50.00"), MAY, [W]),
        (lambda p: p.base("wage", "10000", "150.00"), MAY, []),
        (lambda p: p.base("wage", "10000.01", "200.00"), MAY, []),
        (lambda p: p.base("wage", "10000.01", "150.00"), MAY, [W]),
        (lambda p: p.base("wage", "3333.33", "33.33"), MAY, []),
        (lambda p: p.base("wage", "3333.33", "33.34"), MAY, [W]),
        (lambda p: p.base("retired", "5000", "25.00"), MAY, []),
        (lambda p: p.base("retired", "5000.01", "25.00"), MAY, [W]),
        (lambda p: p.base("retired", "5000.01", "50.00"), MAY, []),
        (lambda p: p.base("fixed", None, "0.20"), MAY, []),
        (lambda p: p.base("fixed", None, "0.21"), MAY, [W]),
        (lambda p: p.base("farmer", None, "0.20"), MAY, []),
        (lambda p: p.base("farmer", None, "1.00"), MAY, []),
        (lambda p: p.base("farmer", None, "0.19"), MAY, [W]),
        (lambda p: p.base("farmer", None, "1.01"), MAY, [W]),
    ],
    "R45": [
        (owes("2026-03", "2026-04"), MAY, []), (owes("2026-02", "2026-04"), MAY, [W]),
        (owes("2025-12", "2026-04"), MAY, [W]), (owes("2025-11", "2026-04"), MAY, [E]),
        (owes("2026-03", "2026-05"), d("0531"), []), (owes("2026-03", "2026-05"), d("0601"), [W]),
        (owes("2025-10", "2026-03", ("2026-04", "60", "60")), MAY, []),
        (owes("2025-10", "2026-03", ("2026-04", "60", "1")), MAY, []),
        (owes("2025-10", "2026-03", ("2026-04", None, "0")), MAY, []),
        (owes("2025-10", "2026-03", ("2026-04", "0", "0")), MAY, []),
    ],
    "R46": [
        (lambda p: p.due("2025-10", "60", "60", "0430"), MAY, []),
        (lambda p: p.due("2025-10", "60", "60", "0501"), MAY, [W]),
        (lambda p: p.due("2025-10", "60", "60", "0501", note="病"), MAY, []),
        (lambda p: p.due("2025-08", "60", "60", "0331"), MAY, []),
        (lambda p: p.due("2022-01", "60", "60", "0501"), MAY, [W]),
    ],
    "R47": [
        (lambda p: None, END, []), (lambda p: None, AFTER, [W]), (published(2026), AFTER, []),
        (published(2025), AFTER, [W]), (founded("0102"), AFTER, []),
    ],
}  # fmt: skip


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_holds_on_one_side_of_its_threshold_and_fails_on_the_other(rule, org):
    campaign = make_campaign()
    got, wanted = [], []

    for number, (build, day, severities) in enumerate(CASES[rule]):
        with transaction.atomic():
            build(Place(org))
            seen = engine.look(campaign, day=day, organization=org.north, numbers=[rule])
            found = sorted(finding.severity for finding in seen)
            transaction.set_rollback(True)
        got.append((number, found))
        wanted.append((number, severities))

    assert got == wanted
