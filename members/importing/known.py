"""Whom and what the rows of an uploaded roster may speak of."""

from branches.models import Kind, Organization
from branches.querysets import below
from branchyear.lib.uploads import folded
from members.models import Member


class Places:
    """The branches the file may speak of, by name, short name and code; and their Party groups."""

    def __init__(self, organization):
        found = Organization.objects.filter(below(organization.path)).filter(closed_on=None)
        self.by_pk, self.by_word, self.groups = {}, {}, {}
        branches = {}
        for place in found.filter(kind__in=(Kind.BRANCH, Kind.GROUP)):
            if place.kind == Kind.BRANCH:
                self.by_pk[place.pk] = branches[place.path] = place
                for word in {folded(place.name), folded(place.short_name), folded(place.code)} - {
                    ""
                }:
                    self.by_word.setdefault(word, []).append(place)
            else:
                branch = branches.get(place.path[: -place.steplen])
                if branch is not None:
                    words = self.groups.setdefault(branch.pk, {})
                    for word in {_group_word(place.name), _group_word(place.short_name)} - {""}:
                        words.setdefault(word, place)
        self._found = {}

    def find(self, text):
        if text not in self._found:
            self._found[text] = self.by_word.get(folded(text), [])
        return self._found[text]

    def holds(self, pk):
        return pk in self.by_pk

    def group(self, branch, text):
        return self.groups.get(branch.pk, {}).get(_group_word(text))


def _group_word(text):
    return folded(text).removesuffix("党小组").removesuffix("小组")


class Known:
    """The members the rows of one part may speak of."""

    def __init__(self, rows):
        members = Member.objects.select_related("group", "organization")
        wanted = [row.key.pk for row in rows if row.key is not None]
        self.by_pk = members.in_bulk(wanted) if wanted else {}
        indexes = {
            index: row.index for row in rows if row.index for index in (row.index, *row.older)
        }
        self.by_index = (
            {indexes[m.id_number_index]: m for m in members.filter(id_number_index__in=indexes)}
            if indexes
            else {}
        )
        # Rows that neither key nor number has found: perhaps by their name.
        loose = [
            row
            for row in rows
            if row.key is None
            and row.index not in self.by_index
            and row.branch
            and row.values.get("name")
        ]
        self.by_name = {}
        if loose:
            found = members.counted().filter(
                organization__in={row.branch.pk for row in loose},
                name__in={row.values["name"] for row in loose},
            )
            if all(row.index for row in loose):  # every row has a number: only members without one
                found = found.filter(id_number_index=None)
            for member in found:
                self.by_name.setdefault((member.organization_id, member.name), []).append(member)
