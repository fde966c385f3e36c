"""A city of so many branches with a year behind it; neglect is skewed, and every table that a rule reads holds
rows of both kinds."""

import random
from datetime import date, datetime, timedelta

DAY = date(2027, 1, 5)  # the campaign's year is over: every rule speaks
COUNTED = ("active", "leaving", "lost", "floating")
SIZES = (2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 12, 15, 22)  # most branches are small, a few large
MONTHS = [f"2026-{n:02d}" for n in range(3, 13)]
# Minutes that are everybody's own, and some that are not.
SAID = (
    "摘要",
    "摘要",
    "摘要",
    *(f"集中学习第{n}号文件，大家结合岗位谈了体会，明确了下一步打算。" for n in range(300)),
)
MORE = {
    "Appraisal": "members.Appraisal", "AppraisalResult": "members.AppraisalResult",
    "Talk": "members.Talk", "Training": "members.Training",
    "TrainingRecord": "members.TrainingRecord", "Transfer": "members.Transfer",
    "Absence": "members.Absence", "Applicant": "members.Applicant",
    "AdmissionProgress": "members.AdmissionProgress", "DuesBase": "members.DuesBase",
    "DuesPublication": "members.DuesPublication", "SelfCheck": "tasks.SelfCheck",
    "SelfCheckAnswer": "tasks.SelfCheckAnswer", "Problem": "tasks.Problem",
    "ProblemEvidence": "tasks.ProblemEvidence", "Evidence": "tasks.Evidence",
    "BranchItem": "tasks.BranchItem", "ItemEvidence": "tasks.ItemEvidence",
}  # fmt: skip
STEP = 4  # signs of a path per level


def make(count):
    """``count`` branches with their people, posts, terms, meetings and dues; neglect is skewed."""
    from django.apps import apps
    from django.db import transaction

    from branches.models import Organization, Term
    from branchyear.lib.bulk import insert_tuples, next_key
    from branchyear.lib.dates import CHINA
    from members.models import Attendance, DuesMonth, Meeting, Member, PostHeld, Vote

    organ = _campaign()
    _Lists.by, _Lists.steps, _Lists.items, _Lists.rules = _known()
    rng = random.Random(2026)
    at = datetime(2026, 4, 1, 9, tzinfo=CHINA)
    models = {
        m.__name__: m
        for m in (Organization, Member, PostHeld, Term, Meeting, Vote, DuesMonth, Attendance)
    }
    models |= {name: apps.get_model(*label.split(".")) for name, label in MORE.items()}
    key = {model: next_key(model) for model in models.values()}
    rows = {model: [] for model in models.values()}

    def fresh(model):
        key[model] += 1
        return key[model] - 1

    def place(parent, number, kind):
        path = parent[1] + _base36(number).rjust(STEP, "0")
        pk = fresh(Organization)
        rows[Organization].append(
            (pk, path, len(path) // STEP, 0, kind, f"B{pk}", f"{kind}{pk}", "", number,
             rng.choice(("", "standing", "standing", "joint")) if kind == "branch" else "", "",
             rng.choice((None, date(2019, 1, 1), date(2026, 5, 4))), "", "", "", None, at, at)
        )  # fmt: skip
        return pk, path

    for number in range(1, count + 1):
        branch = place(organ, number, "branch")
        care = 1 - rng.random() ** 2 * 0.8
        size = rng.choice(SIZES)
        groups = [place(branch, n + 1, "group")[0] for n in range(size // 8)]
        people = []
        for _ in range(size):
            pk = fresh(Member)
            people.append(pk)
            formal = rng.random() < 0.9
            admitted = date(2025, 1, 1) + timedelta(days=rng.randrange(600))
            rows[Member].append(_person(rng, pk, branch[0], groups, formal, admitted, care, at))
            for month in MONTHS:
                due = None if rng.random() < 0.02 else "60.00"
                paid = due if due and rng.random() < care else "0"
                late = None
                if paid and paid != "0":  # mostly within the month, some long after
                    late = (
                        date(2026, 12, 20)
                        if rng.random() < 0.02
                        else date(*map(int, month.split("-")), 9)
                    )
                rows[DuesMonth].append((pk, branch[0], month, due, False, paid, late, "", "", 1))
        if people:
            for post in ("secretary", "organization_officer", "publicity_officer"):
                if rng.random() < care:
                    ends = None if rng.random() < 0.9 else date(2026, 6, 1)
                    starts = date(2025, 3, 1) if ends or rng.random() < 0.8 else date(2026, 5, 4)
                    rows[PostHeld].append(
                        (fresh(PostHeld), rng.choice(people), branch[0], None, post, "",
                         None, starts, ends, "")
                    )  # fmt: skip
        if rng.random() < care:
            elected = date(2023, 6, 1) + timedelta(days=rng.randrange(900))
            rows[Term].append(
                (fresh(Term), branch[0], 1, elected, 3, elected.replace(day=1, year=elected.year + 3),
                 "", 5, rng.choice((5, 6, 6)), 15, rng.choice((11, 12, 15)), "",
                 "批" if rng.random() < care else "",
                 elected + timedelta(days=rng.randint(5, 40)) if rng.random() < care else None,
                 "", "", 1, at, at)
            )  # fmt: skip
        lists = _Lists(rng, rows, models, fresh, branch[0], people, care, at)
        lists.tell(number)
        for month in range(4, 13):
            for kind in ("theme_day", "committee_meeting", "members_meeting", "party_lecture"):
                if rng.random() > care * (1 if kind == "theme_day" else 0.5):
                    continue
                pk = fresh(Meeting)
                rows[Meeting].append(_meeting(rng, pk, branch[0], None, kind, month, at))
                if kind == "members_meeting":
                    rows[Vote].append((pk, "事项", 6, rng.randint(2, 6), 0, 0, 0))
                if kind == "theme_day" and people:
                    rows[Attendance].append((pk, rng.choice(people), "present", ""))
            for group in groups:
                if rng.random() < care:
                    pk = fresh(Meeting)
                    rows[Meeting].append(
                        _meeting(rng, pk, branch[0], group, "group_meeting", month, at)
                    )
    with transaction.atomic():
        for model, names in NAMES.items():
            table = next(m for m in rows if m.__name__ == model)
            names = names.split()
            others = [
                f for f in table._meta.concrete_fields
                if f.attname not in names and not f.null and not f.primary_key
            ]  # fmt: skip
            usual = tuple(
                at if f.get_internal_type() == "DateTimeField" else f.get_default() for f in others
            )
            names += [f.attname for f in others]
            insert_tuples(table, names, [(*row, *usual) for row in rows[table]])
    _reports(organ[0])
    return {model.__name__: len(found) for model, found in rows.items()}


NAMES = {
    "Organization": "id path depth numchild kind code name short_name order_number branch_type"
    " covered_units established_on approval_no contact place closed_on created_at updated_at",
    "Member": "id organization_id group_id name name_key sex ethnicity native_place birth_date"
    " id_number id_number_index id_tail_index phone education degree admitted_on formal_on category"
    " unit post party_post standing is_leading_cadre is_retired is_excused joined_branch_on"
    " joined_from platform_entered_on remarks is_unit_head id_problem revision created_at updated_at",
    "PostHeld": "id member_id organization_id term_id post duties votes starts_on ends_on"
    " document_no",
    "Term": "id organization_id number elected_on years expires_on extension_no seats candidates"
    " voters_due voters_present request_no approval_no filed_on late_reason remarks revision created_at"
    " updated_at",
    "Meeting": "id organization_id group_id kind includes_lecture on place host recorder lecturer"
    " topic minutes resolution follow_up hours due present void_reason created_at updated_at"
    " revision",
    "Vote": "meeting_id matter voters_due voters_present in_favour against abstained",
    "DuesMonth": "member_id organization_id month due is_reduced paid paid_on channel note revision",
    "Attendance": "meeting_id member_id status reason",
    "Appraisal": "id organization_id year on over_third_reason revision at",
    "AppraisalResult": "id appraisal_id member_id took_part grade opinion",
    "Talk": "id organization_id on kind speaker_id listener_id content opinion at",
    "Training": "id organization_id title kind starts_on ends_on hours at revision",
    "TrainingRecord": "id training_id member_id hours",
    "Transfer": "id member_id sender_id receiver_id sender_name receiver_name letter_no state issued_on"
    " valid_until received_on slip_on closing_note created_at",
    "Absence": "id member_id organization_id kind since destination contact_person at",
    "Applicant": "id organization_id name state unit at revision",
    "AdmissionProgress": "id applicant_id step_id on note days",
    "DuesBase": "id member_id kind from_month base monthly_due note at",
    "DuesPublication": "id organization_id year on how total_due total_paid members at",
    "SelfCheck": "id organization_id campaign_id signed_at revision",
    "SelfCheckAnswer": "id self_check_id heading result reason evidence at",
    "Evidence": "id organization_id file name extension size sha256 uploaded_by_id fact_on",
    "BranchItem": "id branch_id item_id version_id opens_on due_on state result round revision",
    "ItemEvidence": "id branch_item_id evidence_id attached_by_id attached_at",
    "Problem": "id organization_id campaign_id number origin rule_id rule_key heading title cause"
    " measure responsible responsible_leader found_on due_on result state closed_on created_at"
    " updated_at revision",
    "ProblemEvidence": "id problem_id evidence_id attached_at",
}


def _known():
    """Who uploads, the steps of admission, two items that ask for a file, the rules: by number."""
    from branchyear.accounts.models import User
    from members.models import AdmissionStep
    from tasks.models import ChecklistItem, Rule

    by = User.objects.create(username="bench", name="测").pk
    items = ChecklistItem.objects.filter(code__in=["T1-05", "T8-01"]).values_list(
        "pk", "current_id"
    )
    steps = dict(AdmissionStep.objects.values_list("number", "pk"))
    return by, steps, list(items), dict(Rule.objects.values_list("number", "pk"))


class _Lists:
    """What one branch has beside people and meetings: once a year, on paper, on the lists."""

    def __init__(self, rng, rows, models, fresh, branch, people, care, at):
        self.rng, self.rows, self.models, self.fresh = rng, rows, models, fresh
        self.branch, self.people, self.care, self.at = branch, people, care, at

    def add(self, name, *row):
        model = self.models[name]
        pk = self.fresh(model)
        self.rows[model].append((pk, *row))
        return pk

    def cares(self, share=1):
        return self.rng.random() < self.care * share

    def tell(self, number):
        rng, branch, people = self.rng, self.branch, self.people
        if self.cares():
            held = self.add("Appraisal", branch, 2026, date(2026, 12, 12), "", 1, self.at)
            for member in people:
                if rng.random() < 0.97:
                    grade = rng.choice(("excellent", "qualified", "qualified", "qualified"))
                    grade = "unqualified" if rng.random() < 0.01 else grade
                    self.add("AppraisalResult", held, member, True, grade, "")
        for one in people:
            for _ in range(3):
                other = rng.choice(people)
                if other != one and self.cares():
                    self.add(
                        "Talk", branch, date(2026, 9, 1), "members", one, other, "", "", self.at
                    )
            kind = rng.choice(("wage", "wage", "wage", "retired", "fixed"))
            base = None if kind == "fixed" else rng.choice((2900, 4800, 6200, 12000))
            due = {None: "0.20", 2900: "14.50", 4800: "48.00", 6200: "93.00", 12000: "240.00"}[base]
            self.add("DuesBase", one, kind, "2026-01", base, due, "", self.at)
        for hours in (8, 12, 16):
            course = self.add("Training", branch, "培训", "course", date(2026, 6, 1), date(2026, 6, 2),
                              hours, self.at, 1)  # fmt: skip
            for member in people:
                if self.cares():
                    self.add("TrainingRecord", course, member, hours)
        if rng.random() < 0.3:
            self.add("Transfer", people[0], branch, None, "甲", "乙", "1",
                     rng.choice(("issued", "received", "cancelled")), date(2026, 9, 1),
                     rng.choice((date(2026, 12, 1), date(2027, 1, 8), date(2027, 2, 1))),
                     date(2026, 9, 20), None, "", self.at)  # fmt: skip
        for member in people:
            if rng.random() < 0.08:
                self.add("Absence", member, branch, rng.choice(("floating", "overseas", "lost")),
                         date(2026, rng.randint(1, 12), 1), "", "甲" if self.cares() else "",
                         self.at)  # fmt: skip
        if rng.random() < 0.3:
            person = self.add("Applicant", branch, "申请人", "running", "", self.at, 1)
            day = date(2025, 1, 1)
            for step in range(1, rng.randint(3, 12)):
                day += timedelta(days=rng.choice((-3, 10, 25, 40, 200)))
                self.add("AdmissionProgress", person, self.steps[step], day, "",
                         rng.choice((None, 2, 3)) if step == 11 else None)  # fmt: skip
        if self.cares():
            self.add("DuesPublication", branch, 2026, date(2026, 12, 20), "大会", 1, 1, 1, self.at)
        self._lists(number)

    def _lists(self, number):
        rng, branch = self.rng, self.branch
        check = self.add("SelfCheck", branch, 1, self.at if self.cares() else None, 1)
        for n in range(1, 7):
            if self.cares(1.2):
                self.add("SelfCheckAnswer", check, f"S{n}", "met" if self.cares() else "not_met", "",
                         "[]", self.at)  # fmt: skip
        sha = f"{number if rng.random() < 0.97 else 0:064d}"
        file = self.add("Evidence", branch, "x", "照片.jpg", "jpg", 1, sha, self.by,
                        rng.choice((None, date(2025, 1, 1), date(2026, 6, 1))))  # fmt: skip
        for item, version in self.items:
            row = self.add("BranchItem", branch, item, version, date(2026, 4, 1), date(2026, 6, 30),
                           "accepted", "done", 1, 1)  # fmt: skip
            if self.cares():
                self.add("ItemEvidence", row, file, self.by, self.at)
        for n in range(rng.randint(0, 3)):
            state = rng.choice(("open", "fixing", "closed", "closed"))
            rule, key = rng.choice(((None, ""), (self.rules["R24"], f"month:2026-{4 + n:02d}"),
                                    (self.rules["R43"], f"month:2026-{4 + n:02d}"),
                                    (self.rules["R21"], f"quarter:2026-{2 + n % 3}")))  # fmt: skip
            planned = "已定" if self.cares(1.2) else ""
            problem = self.add(
                "Problem", branch, 1, n + 1, "hand", rule, key, "S1" if rule is None else "", "问题",
                planned, planned, planned, "", date(2026, rng.randint(4, 12), 1),
                date(2026, rng.randint(6, 12), 20) if planned else None, "已改" if planned else "",
                state, date(2026, 12, 1) if state == "closed" else None, self.at, self.at, 1,
            )  # fmt: skip
            if self.cares():
                self.add("ProblemEvidence", problem, file, self.at)


def _reports(organ):
    """The direct organisation's reports: some handed in, some not."""
    from branches.models import Organization
    from branchyear.lib.dates import Month
    from reports.models import MonthlyReport, Period
    from tasks.models import Campaign

    campaign, above = Campaign.objects.get(), Organization.objects.get(depth=2)
    for month in (Month(2026, 11), Month(2026, 12)):
        period, _ = Period.objects.update_or_create(
            campaign=campaign, tier="direct", month=str(month),
            defaults={"opens_on": month.first_day, "due_on": month.first_day + timedelta(days=24),
                      "due_before": datetime.fromisoformat(f"{month}-26T00:00+08:00")},
        )  # fmt: skip
        MonthlyReport.objects.update_or_create(
            organization_id=organ, period=period, defaults={"receiver": above}
        )


def _person(rng, pk, branch, groups, formal, admitted, care, at):
    wrong = rng.random() < 0.01  # the check sign of a number that nobody can have
    return (
        pk, branch, rng.choice((None, *groups)) if groups else None, f"党员{pk}", f"dangyuan {pk}",
        "male", "汉族" if rng.random() < care else "", "某地", date(1990, 1, 1),
        "350203199001010010" if wrong else "", None, "", "",
        "本科", "", admitted - timedelta(800 * formal), admitted - timedelta(400) if formal else None,
        "formal" if formal else "probationary", f"业务{rng.randrange(4)}处", "科员", "",
        rng.choice(("active",) * 20 + ("lost", "floating", "left")), rng.random() < 0.1,
        rng.random() < 0.1, rng.random() < 0.05, date(2025, 9, 1), "",
        date(2026, 5, 1) if rng.random() < care else None, "", rng.choice((True, True, None, False)),
        "digit" if wrong else "", 1, at, at,
    )  # fmt: skip


def _meeting(rng, pk, branch, group, kind, month, at):
    return (
        pk, branch, group, kind, False, date(2026, month, rng.randint(1, 28)),
        "会议室" if rng.random() < 0.95 else "", "甲", "乙", "", "学习", rng.choice(SAID), "决议", "", "2", 6,
        rng.randint(2, 6), "", at, at, 1,
    )  # fmt: skip


def _base36(number):
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (_base36(number // 36) if number >= 36 else "") + signs[number % 36]


def _campaign():
    """The organisations above, and the campaign before there are branches to give its items to."""

    from bench.tables import migrated
    from branches.models import Kind
    from branches.services import organizations
    from tasks import template
    from tasks.services.campaign import open_campaign

    migrated()
    parent = None
    for kind, code in (
        (Kind.CITY_DEPARTMENT, "00"), (Kind.WORK_COMMITTEE, "00-01"), (Kind.PRIMARY_COMMITTEE, "01")
    ):  # fmt: skip
        parent = organizations.establish(
            parent=parent, kind=kind, code=code, name=code, on=date(2018, 1, 1), by=None
        )
    open_campaign(template.read("campaign_2022"), year=2026, by=None)
    return parent.pk, parent.path
