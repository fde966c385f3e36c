"""班子成员分工表: who sits in each body, and who looks after what."""

from dataclasses import replace
from itertools import count

from django.db.models import Case, IntegerField, Value, When

from branches.models import Organization
from branchyear.lib.dates import full_years
from branchyear.lib.layout import Column
from members.models import COMMITTEE_POSTS, Post, PostHeld
from members.services.posts import post_word
from reports.kinds.base import Kind
from reports.kinds.terms import PER_STATEMENT

ORGANIZATION = Column("organization", "党组织", 20)
COLUMNS = (
    Column("number", "序号", 5, "integer", align="center"),
    Column("name", "姓名", 10, align="center"),
    Column("post", "党内职务", 11, align="center"),
    Column("office", "行政职务", 16),
    Column("starts_on", "任职时间", 11, "date"),
    Column("party_years", "党龄（年）", 7, "integer", align="center"),
    Column("duties", "分工", 34),
    Column("document_no", "批复/备案文号", 20),
)
RANK = Case(
    *(When(post=post, then=Value(place)) for place, post in enumerate(Post)),
    output_field=IntegerField(),
)


class Posts(Kind):
    key = "posts"
    title = "班子成员分工表"
    section = "党组织"
    holds = "每名在任的书记、副书记、委员一行：党内职务、行政职务、任职时间、党龄、分工、批复或备案文号。"
    conditions = ()
    everything = "全部在任班子成员"
    splits = True
    sources = (PostHeld,)

    def columns(self, asked):
        """Within one branch its name stands above the table already."""
        if asked.organization.is_branch:
            return COLUMNS
        return (COLUMNS[0], ORGANIZATION, *COLUMNS[1:])

    def notes(self, asked):
        return ("党龄从转为正式党员之日算起，按满年计；“—”为未登记。",)

    def layout(self, asked, **more):
        return replace(super().layout(asked, **more), scope_label=self.everything)

    def count(self, asked):
        return self._found(asked).count()

    def rows(self, asked):
        numbers = count(1)
        found = Organization.objects.under(asked.organization).electing()
        keys = list(asked.part(found, "path").values_list("pk", flat=True))
        found = self._found(asked)
        for start in range(0, len(keys), PER_STATEMENT):
            for held in list(found.filter(organization__in=keys[start : start + PER_STATEMENT])):
                yield {"number": next(numbers), **_line(held, asked.today)}

    def preview(self, asked, size):
        first = enumerate(self._found(asked)[:size], 1)
        return [{"number": number, **_line(held, asked.today)} for number, held in first]

    def _found(self, asked):
        rows = PostHeld.objects.all() if asked.by is None else PostHeld.objects.visible_to(asked.by)
        return (
            asked.part(rows.under(asked.organization))
            .filter(ends_on=None, post__in=COMMITTEE_POSTS, organization__closed_on=None)
            .filter(organization__in=Organization.objects.electing().order_by().values("pk"))
            .select_related("member", "organization")
            .order_by("organization__path", RANK, "pk")
        )


def _line(held, today):
    member = held.member
    return {
        "organization": held.organization.name,
        "name": member.name,
        "post": post_word(held.post, held.organization),
        "office": member.post or None,
        "starts_on": held.starts_on,
        "party_years": full_years(member.formal_on, today) if member.formal_on else None,
        "duties": held.duties or None,
        "document_no": held.document_no or None,
    }
