"""What happens to the roll."""

from django.db import transaction

from branches.models import Organization
from branchyear.audit.services import build, record, record_many
from branchyear.lib.errors import Refused, require
from members import rules
from members.models import Category, Member, Sex, Standing

BATCH = 500


@transaction.atomic
def add_members(people, *, by, organization=None):
    """Put people on the roll, all or none; returns the members in the order given.

    ``people`` are mappings of the columns of ``Member``, or unsaved members; each may name its own
    ``organization`` (a branch), else all go to the given one. The number of statements grows by the batch, not by the
    person. A ``Refused`` names the first persons that cannot be taken, and why.
    """
    members, problems = [], []
    for person in people:
        member = _unsaved(person, organization)
        members.append(member)
        problems += _problems_of(member)
    for branch in {m.organization_id: m.organization for m in members if m.organization}.values():
        if by is not None:
            require(rules.may_keep_roster(by, branch))
    problems += _problems_of_groups(members) + _numbers_taken(members)
    if problems:
        more = f"……等共{len(problems)}处" if len(problems) > 5 else ""
        raise Refused("；".join(problems[:5]) + more)
    Member.objects.bulk_create(members, batch_size=BATCH)
    record_many(
        build("member.added", member, by=by, organization=member.organization) for member in members
    )
    return members


@transaction.atomic
def take_over(organization, *, into, by=None):
    """After a merger the members on the roll of ``organization`` belong to ``into``.

    Those who had left before stay where they left from: history stays with each.
    """
    moved = Member.objects.counted().filter(organization=organization).update(organization=into)
    if moved:
        record("member.taken_over", into, by=by, organization=into, members=moved)
    return moved


def follow_group(group):
    """A Party group that was moved to another branch takes its members along."""
    branch = Organization.objects.get_parent(group, update=True)
    return Member.objects.filter(group=group).update(organization=branch)


def _unsaved(person, organization):
    member = person if isinstance(person, Member) else Member(**person)
    if member.organization_id is None:
        member.organization = organization
    for field in Member._meta.concrete_fields:
        value = getattr(member, field.attname)
        if isinstance(value, str) and field.editable:
            setattr(member, field.attname, value.strip())
    member.id_number = member.id_number.upper()
    member.derive()
    return member


def _problems_of(member):
    """Sentences about one person by himself."""
    who = member.name or "(未填姓名)"
    found = []
    if member.organization_id is None:
        return [f"{who}：没有指明党支部"]
    if not member.organization.is_branch:
        found.append(
            f"党员只能编入党支部，“{member.organization}”是{member.organization.kind_label}"
        )
    if not member.organization.is_open:
        found.append(f"“{member.organization}”已撤销，不能编入党员")
    if not member.name:
        found.append("未填姓名")
    for field, choices in (("sex", Sex), ("category", Category), ("standing", Standing)):
        value = getattr(member, field)
        if value not in choices.values and not (field == "sex" and value == ""):
            found.append(f"{Member._meta.get_field(field).verbose_name}“{value}”不在可选范围内")
    if member.id_number:
        problem = rules.id_number_problem(member.id_number)
        if problem:
            found.append(problem.rstrip("。"))
    if member.formal_on and member.admitted_on and member.formal_on < member.admitted_on:
        found.append("转正时间不能早于入党时间")
    if member.birth_date and member.admitted_on and member.admitted_on <= member.birth_date:
        found.append("入党时间不能早于出生日期")
    return [f"{who}：{sentence}" for sentence in found]


def _problems_of_groups(members):
    """A Party group is one of the member's own branch."""
    grouped = [m for m in members if m.group_id and m.organization_id]
    if not grouped:
        return []
    # Read again: an organisation founded in between may have shifted the paths of those at hand.
    ids = {m.group_id for m in grouped} | {m.organization_id for m in grouped}
    places = Organization.objects.filter(pk__in=ids).in_bulk()
    return [
        f"{member.name}：“{member.group}”不是该支部的党小组"
        for member in grouped
        if places[member.group_id].ancestor_paths[1:2] != [places[member.organization_id].path]
    ]


def _numbers_taken(members):
    """An ID number stands once on the rolls of the whole city, and once in what is given."""
    by_index = {}
    found = []
    for member in members:
        if member.id_number_index:
            first = by_index.setdefault(member.id_number_index, member)
            if first is not member:
                found.append(f"{member.name}：公民身份号码与{first.name}相同")
    indexes = list(by_index)
    for start in range(0, len(indexes), BATCH):
        taken = Member.objects.filter(id_number_index__in=indexes[start : start + BATCH])
        found += [
            f"{by_index[index].name}：公民身份号码已在其他党员名下登记"
            for index in taken.values_list("id_number_index", flat=True)
        ]
    return found


def roll_of(organization):
    """How many members are on the roll at or below ``organization``."""
    return Member.objects.under(organization).counted().count()
