"""The rubric's versions: a copy is drafted, edited, opened. What is open never changes any more."""

from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.db.models import Max

from branches.roles import Role
from branches.scope import scope_of
from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require
from tasks.models import Rubric, RubricLine
from tasks.scoring.registry import load

Kind, Measure = RubricLine.Kind, RubricLine.Measure
COPIED = tuple(
    field.name for field in RubricLine._meta.concrete_fields if field.name not in ("id", "rubric")
)


def _require_keeper(by):
    require(scope_of(by).has({Role.SYSTEM_ADMIN}))


@transaction.atomic
def draft_rubric(rubric, *, by):
    """The next version as a copy, to be edited; there is one draft at a time."""
    _require_keeper(by)
    here = Rubric.objects.filter(campaign=rubric.campaign_id)
    if here.filter(opened_at=None).exists():
        raise Refused("已有一份尚未启用的评分办法，请先修改或启用它。")
    try:
        with transaction.atomic():
            draft = Rubric.objects.create(
                campaign_id=rubric.campaign_id,
                number=here.aggregate(last=Max("number"))["last"] + 1,
                **{name: getattr(rubric, name)
                   for name in ("name", "total", "bands", "appeal_days", "note")},
            )  # fmt: skip
    except IntegrityError:
        raise Refused("已有人同时起草了新的评分办法，请刷新后查看。") from None
    RubricLine.objects.bulk_create(
        RubricLine(rubric=draft, **{name: getattr(line, name) for name in COPIED})
        for line in rubric.lines.all()
    )
    record("rubric.drafted", draft, by=by, number=draft.number, copied=rubric.number)
    return draft


@transaction.atomic
def revise_rubric(rubric, *, by, changes, lines=()):
    """Keep what was edited of a draft; ``lines`` are the saved lines' codes, for the trail."""
    _require_keeper(by)
    if rubric.is_open:
        raise Refused("已启用的评分办法不能修改，请另起草一版。")
    if "bands" in changes:
        check_bands(changes["bands"])
    if changes:
        Rubric.objects.filter(pk=rubric.pk, opened_at=None).update(**changes)
        rubric.refresh_from_db()
    record(
        "rubric.revised", rubric, by=by, number=rubric.number, changed=sorted(changes),
        lines=sorted(lines),
    )  # fmt: skip
    return rubric


@transaction.atomic
def open_rubric(rubric, *, by, now):
    """启用: rounds opened from now on use it; what was scored before keeps its own version."""
    _require_keeper(by)
    check(rubric)
    moved = Rubric.objects.filter(pk=rubric.pk, opened_at=None).update(opened_at=now, opened_by=by)
    if not moved:
        raise Refused("这份评分办法已经启用。")
    rubric.refresh_from_db()
    record("rubric.opened", rubric, by=by, number=rubric.number)
    return rubric


# --- Whether it makes sense -----------------------------------------------------------------------


def check_bands(bands):
    """From the highest down, down to nought, each with a name of its own."""
    wrong = "等次应由高到低逐行写明名称和最低分，最后一等从0分起，名称不重复。"
    try:
        least = [Decimal(str(band["min"])) for band in bands]
        names = [str(band["name"]).strip() for band in bands]
    except (TypeError, KeyError, InvalidOperation):
        raise Refused(wrong, field="bands") from None
    ordered = all(a > b for a, b in zip(least, least[1:], strict=False))
    whole = bool(least) and least[-1] == 0 and all(names) and len(set(names)) == len(names)
    if not (ordered and whole and all(value.is_finite() for value in least)):
        raise Refused(wrong, field="bands")
    return names


def check(rubric):
    """``Refused`` with the first thing that is wrong with it."""
    names = check_bands(rubric.bands)
    lines = list(rubric.lines.all())
    known = load()
    base = sum((line.points for line in lines if line.kind == Kind.BASE), Decimal(0))
    if base != rubric.total:
        raise Refused(f"基础分各项之和是{base}分，应等于满分{rubric.total}分。")
    for line in lines:
        if line.is_judged and line.kind not in {Kind.BASE, Kind.ADDED}:
            raise Refused(f"{line}：评议项只能是基础分或加分。")
        if not line.is_judged and line.rule not in known:
            raise Refused(f"{line}：平台没有“{line.rule}”这种事实，请从评分办法说明中选用。")
        if line.kind == Kind.VETO and line.band_at_most not in names:
            raise Refused(f"{line}：一票否决须写明最高等次（{'、'.join(names)}）。")
        if line.measure == Measure.EACH and line.kind in {Kind.ADDED, Kind.DEDUCTED}:
            if line.cap is None:
                raise Refused(f"{line}：按件加分、扣分的，须写明上限。")
