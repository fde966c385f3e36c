"""Inspections (督查抽查): planned, published with a hash, drawn, ended; a draw may be declared void.

Source: 工作方案 五(二) (第三方随机检查、抽查). Every verb is one transaction; the state is moved by a
conditional update on state and revision. Who goes where: ``inspectors``; what is found: ``visits``.
"""

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import below
from branches.scope import holders
from branchyear.audit.models import Entry
from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from tasks import drawing, rules
from tasks.models import Draw, Exclusion, Inspection, Visit, VisitRecord
from tasks.services import inspectors

State, Strata, Measure = Inspection.State, Inspection.Strata, Inspection.Measure

OF_RUNNERS = "由组织检查的工委或市委组织部办理。"
REASON_MIN = 5
TYPES = {"": "其他", "standing": "单独设立", "joint": "联合党支部", "temporary": "临时党支部"}
FACTS = (
    "title", "kind", "scope", "starts_on", "ends_on", "methods", "demands", "announced",
    "strata_by", "measure", "amount",
)  # fmt: skip


# --- 起草 ------------------------------------------------------------------------------------------


@transaction.atomic
def draft(organization, *, campaign, items, by, now, **facts):
    """A plan: nothing is known of it outside the organisation that inspects."""
    require(rules.may_run_inspection(by, organization), OF_RUNNERS)
    if campaign is None:
        raise Refused("今年的基本建设年活动还没有启动，暂不能安排检查。")
    inspection = Inspection(
        organization=organization, campaign=campaign, created_by=by, created_at=now
    )
    _fill(inspection, facts)
    inspection.save()
    _choose(inspection, items)
    record("inspection.drafted", inspection, by=by, organization=organization)
    return inspection


@transaction.atomic
def change(inspection, *, items, revision, by, now, **facts):
    """Only a draft is changed: what has been published is what was published."""
    _require_runner(inspection, by)
    _fill(inspection, facts)
    values = {name: getattr(inspection, name) for name in FACTS}
    _move(inspection, State.DRAFT, values, revision=revision, before=(State.DRAFT,))
    _choose(inspection, items)
    record("inspection.changed", inspection, by=by, organization=inspection.organization)
    return inspection


def _fill(inspection, facts):
    facts = {**facts, "title": text(facts.get("title"), "title", "名称", 100)}
    scope = facts.get("scope") or inspection.organization
    if not scope.path.startswith(inspection.organization.path) or not scope.is_open:
        raise Refused("检查范围应是本单位或下级党组织。", field="scope")
    if facts["ends_on"] < facts["starts_on"]:
        raise Refused("结束日期不能早于开始日期。", field="ends_on")
    most = 100 if facts["measure"] == Measure.PERCENT else 500
    if not 1 <= (facts["amount"] or 0) <= most:
        raise Refused(f"请填写1至{most}之间的整数。", field="amount")
    for name, value in {**facts, "scope": scope}.items():
        setattr(inspection, name, value)


def _choose(inspection, items):
    items = list(items)
    if not items:
        raise Refused("请至少选择一项检查内容。", field="items")
    if any(item.task.campaign_id != inspection.campaign_id for item in items):
        raise Refused("请选择本年度的检查条目。", field="items")
    inspection.items.set(items)


@transaction.atomic
def leave_out(inspection, branch, reason, *, by, now):
    """A branch that is not to be drawn, with a reason everybody will read."""
    _require_draft(inspection, by)
    reason = text(reason, "reason", "不列入抽取的理由", 200, REASON_MIN)
    if not branch.is_branch or not branch.path.startswith(inspection.scope.path):
        raise Refused("请选择检查范围内的党支部。", field="branch")
    try:
        with transaction.atomic():
            Exclusion.objects.create(
                inspection=inspection, branch=branch, reason=reason, by=by, at=now
            )
    except IntegrityError:
        raise Refused(f"“{branch}”已列为不抽取。", field="branch") from None
    _record("inspection.left_out", inspection, by, branch=branch.code, reason=reason)


@transaction.atomic
def take_in(inspection, branch, *, by, now):
    """The branch may be drawn after all."""
    _require_draft(inspection, by)
    if Exclusion.objects.filter(inspection=inspection, branch=branch).delete()[0]:
        _record("inspection.taken_in", inspection, by, branch=branch.code)


# --- 公布、抽取 --------------------------------------------------------------------------------------


def population_of(inspection, *, today):
    """``(population, labels of its strata)``: the branches in scope that exist on this day, without those
    left out."""
    left_out = list(inspection.exclusions.select_related("branch"))
    rows = (
        Organization.objects.branches()
        .open()
        .filter(below(inspection.scope.path))
        .filter(Q(established_on=None) | Q(established_on__lte=today))
        .exclude(pk__in=[each.branch_id for each in left_out])
    )
    directs = {o.path: o for o in Organization.objects.direct()}
    branches, labels = [], {}
    for branch in rows:
        if inspection.strata_by == Strata.DIRECT:
            direct = directs.get(branch.direct_path, branch)
            key, label = direct.code, direct.name
        elif inspection.strata_by == Strata.TYPE:
            key, label = branch.branch_type or "other", TYPES[branch.branch_type]
        else:
            key, label = "all", "全部党支部"
        labels[key] = label
        branches.append((key, branch.code, branch.name))
    excluded = [(each.branch.code, each.branch.name, each.reason) for each in left_out]
    return drawing.population(branches, excluded), labels


def strata_of(inspection, population, labels):
    share = inspection.measure == Measure.PERCENT
    return drawing.strata_of(
        population, labels, **{"percent" if share else "number": inspection.amount}
    )


@transaction.atomic
def publish(inspection, *, revision, by, now):
    """Fix the population, the strata and a secret seed; publish the hash over them. Returns the draw."""
    _require_runner(inspection, by)
    population, labels = population_of(inspection, today=local_day(now))
    if not population["branches"]:
        raise Refused("检查范围内没有可以抽取的党支部。")
    if not inspection.items.exists():
        raise Refused("请至少选择一项检查内容。")
    _move(inspection, State.PUBLISHED, {}, revision=revision, before=(State.DRAFT,))
    strata = strata_of(inspection, population, labels)
    fixed = {
        "algorithm": drawing.ALGORITHM,
        "population_sha256": drawing.digest(population),
        "strata": strata,
        "size": sum(row[3] for row in strata),
        "seed": drawing.new_seed(),
    }
    draw = Draw.objects.create(
        inspection=inspection,
        number=inspection.draws.count() + 1,
        population=population,
        commitment=drawing.commitment(**fixed),
        published_at=now,
        published_by=by,
        published_by_name=str(by),
        **fixed,
    )
    _record(
        "inspection.published", inspection, by, draw=draw.number, commitment=draw.commitment,
        population_sha256=draw.population_sha256, size=draw.size, at=draw.document()["published_at"],
    )  # fmt: skip
    return draw


@transaction.atomic
def make_draw(inspection, *, revision, by, now):
    """Open the seed and draw; the visits are dealt out among the team, the inspectors see their branches."""
    _require_runner(inspection, by)
    draw = live_draw(inspection)
    if draw is None or draw.drawn_at is not None:
        raise Refused("请先公布校验值，再抽取。")
    if not now > draw.published_at:
        raise Refused("校验值须公布在前，抽取在后，请稍后再试。")
    if not all(check.ok for check in drawing.check(draw.document() | {"seed": draw.seed})):
        raise Refused("总体名单或种子与公布的校验值不一致，不能抽取。请作废后重新公布。")
    _move(inspection, State.RUNNING, {}, revision=revision, before=(State.PUBLISHED,))
    sample = drawing.sample(draw.population, draw.strata, draw.seed)
    Draw.objects.filter(pk=draw.pk).update(
        sample=sample, drawn_at=now, drawn_by=by, drawn_by_name=str(by)
    )
    draw.refresh_from_db()
    labels = {row[0]: row[1] for row in draw.strata}
    branches = {o.code: o for o in Organization.objects.filter(code__in=[r[1] for r in sample])}
    Visit.objects.bulk_create(
        Visit(inspection=inspection, drawn_in=draw, branch=branches[code], stratum=labels[key])
        for key, code, _name, _rank in sample
    )
    _record(
        "inspection.drawn", inspection, by, draw=draw.number, commitment=draw.commitment,
        sample_sha256=drawing.digest(sample), size=len(sample),
    )  # fmt: skip
    inspectors.deal_out(inspection, by=by, now=now)
    if inspection.announced:
        for visit in inspection.visits.select_related("branch"):
            tell_below("inspection.announced", visit, key=f"draw{draw.number}")
    return draw


@transaction.atomic
def declare_void(inspection, reason, *, revision, by, now):
    """The draw, or what was published for it, does not count: back to the draft. What was published, the
    seed, the sample and the reason stay to be seen by everybody."""
    _require_runner(inspection, by)
    reason = text(reason, "reason", "作废的理由", 300, REASON_MIN)
    draw = live_draw(inspection)
    if draw is None:
        raise Refused("没有可以作废的抽取。")
    if inspection.visits.exclude(state=Visit.State.WAITING).exists():
        raise Refused("已有支部开始检查，不能作废重抽。")
    _move(inspection, State.DRAFT, {}, revision=revision, before=(State.PUBLISHED, State.RUNNING))
    inspectors.recall(inspection, by=by, now=now)
    inspection.visits.all().delete()
    Draw.objects.filter(pk=draw.pk).update(
        voided_at=now, voided_by_name=str(by), void_reason=reason
    )
    _record(
        "inspection.voided", inspection, by, draw=draw.number, commitment=draw.commitment,
        reason=reason,
    )  # fmt: skip
    return draw


def live_draw(inspection):
    return Draw.objects.filter(inspection=inspection, voided_at=None).first()


# --- 结束 ------------------------------------------------------------------------------------------


@transaction.atomic
def end(inspection, summary, *, revision, by, now):
    """Every branch drawn was visited or has a reason, every discrepancy is decided: the inspectors' sight
    ends, the report may be given out, the draw is everybody's to do again."""
    _require_runner(inspection, by)
    summary = text(summary, "summary", "总体情况", 2000, REASON_MIN)
    open_visits = inspection.visits.filter(state__in=[Visit.State.WAITING, Visit.State.RUNNING])
    if count := open_visits.count():
        raise Refused(f"还有{count}个支部没有检查完，请先完成或写明未检查的原因。")
    waiting = VisitRecord.objects.undecided().filter(visit__inspection=inspection)
    if count := waiting.count():
        raise Refused(f"还有{count}处不符情况没有处理，请先列入问题清单或写明不列入的理由。")
    _move(
        inspection, State.ENDED, {"summary": summary, "ended_at": now},
        revision=revision, before=(State.RUNNING,),
    )  # fmt: skip
    inspectors.recall(inspection, by=by, now=now)
    _record("inspection.ended", inspection, by, visits=inspection.visits.count())
    return inspection


# --- Shared ---------------------------------------------------------------------------------------


def witness_of(draw):
    """What the trail says about the draw, which nobody can change: ``{verb: entry}``."""
    rows = Entry.objects.filter(
        thing_type=Inspection._meta.label_lower,
        thing_id=draw.inspection_id,
        verb__in=["inspection.published", "inspection.drawn"],
    ).order_by("pk")
    return {row.verb: row for row in rows if row.detail.get("draw") == draw.number}


def check_draw(draw):
    """Everything about the draw computed again and held against the trail and the visits there are."""
    document = draw.document()
    found = drawing.check(document)
    witness = witness_of(draw)
    published, drawn = witness.get("inspection.published"), witness.get("inspection.drawn")
    found.append(
        drawing.Check(
            published is not None
            and published.detail["commitment"] == draw.commitment
            and published.detail["population_sha256"] == draw.population_sha256
            and published.detail["at"] == document["published_at"],
            "公布的校验值和时间与审计记录一致",
        )
    )
    if draw.drawn_at is not None:
        found.append(
            drawing.Check(
                drawn is not None
                and published is not None
                and published.pk < drawn.pk
                and drawn.detail["sample_sha256"] == drawing.digest(draw.sample),
                "抽取结果与审计记录一致，且记录在公布之后",
            )
        )
    if draw.drawn_at is not None and draw.voided_at is None:
        visits = draw.visits.values_list("branch__code", flat=True)
        found.append(
            drawing.Check(
                sorted(visits) == sorted(row[1] for row in draw.sample),
                "派出检查的支部就是抽取的支部",
            )
        )
    return found


def tell_below(kind, visit, *, key, **words):
    """The branch and those above it hear of a visit."""
    people = {p.pk: p for p in rules.keepers_of(visit.branch)}
    people |= {p.pk: p for p in rules.reviewers_above(visit.branch)}
    notify(
        kind,
        people.values(),
        url=visit.get_absolute_url(),
        key=f"{kind}:{visit.pk}:{key}",
        inspection=visit.inspection,
        organizer=visit.inspection.organization,
        branch=visit.branch,
        period=f"{in_words(visit.inspection.starts_on)}至{in_words(visit.inspection.ends_on)}",
        **words,
    )


def runners_of(inspection):
    """Who is told how it goes."""
    return list(holders(rules.INSPECTING_ROLES, inspection.organization))


def text(value, field, label, most, least=1):
    value = (value or "").replace("\r\n", "\n").strip()
    if not value:
        raise Refused(f"请填写{label}。", field=field)
    if len(value) < least:
        raise Refused(f"{label}请写具体一些（不少于{least}个字）。", field=field)
    if len(value) > most:
        raise Refused(f"{label}最多{most}个字，现有{len(value)}个字，请精简。", field=field)
    return value


def _require_runner(inspection, by):
    require(rules.may_run_inspection(by, inspection.organization), OF_RUNNERS)


def _require_draft(inspection, by):
    _require_runner(inspection, by)
    claimed = Inspection.objects.filter(pk=inspection.pk, state=State.DRAFT)
    if not claimed.update(revision=F("revision")):
        raise Refused("已公布的检查不能修改；确需修改的，请作废后重新公布。")


def _record(verb, inspection, by, **detail):
    record(verb, inspection, by=by, organization=inspection.organization, **detail)


def _move(inspection, to, values, *, revision, before):
    """The next state, if nobody was faster."""
    moved = all(
        to == state or to in Inspection.MOVES[state] for state in before
    ) and Inspection.objects.filter(pk=inspection.pk, state__in=before, revision=revision).update(
        state=to, revision=F("revision") + 1, **values
    )
    if not moved:
        now = Inspection.objects.get(pk=inspection.pk)
        raise Conflict(
            f"“{inspection.title}”已由他人办理（现为“{now.get_state_display()}”）。您的内容没有覆盖它，请核对后再办理。",
            theirs={"状态": now.get_state_display(), "名称": now.title},
        )
    for name, value in values.items():
        setattr(inspection, name, value)
    inspection.state, inspection.revision = to, revision + 1
