"""Which members."""

import re
from datetime import date, timedelta

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Round

from branches.querysets import LedgerQuerySet, OrganizationOwnedQuerySet, below, within
from branchyear.lib.crypto import blind_indexes
from branchyear.lib.dates import add_months
from members.deadlines import PROBATION_MONTHS

HOURS = models.DecimalField(max_digits=8, decimal_places=1)

# The one definition of how many there are.
HEADS = {
    "members": Count("pk"),
    "formal": Count("pk", filter=Q(category="formal")),
    "probationary": Count("pk", filter=Q(category="probationary")),
}

# Secretary, deputy, officers, leaders of groups, everybody else: the order of a printed roster.
OFFICE = Case(
    When(party_post="", then=Value(9)),
    # The branch's own post stands first: a branch secretary may be deputy secretary of a committee above.
    When(Q(party_post__startswith="支部书记"), then=Value(0)),
    When(party_post__startswith="支部书记", then=Value(0)),
    When(party_post__startswith="党支部书记", then=Value(0)),
    When(party_post__contains="副书记", then=Value(1)),
    When(party_post__contains="书记", then=Value(0)),
    When(party_post__contains="委员", then=Value(2)),
    default=Value(3),
    output_field=IntegerField(),
)


class MemberQuerySet(LedgerQuerySet):
    def counted(self):
        """On the roll and counted in every figure (在册, 转出中, 流动, 失联)."""
        from members.models import COUNTED

        return self.filter(standing__in=COUNTED)

    def with_missing(self):
        """Adds ``missing``: how many required facts of the roster are empty (R09)."""
        from members.completeness import number_missing  # reads the organisations

        return self.annotate(missing=number_missing())

    def found(
        self, q="", category="", group="", standing="", flag="", lacking="", *, numbers=False
    ):
        """Those a search asks for: by name or pinyin (full or initials), category, Party group, standing
        (``off``: no longer counted), a mark of the record, a required fact that is empty (``any``).

        With ``numbers`` the last four signs of an ID number find a person, too.
        """
        from members.completeness import BY_NAME, lacks_something

        rows = self.standing_at(standing)
        if q:
            rows = rows.filter(_called(q, numbers=numbers))
        if category:
            rows = rows.filter(category=category)
        if flag:
            rows = rows.filter(**{flag: True})
        if group == "none":
            rows = rows.filter(group=None)
        elif group:
            rows = rows.filter(group=group)
        if lacking:
            rows = rows.filter(lacks_something() if lacking == "any" else BY_NAME[lacking].missing)
        return rows

    def standing_at(self, standing):
        """On the roll, or with another standing: one of ``Standing``, ``off`` or ``all``."""
        from members.models import COUNTED

        if not standing:
            return self.counted()
        if standing == "all":
            return self
        return (
            self.exclude(standing__in=COUNTED)
            if standing == "off"
            else self.filter(standing=standing)
        )

    def head_counts(self, *group):
        """Members, formal, probationary, per ``group`` columns."""
        return self.counted().order_by(*group).values(*group).annotate(**HEADS)

    def head_count(self):
        """One row of the same figures."""
        return self.counted().order_by().aggregate(**HEADS)

    def probation_may_end_by(self, until):
        """Whose probation may end by ``until``: exactly to be reckoned by ``deadlines.probation_end``."""
        admitted_by = add_months(until, -PROBATION_MONTHS) + timedelta(days=1)  # 29 February
        return self.filter(
            Q(probation_extended_to__lte=until)
            | Q(probation_extended_to=None, admitted_on__lte=admitted_by)
            | Q(admitted_on=None)
        )

    def with_training(self, year, day):
        """Adds ``trained`` and ``met`` (hours of courses and of meetings attended in ``year``), ``leads``
        (a seat on a branch committee on ``day``) and ``has_course`` (a concentrated course in ``year``)."""
        from members.models import (
            COMMITTEE_POSTS,
            Attendance,
            PostHeld,
            Training,
            TrainingRecord,
        )

        records = TrainingRecord.objects.filter(
            member=OuterRef("pk"), training__voided_at=None, training__starts_on__year=year
        ).order_by()
        meetings = Attendance.objects.filter(
            member=OuterRef("pk"),
            status=Attendance.Status.PRESENT,
            meeting__voided_at=None,
            meeting__on__year=year,
        ).order_by()
        posts = PostHeld.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            member=OuterRef("pk"),
            post__in=COMMITTEE_POSTS,
            starts_on__lte=day,
        )
        courses = records.filter(training__kind__in=Training.CONCENTRATED)
        return self.annotate(
            trained=Subquery(records.values("member").annotate(n=Sum("hours")).values("n")),
            met=Subquery(meetings.values("member").annotate(n=Sum("meeting__hours")).values("n")),
            leads=Exists(posts),
            has_course=Exists(courses),
        )

    def alike_in_training(self, year, day):
        """How many members of an organisation stand alike in a year's training, for ``hours.tallies``: tuples of
        organisation, excused, leads, has a course, months on the roll in ``year``, tenths of hours, and how many."""
        both = Coalesce("trained", 0, output_field=HOURS) + Coalesce("met", 0, output_field=HOURS)
        rows = self.with_training(year, day).order_by()
        return rows.values_list("organization", "is_excused", "leads", "has_course").annotate(
            months=months_on_roll(year),
            tenths=Cast(Round(both * 10, output_field=HOURS), IntegerField()),
            people=Count("pk"),
        )


def months_on_roll(year):
    """An expression: for how many months of ``year`` a member was in the Party and on this roll, the month of coming
    included. As ``hours.progress_of`` reckons from a row (R32)."""
    return Case(
        *(
            When(_on_roll_before(date(year + month // 12, month % 12 + 1, 1)), then=13 - month)
            for month in range(1, 13)
        ),
        default=0,
    )


def _on_roll_before(day):
    """In the Party and on this roll before ``day``; who has no day was always there."""
    return (Q(joined_branch_on=None) | Q(joined_branch_on__lt=day)) & (
        Q(admitted_on=None) | Q(admitted_on__lt=day)
    )


class MeetingQuerySet(OrganizationOwnedQuerySet):
    def held(self):
        """Without those voided."""
        return self.filter(voided_at=None)

    def of_kind(self, kind):
        """A lecture given at another meeting counts as a lecture too."""
        if kind == "party_lecture":
            return self.filter(Q(kind=kind) | Q(includes_lecture=True))
        return self.filter(kind=kind)

    def between(self, first, last):
        return self.filter(on__gte=first, on__lte=last)


# The one definition of a month's dues in numbers. A member without an approved base is counted apart
# (``unknown``): unknown is never zero. Sums of money are None when there is no row.
DUES = {
    "people": Count("pk"),
    "unknown": Count("pk", filter=Q(due=None)),
    "full": Count("pk", filter=Q(due__isnull=False, paid__gte=F("due"))),
    "owing": Count("pk", filter=Q(due__isnull=False, paid__lt=F("due"))),
    "due_sum": Sum("due"),
    "paid_sum": Sum("paid"),
    "missing_sum": Sum(F("due") - F("paid"), filter=Q(paid__lt=F("due"))),
}


class DuesExemptionQuerySet(LedgerQuerySet):
    organization_path = "member__organization"

    def to_decide_at(self, organization):
        """What waits with ``organization``: a direct one's branches; above, the direct branches."""
        direct = organization.DIRECT_DEPTH
        rows = self.filter(state="requested").under(organization)
        if organization.depth < direct:
            return rows.filter(member__organization__depth=direct)
        return rows if organization.depth == direct else rows.none()


class DuesMonthQuerySet(LedgerQuerySet):
    def of(self, month):
        return self.filter(month=str(month))

    def owing(self):
        """Something is missing: paid less than what is due."""
        return self.filter(due__isnull=False, paid__lt=F("due"))

    def settled(self):
        """Nothing is left to be registered: paid in full, or nothing was due."""
        return self.filter(due__isnull=False, paid__gte=F("due"))

    def figures(self, *group):
        """People, unknown, full, owing and the sums of money, per ``group`` columns."""
        return self.order_by(*group).values(*group).annotate(**DUES)

    def figure(self):
        """One row of the same figures."""
        return self.order_by().aggregate(**DUES)


class TrainingQuerySet(LedgerQuerySet):
    def with_people(self):
        """Adds ``people``: how many took part, and ``people_hours``, the hours of all of them."""
        return self.annotate(people=Count("records"), people_hours=Sum("records__hours"))

    def begun_in(self, month):
        """Those that began in this month and stand."""
        return self.filter(
            voided_at=None, starts_on__gte=month.first_day, starts_on__lte=month.last_day
        )

    def hours_of_all(self):
        """The hours of everybody who took part in these, added up."""
        return self.order_by().aggregate(n=Sum("records__hours"))["n"] or 0


TAIL = re.compile(r"[0-9]{3}[0-9Xx]")


def _called(words, *, numbers):
    """The condition: called so, or with these last four signs of the ID number."""
    key = words.lower().replace(" ", "")
    condition = (
        Q(name__icontains=words) | Q(name_key__startswith=key) | Q(name_key__contains=f" {key}")
    )
    if numbers and TAIL.fullmatch(key):
        condition |= Q(id_tail_index__in=blind_indexes(key))
    return condition


class TransferQuerySet(models.QuerySet):
    """A transfer is seen by whoever sees one of its two sides."""

    def visible_to(self, user):
        from branches.scope import scope_of  # scope reads models, which need this module

        paths = scope_of(user).ledger_paths
        return self.filter(within(paths, "sender__path") | within(paths, "receiver__path"))

    def under(self, organization):
        return self.filter(
            below(organization.path, "sender__path") | below(organization.path, "receiver__path")
        )


class OwnUploadQuerySet(models.QuerySet):
    """An uploaded file holds other people's numbers: only whoever uploaded it sees it."""

    person = "by"

    def visible_to(self, user):
        return self.filter(**{self.person: user.pk}) if user.is_authenticated else self.none()

    @classmethod
    def owned_by(cls, path):
        """A manager for rows whose uploader stands at ``path``."""
        return type("OwnRowQuerySet", (cls,), {"person": path}).as_manager()


class ProfileQuerySet(models.QuerySet):
    """Layouts hold headings, no people: everybody may use those in use."""

    def visible_to(self, user):
        return self if user.is_authenticated else self.none()

    def active(self):
        return self.filter(is_active=True)


class RuleQuerySet(models.QuerySet):
    """A rule of the portal names no people: everybody may know what it asks of him."""

    def visible_to(self, user):
        return self if user.is_authenticated else self.none()
