"""What the lists of terms share: which organisations, how each stands, in words for the table."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Max, Q

from branches import terms as arithmetic
from branches.models import Organization, Term, TermReminder
from branches.terms import State

# How each state looks (the codes of the status tag).
CODES = {
    State.OVERDUE: "overdue",
    State.NEAR: "near",
    State.EXTENDED: "extended",
    State.OK: "ok",
    State.UNREGISTERED: "missing",
}


@dataclass(frozen=True)
class Look:
    """A term's state for the page: code and word of the status tag, and the days as words."""

    state: str
    code: str
    word: str
    days: int | None

    @property
    def words(self):
        if self.days is None:
            return ""
        return f"已逾期{-self.days}天" if self.days < 0 else f"还有{self.days}天"

    @property
    def tone(self):
        return {"overdue": "late", "missing": "late", "near": "near", "extended": "near"}.get(
            self.code, "ok"
        )


def look(expires_on, extended_to, today):
    """How a term stands (``expires_on=None``: none is registered)."""
    state = arithmetic.state_of(expires_on, extended_to, today)
    days = ((extended_to or expires_on) - today).days if expires_on else None
    return Look(state.value, CODES[state], state.label, days)


def listed(user, organization, today):
    """The organisations at and below ``organization`` that elect a body, the earliest due first."""
    rows = (
        Organization.objects.with_ledgers_for(user).under(organization).electing().with_term(today)
    )
    return rows.order_by(F("term_due_on").asc(nulls_last=True), "path")


def with_terms(page, today):
    """The rows of a page with term, last reminder, look and the organisation above: three queries."""
    rows = list(page)
    terms = {
        term.organization_id: term
        for term in Term.objects.filter(pk__in=[row.term_pk for row in rows if row.term_pk])
        .annotate(reminded_on=Max("reminders__on"))
        .order_by()
    }
    noticed = set(
        TermReminder.objects.filter(
            term__in=list(terms.values()),
            how=TermReminder.How.NOTICE,
            on__gt=today - timedelta(days=arithmetic.REMIND_AGAIN_DAYS),
        ).values_list("term__organization", flat=True)
    )
    above = {row.path[: -row.steplen] for row in rows}
    names = {o.path: o.label for o in Organization.objects.filter(path__in=above)}
    for row in rows:
        row.term = terms.get(row.pk)
        row.look = look(row.term and row.term.expires_on, row.term and row.term.extended_to, today)
        row.noticed_lately = row.pk in noticed
        row.wants_reminder = row.term is None or arithmetic.is_near(row.term.due_on, today)
        row.above = names.get(row.path[: -row.steplen], "")
    return rows


def counts_of(rows):
    """``{state: how many}`` of a list, one query; states that nobody is in are 0."""
    found = rows.order_by().values_list("term_state", flat=True)
    counts = dict.fromkeys(State.values, 0)
    for state in found:
        counts[state] += 1
    return counts


def chosen(rows, asked, *, but_state=False):
    """The rows that the query row asks for."""
    if asked["q"]:
        rows = rows.filter(Q(name__icontains=asked["q"]) | Q(short_name__icontains=asked["q"]))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["state"] and not but_state:
        rows = rows.filter(term_state=asked["state"])
    return rows
