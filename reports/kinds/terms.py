"""党组织换届台账: the running term of every organisation, and those that ended this year."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from itertools import count

from branches import terms as arithmetic
from branches.models import Organization, Term, TermReminder
from branchyear.lib.layout import Column
from members.models import COMMITTEE_POSTS, Post, PostHeld
from members.services.posts import post_word
from reports.kinds.base import Kind

# As in the ledger of the items: no cursor stays open while the progress is written.
PER_STATEMENT = 200

COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("name", "党组织名称", 20),
    Column("kind", "类型", 8, align="center"),
    Column("people", "班子人数", 5.5, "integer", align="center"),
    Column("elected_on", "本届选举时间", 11, "date"),
    Column("years", "任期（年）", 5.5, "integer", align="center"),
    Column("expires_on", "届满时间", 11, "date"),
    Column("state", "状态", 9, "status", align="center"),
    Column("reminders", "提醒时间及方式", 13),
    Column("papers", "请示/批复文号", 15),
    Column("extension", "延期批复及期限", 16),
    Column("ended_on", "实际换届时间", 11, "date"),
    Column("voters", "应到/实到", 8, align="center"),
    Column("body", "新一届班子", 24),
    Column("late_reason", "未按期原因", 14),
    Column("deadline", "整改时限", 8, align="center"),
)


class Terms(Kind):
    key = "terms"
    title = "党组织换届台账"
    section = "党组织"
    holds = "每个党支部、党总支、机关党委一行：选举时间、任期、届满、提醒、延期、换届和班子。未登记的也列出。"
    conditions = ()
    everything = "全部党组织"
    splits = True
    sources = (Term, TermReminder, PostHeld)

    def columns(self, asked):
        return COLUMNS

    def notes(self, asked):
        return (
            "本年已换届的，“实际换届时间、应到/实到、新一届班子”为换届选举的情况；在任的为本届选举的情况。"
            "“—”为未登记或不适用。整改时限由上级党组织填写。",
        )

    def layout(self, asked, **more):
        return replace(super().layout(asked, **more), scope_label=self.everything)

    def count(self, asked):
        return self._organizations(asked).count() + self._ended(asked).count()

    def rows(self, asked):
        numbers = count(1)
        keys = list(self._organizations(asked).order_by("path").values_list("pk", flat=True))
        for start in range(0, len(keys), PER_STATEMENT):
            for line in self._lines(asked, keys[start : start + PER_STATEMENT]):
                yield {"number": next(numbers), **line}

    def preview(self, asked, size):
        keys = self._organizations(asked).order_by("path").values_list("pk", flat=True)[:size]
        lines = self._lines(asked, list(keys))[:size]
        return [{"number": number, **line} for number, line in enumerate(lines, 1)]

    def _organizations(self, asked):
        rows = Organization.objects.all()
        if asked.by is not None:
            rows = rows.visible_to(asked.by)
        return asked.part(rows.under(asked.organization).electing(), "path")

    def _ended(self, asked):
        """Terms that ended this year by an election."""
        return Term.objects.filter(
            organization__in=self._organizations(asked).order_by().values("pk"),
            ended_on__gte=date(asked.today.year, 1, 1),
            ended_on__lte=asked.today,
        )

    def _lines(self, asked, keys):
        """The lines of some organisations, in official order; five statements for any number."""
        organizations = Organization.objects.filter(pk__in=keys)
        running = {
            t.organization_id: t for t in Term.objects.filter(organization__in=keys, ended_on=None)
        }
        ended = defaultdict(list)
        for term in self._ended(asked).filter(organization__in=keys).order_by("number"):
            ended[term.organization_id].append(term)
        terms = [*running.values(), *(term for some in ended.values() for term in some)]
        reminders = defaultdict(list)
        for reminder in TermReminder.objects.filter(term__in=terms):
            said = f"{reminder.on:%Y-%m-%d}{reminder.get_how_display()}"
            reminders[reminder.term_id].append(said)
        bodies = _bodies(keys)
        lines = []
        for organization in organizations:
            now = running.get(organization.pk)
            chain = [*ended[organization.pk], *([now] if now else [])]
            body = bodies.get(organization.pk, {})
            for term, following in zip(chain, [*chain[1:], None], strict=False):
                election = following if term.ended_on and following else term
                names = body.get(election.pk) or (body.get(None) if election is now else None)
                lines.append(
                    _line(
                        organization, term, election, names or [], reminders[term.pk], asked.today
                    )
                )
            if now is None:
                lines.append(_line(organization, None, None, [], [], asked.today))
        return lines


def _bodies(keys):
    """Organisation → term → the names of the body in the order of the posts."""
    found = defaultdict(lambda: defaultdict(list))
    held = PostHeld.objects.filter(
        organization__in=keys, ends_on=None, post__in=COMMITTEE_POSTS
    ).select_related("member", "organization")
    order = list(Post)
    for one in sorted(held, key=lambda one: (order.index(Post(one.post)), one.pk)):
        found[one.organization_id][one.term_id].append(
            f"{one.member.name}（{post_word(one.post, one.organization)}）"
        )
    return found


def _line(organization, term, election, names, reminders, today):
    state = arithmetic.state_of(term and term.expires_on, term and term.extended_to, today)
    line = dict.fromkeys(column.key for column in COLUMNS if column.key != "number")
    line |= {"name": organization.name, "kind": organization.kind_label, "state": state.label}
    if term is None:
        return line
    extension = ""
    if term.extended_to:
        extension = f"{term.extension_no}，延至{term.extended_to:%Y-%m-%d}"
    voters = None
    if election.voters_due is not None:
        voters = f"{election.voters_due}/{election.voters_present}"
    return line | {
        "state": "已换届" if term.ended_on else state.label,
        "people": len(names) or None,
        "elected_on": term.elected_on,
        "years": term.years,
        "expires_on": term.expires_on,
        "reminders": "；".join(reminders) or None,
        "papers": "；".join(no for no in (term.request_no, term.approval_no) if no) or None,
        "extension": extension or None,
        "ended_on": term.ended_on,
        "voters": voters,
        "body": "、".join(names) or None,
        "late_reason": election.late_reason or term.late_reason or None,
    }
