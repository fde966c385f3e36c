"""All rules of 支部体检 over a large city, against SQL written by hand and against one object at a time.

In the same run, on the same rows, in turns: ``engine.evaluate`` over fifteen rules of every kind; one
statement by hand (UNION ALL) that finds and stores the same; and the same rules asked branch by branch
through the ORM (on a part of the branches, scaled up, since it takes minutes). Then every rule there is,
in a city of a tenth and in the whole one, for the growth.

Limits: at most four times the hand-written statement; fifty times as fast as object by object; the same
findings all three ways; growth with an exponent of at most 1.1.

Without arguments 1,000 branches; with ``BENCH_FULL=1`` 10,000. On SQLite, or where ``DATABASE_URL`` of an
empty database says otherwise.
"""

import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
BRANCHES = 10_000 if FULL else 1_000
SAMPLE = 50
ROUNDS = 3
TIMES_BY_HAND, FASTER, EXPONENT = 4, 50, 1.1
DAY = date(2026, 10, 15)
RULES = (
    "R01", "R06", "R08", "R13", "R17", "R18", "R21", "R24", "R26", "R30", "R31", "R39", "R43",
    "R45", "R46",
)  # fmt: skip
COUNTED = ("active", "leaving", "lost", "floating")
SIZES = (2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9, 12, 15, 22)  # most branches are small, a few large
MONTHS = [f"2026-{n:02d}" for n in range(3, 10)]
STEP = 4  # signs of a path per level


# --- A city ---------------------------------------------------------------------------------------


def make(count):
    """``count`` branches with their people, posts, terms, meetings and dues; neglect is skewed."""
    from django.db import transaction

    from branches.models import Organization, Term
    from branchyear.lib.bulk import insert_tuples, next_key
    from branchyear.lib.dates import CHINA
    from members.models import Attendance, DuesMonth, Meeting, Member, PostHeld, Vote

    organ = _campaign()
    rng = random.Random(2026)
    at = datetime(2026, 4, 1, 9, tzinfo=CHINA)
    key = {model: next_key(model) for model in (Organization, Member, PostHeld, Term, Meeting)}
    rows = {
        m: [] for m in (Organization, Member, PostHeld, Term, Meeting, Vote, DuesMonth, Attendance)
    }

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
                late = date(2026, 4, 20) if paid and paid != "0" else None
                rows[DuesMonth].append((pk, branch[0], month, due, False, paid, late, "", "", 1))
        if people:
            for post in ("secretary", "organization_officer", "publicity_officer"):
                if rng.random() < care:
                    ends = None if rng.random() < 0.9 else date(2026, 6, 1)
                    rows[PostHeld].append(
                        (fresh(PostHeld), rng.choice(people), branch[0], None, post, "",
                         None, date(2025, 3, 1), ends, "")
                    )  # fmt: skip
        if rng.random() < care:
            elected = date(2023, 6, 1) + timedelta(days=rng.randrange(900))
            rows[Term].append(
                (fresh(Term), branch[0], 1, elected, 3, elected.replace(day=1, year=elected.year + 3),
                 "", 5, 6, 15, rng.choice((11, 12, 15)), "", "批", "", "", 1, at, at)
            )  # fmt: skip
        for month in range(4, 10):
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
            usual = tuple(f.get_default() for f in others)
            names += [f.attname for f in others]
            insert_tuples(table, names, [(*row, *usual) for row in rows[table]])
    return {model.__name__: len(found) for model, found in rows.items()}


NAMES = {
    "Organization": "id path depth numchild kind code name short_name order_number branch_type"
    " covered_units established_on approval_no contact place closed_on created_at updated_at",
    "Member": "id organization_id group_id name name_key sex ethnicity native_place birth_date"
    " id_number id_number_index id_tail_index phone education degree admitted_on formal_on category"
    " unit post party_post standing is_leading_cadre is_retired is_excused joined_branch_on"
    " joined_from platform_entered_on remarks revision created_at updated_at",
    "PostHeld": "id member_id organization_id term_id post duties votes starts_on ends_on"
    " document_no",
    "Term": "id organization_id number elected_on years expires_on extension_no seats candidates"
    " voters_due voters_present request_no approval_no late_reason remarks revision created_at"
    " updated_at",
    "Meeting": "id organization_id group_id kind includes_lecture on place host recorder lecturer"
    " topic minutes resolution follow_up hours due present void_reason created_at updated_at"
    " revision",
    "Vote": "meeting_id matter voters_due voters_present in_favour against abstained",
    "DuesMonth": "member_id organization_id month due is_reduced paid paid_on channel note revision",
    "Attendance": "meeting_id member_id status reason",
}


def _person(rng, pk, branch, groups, formal, admitted, care, at):
    return (
        pk, branch, rng.choice((None, *groups)) if groups else None, f"党员{pk}", f"dangyuan {pk}",
        "male", "汉族" if rng.random() < care else "", "某地", date(1990, 1, 1), "", None, "", "",
        "本科", "", admitted, admitted if formal else None,
        "formal" if formal else "probationary", f"业务{rng.randrange(4)}处", "科员", "",
        rng.choice(("active",) * 20 + ("lost", "floating", "left")), rng.random() < 0.1,
        rng.random() < 0.1, rng.random() < 0.05, date(2025, 9, 1), "",
        date(2026, 5, 1) if rng.random() < care else None, "", 1, at, at,
    )  # fmt: skip


def _meeting(rng, pk, branch, group, kind, month, at):
    return (
        pk, branch, group, kind, False, date(2026, month, rng.randint(1, 28)),
        "会议室" if rng.random() < 0.95 else "", "甲", "乙", "", "学习", "摘要", "决议", "", "2", 6,
        rng.randint(2, 6), "", at, at, 1,
    )  # fmt: skip


def _base36(number):
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return (_base36(number // 36) if number >= 36 else "") + signs[number % 36]


def _campaign():
    """The organisations above, and the campaign before there are branches to give its items to."""
    from django.core.management import call_command

    from branches.models import Kind
    from branches.services import organizations
    from tasks import template
    from tasks.services.campaign import open_campaign

    call_command("migrate", verbosity=0)
    parent = None
    for kind, code in (
        (Kind.CITY_DEPARTMENT, "00"), (Kind.WORK_COMMITTEE, "00-01"), (Kind.PRIMARY_COMMITTEE, "01")
    ):  # fmt: skip
        parent = organizations.establish(
            parent=parent, kind=kind, code=code, name=code, on=date(2018, 1, 1), by=None
        )
    open_campaign(template.read("campaign_2022"), year=2026, by=None)
    return parent.pk, parent.path


# --- By hand --------------------------------------------------------------------------------------

HAND = """
WITH b AS (SELECT id, path, branch_type, established_on AS since FROM branches_organization
           WHERE kind = 'branch' AND closed_on IS NULL),
m AS (SELECT m.id, m.organization_id, m.group_id, m.name, m.category, m.admitted_on,
             m.probation_extended_to, b.path
      FROM members_member m JOIN b ON b.id = m.organization_id WHERE m.standing IN {counted}),
c AS (SELECT organization_id AS id, count(*) AS n,
             sum(CASE WHEN category = 'formal' THEN 1 ELSE 0 END) AS formal
      FROM m GROUP BY organization_id),
g AS (SELECT substr(path, 1, length(path) - {step}) AS path, count(*) AS g
      FROM branches_organization WHERE kind = 'group' AND closed_on IS NULL GROUP BY 1),
q AS ({quarters}), p AS ({months}),
t AS (SELECT t.organization_id AS id, t.elected_on, coalesce(t.extended_to, t.expires_on) AS due
      FROM branches_term t WHERE t.ended_on IS NULL),
e AS (SELECT id FROM branches_organization WHERE closed_on IS NULL AND branch_type <> 'temporary'
      AND kind IN ('branch', 'general_branch', 'primary_committee')),
h AS (SELECT k.*, b.id AS branch FROM members_meeting k JOIN b ON b.id = k.organization_id
      WHERE k.voided_at IS NULL AND k."on" BETWEEN {start} AND {day}),
s AS (SELECT organization_id AS id FROM members_postheld WHERE post = 'secretary'
      AND starts_on <= {day} AND (ends_on IS NULL OR ends_on >= {day})),
r AS (SELECT member_id, max(CASE WHEN due IS NULL OR paid > 0 OR due = 0 THEN month END) AS paid_to
      FROM members_duesmonth WHERE month < {running} GROUP BY member_id),
u AS (SELECT d.member_id, count(*) AS run FROM members_duesmonth d
      JOIN r ON r.member_id = d.member_id
      WHERE d.month < {running} AND d.month > coalesce(r.paid_to, '') AND d.due > 0 AND d.paid = 0
      GROUP BY d.member_id)
SELECT 'R01' AS rule, b.id, '' AS key, CASE WHEN coalesce(n, 0) < 3 THEN 'error' ELSE 'warning' END
       AS severity, {json}('n', coalesce(n, 0), 'formal', coalesce(formal, 0)) AS facts
  FROM b LEFT JOIN c ON c.id = b.id
  WHERE branch_type IN ('', 'standing') AND (coalesce(n, 0) < 3 OR formal < 3)
UNION ALL SELECT 'R06', b.id, '', 'error', {json}('n', n, 'g', coalesce(g, 0)) FROM b
  JOIN c ON c.id = b.id LEFT JOIN g ON g.path = b.path WHERE n >= 20 AND coalesce(g, 0) < 2
UNION ALL SELECT 'R08', organization_id, 'member:' || m.id, 'error', {json}('name', m.name) FROM m
  JOIN g ON g.path = m.path WHERE group_id IS NULL
UNION ALL SELECT 'R13', b.id, '', CASE WHEN last IS NULL THEN 'unknown' ELSE 'error' END,
  {json}('date', last) FROM b LEFT JOIN (SELECT organization_id AS id, max(ends_on) AS last
    FROM members_postheld WHERE post = 'secretary' AND ends_on < {day} GROUP BY 1) o ON o.id = b.id
  WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.id = b.id)
UNION ALL SELECT 'R17', e.id, '', CASE WHEN due IS NULL THEN 'unknown' ELSE 'error' END,
  {json}('elected', elected_on, 'expiry', due) FROM e LEFT JOIN t ON t.id = e.id
  WHERE due IS NULL OR due < {day}
UNION ALL SELECT 'R18', e.id, '', 'notice', {json}('expiry', due) FROM e JOIN t ON t.id = e.id
  WHERE due >= {day} AND due <= {near}
UNION ALL SELECT 'R21', b.id, 'quarter:' || q.label, 'error', {json}('q', q.label) FROM b CROSS JOIN q
  WHERE (since IS NULL OR since <= q.first) AND NOT EXISTS (SELECT 1 FROM members_meeting k
    WHERE k.organization_id = b.id AND k.kind = 'members_meeting' AND k.voided_at IS NULL
    AND k."on" BETWEEN q.first AND q.last)
UNION ALL SELECT 'R24', b.id, 'month:' || p.label, 'error', {json}('m', p.label) FROM b CROSS JOIN p
  WHERE (since IS NULL OR since <= p.first) AND NOT EXISTS (SELECT 1 FROM members_meeting k
    WHERE k.organization_id = b.id AND k.kind = 'theme_day' AND k.voided_at IS NULL
    AND k."on" BETWEEN p.first AND p.last)
UNION ALL SELECT 'R26', b.id, 'year:2026', 'notice', {json}('y', 2026) FROM b
  WHERE (since IS NULL OR since <= {new_year}) AND NOT EXISTS (SELECT 1 FROM members_meeting k
    WHERE k.organization_id = b.id AND k.kind = 'org_life_meeting' AND k.voided_at IS NULL
    AND k."on" BETWEEN {new_year} AND {last})
UNION ALL SELECT 'R30', branch, 'meeting:' || h.id || ':vote:' || v.id, 'error',
  {json}('b', v.voters_due, 'a', v.voters_present) FROM members_vote v JOIN h ON h.id = v.meeting_id
  WHERE v.voters_present * 2 < v.voters_due
UNION ALL SELECT 'R30', branch, 'meeting:' || id, 'error', {json}('b', due, 'a', present) FROM h
  WHERE kind = 'committee_meeting' AND present * 2 < due
UNION ALL SELECT 'R31', branch, 'meeting:' || id, 'warning', {json}('date', "on", 'type', kind) FROM h
  WHERE place = '' OR host = '' OR recorder = '' OR minutes = ''
  OR (resolution = '' AND kind IN ('members_meeting', 'committee_meeting'))
UNION ALL SELECT 'R39', organization_id, 'member:' || id, CASE
    WHEN admitted_on IS NULL THEN 'unknown'
    WHEN probation_extended_to <= {before} OR (probation_extended_to IS NULL AND admitted_on <= {over})
    THEN 'error' ELSE 'notice' END, {json}('name', name, 'admitted', admitted_on)
  FROM m WHERE category = 'probationary' AND (admitted_on IS NULL OR probation_extended_to <= {later}
    OR (probation_extended_to IS NULL AND admitted_on <= {soon}))
UNION ALL SELECT 'R43', b.id, 'month:' || p.label, 'error',
  {json}('m', p.label, 'k', count(*), 'amt', sum(due - paid)) FROM members_duesmonth d
  JOIN b ON b.id = d.organization_id JOIN p ON p.label = d.month WHERE paid < due GROUP BY b.id, p.label
UNION ALL SELECT 'R43', b.id, 'month:' || p.label || ':unknown', 'unknown',
  {json}('m', p.label, 'k', count(*)) FROM members_duesmonth d
  JOIN b ON b.id = d.organization_id JOIN p ON p.label = d.month WHERE due IS NULL
  GROUP BY b.id, p.label
UNION ALL SELECT 'R43', b.id, 'month:' || p.label || ':none', 'unknown', {json}('m', p.label)
  FROM b CROSS JOIN p JOIN c ON c.id = b.id WHERE (since IS NULL OR since <= p.first)
  AND NOT EXISTS (SELECT 1 FROM members_duesmonth d WHERE d.organization_id = b.id
    AND d.month = p.label)
UNION ALL SELECT 'R45', organization_id, 'member:' || id,
  CASE WHEN run >= 6 THEN 'error' ELSE 'warning' END, {json}('name', name, 'm', run) FROM m
  JOIN u ON u.member_id = m.id WHERE run >= 3
UNION ALL SELECT 'R46', b.id, 'member:' || d.member_id || ':month:' || d.month, 'warning',
  {json}('month', d.month) FROM members_duesmonth d JOIN b ON b.id = d.organization_id
  WHERE paid > 0 AND note = '' AND paid_on BETWEEN {start} AND {day}
  AND {back} - CAST(substr(month, 1, 4) AS integer) * 12 - CAST(substr(month, 6, 2) AS integer) > 6
"""


def by_hand():
    """The statement for this database, and the table it fills, with the index that findings have."""
    from django.db import connection

    from branchyear.lib.dates import reached

    postgres = connection.vendor == "postgresql"

    def day(value):
        return f"date '{value}'" if postgres else f"'{value}'"

    def spans(months):
        for first in range(4, 10, months):
            last = date(2026, first + months, 1) - timedelta(days=1)
            label = f"2026-{first:02d}" if months == 1 else f"2026-{(first + 2) // 3}"
            yield (
                f"SELECT {day(date(2026, first, 1))} AS first, {day(last)} AS last,"
                f" '{label}' AS label"
            )

    paid = (
        "(EXTRACT(YEAR FROM paid_on)::int * 12 + EXTRACT(MONTH FROM paid_on)::int)" if postgres else
        "(CAST(substr(paid_on, 1, 4) AS integer) * 12 + CAST(substr(paid_on, 6, 2) AS integer))"
    )  # fmt: skip
    yesterday, month_on = DAY - timedelta(days=1), DAY + timedelta(days=30)
    statement = HAND.format(
        counted=COUNTED,
        step=STEP,
        quarters=" UNION ALL ".join(spans(3)),
        months=" UNION ALL ".join(spans(1)),
        start=day(date(2026, 4, 1)),
        day=day(DAY),
        new_year=day(date(2026, 1, 1)),
        last=day(date(2026, 12, 31)),
        near=day(reached(DAY, -6)),
        before=day(yesterday),
        over=day(reached(yesterday, 12)),
        later=day(month_on),
        soon=day(reached(month_on, 12)),
        running="'2026-10'",
        json="jsonb_build_object" if postgres else "json_object",
        back=paid,
    )
    kind = "jsonb" if postgres else "text"
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_found (rule varchar(10), organization_id bigint,"
            f" key varchar(120), severity varchar(10), facts {kind}, opened_on date,"
            " UNIQUE (organization_id, rule, key))"
        )
    return (
        "INSERT INTO bench_found (rule, organization_id, key, severity, facts, opened_on)"  # noqa: S608
        f" SELECT x.*, {day(DAY)} FROM ({statement}) x"
    )


# --- One object at a time -------------------------------------------------------------------------


def object_by_object(branches):
    """The same fifteen rules asked of one branch after the other."""
    found = set()
    for branch in branches:
        found |= {(branch.pk, *one) for one in _of_branch(branch)}
    return found


def _of_branch(branch):
    from branches.models import Organization
    from branchyear.lib.dates import add_months
    from members.models import DuesMonth, Meeting, Member, PostHeld, Vote

    people = list(Member.objects.filter(organization=branch, standing__in=COUNTED))
    formal = sum(m.category == "formal" for m in people)
    groups = Organization.objects.filter(
        path__startswith=branch.path, kind="group", closed_on=None
    ).count()
    if branch.branch_type in {"", "standing"} and (len(people) < 3 or formal < 3):
        yield "R01", "", "error" if len(people) < 3 else "warning"
    if len(people) >= 20 and groups < 2:
        yield "R06", "", "error"
    posts = PostHeld.objects.filter(organization=branch, post="secretary")
    if not any(p.starts_on <= DAY and (p.ends_on or DAY) >= DAY for p in posts):
        yield "R13", "", "error" if any(p.ends_on and p.ends_on < DAY for p in posts) else "unknown"
    term = branch.terms.filter(ended_on=None).first()
    if branch.branch_type != "temporary":
        due = term and term.due_on
        if due is None or due < DAY:
            yield "R17", "", "error" if due else "unknown"
        elif add_months(due, -6) <= DAY:
            yield "R18", "", "notice"
    yield from _meetings(branch, Meeting, Vote)
    for member in people:
        if groups and member.group_id is None:
            yield "R08", f"member:{member.pk}", "error"
        if member.category == "probationary":
            end = member.probation_extended_to or add_months(member.admitted_on, 12)
            if end <= DAY + timedelta(days=30):
                yield "R39", f"member:{member.pk}", "error" if end < DAY else "notice"
        run = 0
        for month in DuesMonth.objects.filter(member=member, month__lt="2026-10").order_by("month"):
            run = 0 if month.due is None or month.paid > 0 or month.due == 0 else run + 1
        if run >= 3:
            yield "R45", f"member:{member.pk}", "error" if run >= 6 else "warning"
    yield from _dues(branch, people, DuesMonth)


def _meetings(branch, Meeting, Vote):  # noqa: N803 (the models)
    since = branch.established_on or date.min
    held = Meeting.objects.filter(organization=branch, voided_at=None)
    for months, rule, kind in ((3, "R21", "members_meeting"), (1, "R24", "theme_day")):
        for first in range(4, 10, months):
            start, end = date(2026, first, 1), date(2026, first + months, 1)
            if since <= start and not held.filter(kind=kind, on__gte=start, on__lt=end).exists():
                about = (
                    f"quarter:2026-{(first + 2) // 3}" if months == 3 else f"month:2026-{first:02d}"
                )
                yield rule, about, "error"
    if (
        since <= date(2026, 1, 1)
        and not held.filter(kind="org_life_meeting", on__year=2026).exists()
    ):
        yield "R26", "year:2026", "notice"
    for meeting in held.filter(on__gte=date(2026, 4, 1), on__lte=DAY):
        for vote in Vote.objects.filter(meeting=meeting):
            if vote.voters_present * 2 < vote.voters_due:
                yield "R30", f"meeting:{meeting.pk}:vote:{vote.pk}", "error"
        if meeting.kind == "committee_meeting" and meeting.present * 2 < meeting.due:
            yield "R30", f"meeting:{meeting.pk}", "error"
        decides = meeting.kind in {"members_meeting", "committee_meeting"}
        parts = [meeting.place, meeting.host, meeting.recorder, meeting.minutes]
        if not all([*parts, meeting.resolution or not decides]):
            yield "R31", f"meeting:{meeting.pk}", "warning"


def _dues(branch, people, DuesMonth):  # noqa: N803 (the model)
    since = branch.established_on or date.min
    for number in range(4, 10):
        about = f"month:2026-{number:02d}"
        rows = list(DuesMonth.objects.filter(organization=branch, month=about[6:]))
        if any(row.due is not None and row.paid < row.due for row in rows):
            yield "R43", about, "error"
        if any(row.due is None for row in rows):
            yield "R43", f"{about}:unknown", "unknown"
        if not rows and people and since <= date(2026, number, 1):
            yield "R43", f"{about}:none", "unknown"
    for row in DuesMonth.objects.filter(organization=branch, note="", paid__gt=0):
        year, month = (int(part) for part in row.month.split("-"))
        if (row.paid_on.year - year) * 12 + row.paid_on.month - month > 6:
            yield "R46", f"member:{row.member_id}:month:{row.month}", "warning"


# --- The run --------------------------------------------------------------------------------------


def clock():
    """Processor time where the database is in the process; else time as it passes."""
    from django.db import connection

    return time.perf_counter() if connection.vendor == "postgresql" else time.process_time()


def timed(act):
    begun = clock()
    result = act()
    return clock() - begun, result


def measure(count):
    """Seconds of each arm in one city, and whether they agree."""
    from django.db import connection

    from branches.models import Organization
    from tasks.health import engine
    from tasks.models import Campaign, Finding

    rows = make(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    campaign = Campaign.objects.get()
    statement = by_hand()
    spent = {"engine": [], "hand": [], "all": [], "again": []}

    def hand():
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def forget():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tasks_finding")
            cursor.execute("DELETE FROM bench_found")

    for _ in range(ROUNDS):
        forget()
        spent["hand"].append(timed(hand)[0])
        spent["engine"].append(timed(lambda: engine.evaluate(campaign, day=DAY, numbers=RULES))[0])
    found = set(Finding.objects.values_list("organization_id", "rule__number", "key", "severity"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, rule, key, severity FROM bench_found")
        told = set(cursor.fetchall())
    sample = list(Organization.objects.branches().order_by("pk")[:: count // SAMPLE][:SAMPLE])
    slow, said = timed(lambda: object_by_object(sample))
    chosen = {branch.pk for branch in sample}
    for _ in range(ROUNDS - 1):
        forget()
        spent["all"].append(timed(lambda: engine.evaluate(campaign, day=DAY))[0])
        spent["again"].append(timed(lambda: engine.evaluate(campaign, day=DAY))[0])
    if os.environ.get("BENCH_EACH"):
        each(campaign, engine, forget)
    return {name: min(times) for name, times in spent.items()} | {
        "slow": slow * count / SAMPLE,
        "found": len(found),
        "findings": Finding.objects.count(),
        "same as by hand": found == told,
        "differences": [sorted(map(str, found - told))[:5], sorted(map(str, told - found))[:5]],
        "same as object by object": {f for f in found if f[0] in chosen} == said,
        "rows": rows,
    }


def each(campaign, engine, forget):
    """Where the time goes, rule by rule (``BENCH_EACH=1``)."""
    for number in sorted(engine.load()):
        forget()
        seconds, _ = timed(lambda n=number: engine.evaluate(campaign, day=DAY, numbers=[n]))
        print(f"  {number} {seconds:8.3f} s", file=sys.stderr)


def arm(count, folder):
    """Measure one city in a process and a database of its own."""
    done = subprocess.run(
        [sys.executable, __file__, str(count)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": str(folder), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main():
    with tempfile.TemporaryDirectory(prefix="bench-rules-") as made:
        small = arm(BRANCHES // 10, Path(made) / "small")
        large = arm(BRANCHES, Path(made) / "large")
    times = large["engine"] / large["hand"]
    faster = large["slow"] / large["engine"]
    growth = math.log10(large["all"] / small["all"])
    say = [
        (f"{len(RULES)} rules, {BRANCHES:,} branches, stored", large["engine"], "s", None),
        ("the same by hand, one statement", large["hand"], "s", None),
        ("object by object, scaled", large["slow"], "s", None),
        ("times the hand-written statement", times, "x", TIMES_BY_HAND),
        ("times as fast as object by object", faster, "x", FASTER),
        ("findings of these rules", large["found"], "", None),
        (f"every rule, {BRANCHES // 10:,} branches, stored", small["all"], "s", None),
        (f"every rule, {BRANCHES:,} branches, stored", large["all"], "s", None),
        ("the same again, nothing new", large["again"], "s", None),
        ("findings of every rule", large["findings"], "", None),
        ("exponent of growth", growth, "", EXPONENT),
    ]
    for name, value, unit, limit in say:
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    checks = {
        "close enough to the hand-written statement": times <= TIMES_BY_HAND,
        "fast enough": faster >= FASTER,
        "linear": growth <= EXPONENT,
        "the same findings by hand": small["same as by hand"] and large["same as by hand"],
        "the same findings object by object": small["same as object by object"]
        and large["same as object by object"],
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name}", small["differences"], large["differences"])
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings_test"
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        import django

        django.setup()
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        sys.exit(main())
