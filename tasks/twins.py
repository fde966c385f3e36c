"""The questions about an item's materials that its reviewer sees: the same file or picture elsewhere, a day
outside the window. Asked in a fixed number of statements; the branch never sees them.

Source: 防止做表面文章、重复使用材料 (工作方案); a question to look into, never a penalty.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from tasks.materials import window_question
from tasks.models import Evidence, ItemEvidence, MaterialCheck, Twin

SHOWN = 5  # of each kind; a file in more places is most likely one that was sent out to all
MOST = 1000


@dataclass
class Question:
    """One question about one material of an item."""

    evidence: Evidence
    about: str  # which question: "date", "same" or "other:17"
    words: str
    other: Evidence | None = None  # to be looked at side by side
    uses: list = field(default_factory=list)  # items that other one proves
    check: MaterialCheck | None = None

    @property
    def is_picture(self):
        """Both can be looked at side by side."""
        kinds = ("jpg", "jpeg", "png")
        return bool(self.other) and {self.evidence.extension, self.other.extension} <= set(kinds)


def questions_about(branch_item, files, *, user):
    """Every question about these materials of the item, those not looked into first."""
    files = list(files)
    keys = {file.pk for file in files}
    if not keys:
        return []
    pairs = Twin.objects.filter(Q(newer__in=keys) | Q(older__in=keys)).order_by("bits", "pk")
    near = defaultdict(list)
    for newer, older in pairs.values_list("newer", "older"):
        for one, other in ((newer, older), (older, newer)):
            if one in keys and len(near[one]) < SHOWN:
                near[one].append(other)
    hashes = {file.sha256 for file in files}
    others = Evidence.objects.filter(
        Q(pk__in={pk for key in keys for pk in near[key]}) | Q(sha256__in=hashes)
    ).select_related("organization")
    others = {other.pk: other for other in others.order_by("pk")[:MOST]}
    seen = set(Evidence.objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True))
    uses = defaultdict(list)
    links = ItemEvidence.objects.filter(evidence__in=[*others, *keys])
    for link in links.select_related("branch_item__item", "branch_item__branch").order_by("pk"):
        if link.branch_item_id != branch_item.pk:
            uses[link.evidence_id].append(link.branch_item)
    checks = {
        (check.evidence_id, check.about): check
        for check in MaterialCheck.objects.filter(branch_item=branch_item).select_related("by")
    }
    found = []
    for file in files:
        found += _of_file(file, branch_item, near[file.pk], others, seen, uses)
    for question in found:
        question.check = checks.get((question.evidence.pk, question.about))
    return sorted(found, key=lambda question: question.check is not None)


def _of_file(file, row, near, others, seen, uses):
    asked = window_question(file.fact_on, row)
    if asked:
        yield Question(file, "date", asked)
    if uses[file.pk]:
        codes = "、".join(dict.fromkeys(item.item.code for item in uses[file.pk]))
        yield Question(
            file, "same", f"同一文件还用于{codes}，请核对是否都适用。", uses=uses[file.pk]
        )
    same = [o for o in others.values() if o.sha256 == file.sha256 and o.pk != file.pk]
    if len(same) > SHOWN:
        words = f"与{len(same)}个党组织的材料内容完全相同，可能是统一印发的文件，请核对。"
        yield Question(file, "same:many", words)
        same = []
    for other in same:
        yield _pair(file, other, "内容完全相同", other.pk in seen, uses[other.pk])
    for pk in near:
        other = others.get(pk)
        if other is None or other.sha256 == file.sha256 or _is_revision(file, other):
            continue
        if uses[pk] or _foreign(file, other):
            yield _pair(file, other, "画面相近", pk in seen, uses[pk])


def _pair(file, other, what, is_seen, uses):
    about = f"other:{other.pk}"
    if not is_seen:
        return Question(file, about, f"与本单位以外的一份材料{what}，可请市直机关工委核实。")
    place = "本支部另一份材料" if not _foreign(file, other) else f"{other.organization.label}的材料"
    words = f"与{place}“{other.name}”{what}"
    if file.fact_on and other.fact_on and file.fact_on.month != other.fact_on.month:
        words += f"，材料日期分别为{_day(file.fact_on)}、{_day(other.fact_on)}"
    return Question(file, about, f"{words}，请核对。", other=other, uses=uses)


def _foreign(file, other):
    return other.organization_id != file.organization_id


def _is_revision(file, other):
    """One took the other's place: that they look alike is what was meant."""
    return other.replaces_id == file.pk or file.replaces_id == other.pk


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"
