"""People who are to come on the roll: made ready, and what speaks against them."""

from branches.models import Organization
from branchyear.lib.crypto import blind_indexes
from members import soundness
from members.models import (
    Category,
    Member,
    Sex,
    Standing,
)

BATCH = 500


def unsaved(person, organization):
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


def problems_of(member, today):
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
    found += [
        finding.sentence.rstrip("。")
        for finding in soundness.findings_of(member, today=today)
        if finding.is_error
    ]
    return [f"{who}：{sentence}" for sentence in found]


def problems_of_groups(members):
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


def numbers_taken(members):
    """An ID number stands once on the rolls of the whole city, and once in what is given."""
    by_index = {}
    found = []
    for member in members:
        for index in blind_indexes(member.id_number):
            first = by_index.setdefault(index, member)
            if first is not member:
                found.append(f"{member.name}：公民身份号码与{first.name}相同")
                break
    indexes = list(by_index)
    for start in range(0, len(indexes), BATCH):
        taken = Member.objects.filter(id_number_index__in=indexes[start : start + BATCH])
        found += [
            f"{by_index[index].name}：公民身份号码已在其他党员名下登记"
            for index in taken.values_list("id_number_index", flat=True)
        ]
    return found
