"""One row of an uploaded roster, and what would become of it."""

from dataclasses import dataclass, field

from branches.models import Organization
from members.importing import keys
from members.importing.cells import veiled
from members.models import Member, Verdict


@dataclass(slots=True)
class Row:
    """One row and what would become of it."""

    number: int
    values: dict
    problems: list
    warnings: list
    verdict: str = Verdict.SAME
    branch: Organization | None = None
    member: Member | None = None
    changes: dict = field(
        default_factory=dict
    )  # facts to write: of a new member all, else the new ones
    told: list = field(default_factory=list)  # [label, old, new]
    key: keys.Key | None = None
    index: str = ""  # the blind index of the ID number
    older: tuple = ()  # the same under keys that only read
    named: dict = field(default_factory=dict)  # birth date and sex by the ID number

    @property
    def name(self):
        return (self.values.get("name") or (self.member.name if self.member else "") or "")[:60]

    @property
    def branch_name(self):
        if self.branch is not None:
            return self.branch.label
        return veiled(str(self.values.get("branch") or ""))[:100]
