"""The campaign as content: opened from a template, revised item by item, given to the branches.

An item is never edited: a change makes its next version. What is unfinished follows to the new version;
what has been accepted keeps the version (and with it the text, the weight and the window) it was accepted
under.

``by=None`` is the system itself: the command on the server's own console.
"""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.bulk import insert_many
from branchyear.lib.errors import Refused, require
from tasks import rules, signals
from tasks import template as templates
from tasks.models import BranchItem, Campaign, ChecklistItem, ItemVersion, Phase, Rule, Task
from tasks.services import moves

# What a version consists of: a change of any of these makes the next one.
CONTENT = (
    "text",
    "evidence",
    "verify",
    "rules",
    "asks",
    "weight",
    "phases",
    "opens_on",
    "due_on",
    "applies_to",
    "source",
    "basis",
)


@transaction.atomic
def open_campaign(template, *, year, by, digest=""):
    """Open the campaign of ``year``, or bring it up to date with a changed template; returns it.

    The same template again changes nothing. A changed one makes new versions only of the items whose
    content differs; items and rules it no longer holds are retired (``ChecklistItem.retired_at``): kept
    with everything said to them, out of every figure, and asked again if a later template holds them.
    Tasks and phases cannot be left out once the campaign is open. Branches get what they lack.
    """
    _require_keeper(by)
    templates.check(template)
    if not 2000 <= year <= 2100:
        raise Refused("年度应在 2000 至 2100 之间。", field="year")
    digest = digest or templates.digest_of(template)
    campaign = Campaign.objects.filter(year=year).first()
    created = campaign is None
    if created or campaign.template_digest != digest:
        values = templates.campaign_values(template, year)
        if created:
            campaign = Campaign.objects.create(year=year, template_digest=digest, **values)
        else:
            _refuse_lost_parts(campaign, template)
            _set(campaign, template_digest=digest, version=F("version") + 1, **values)
            campaign.refresh_from_db()
        _load_parts(campaign, template, by=by)
        verb = "campaign.opened" if created else "campaign.updated"
        record(verb, campaign, by=by, year=year, version=campaign.version, digest=digest)
    give_items(campaign=campaign)
    signals.campaign_opened.send(Campaign, campaign=campaign, created=created)
    return campaign


@transaction.atomic
def revise_campaign(campaign, *, by, **changes):
    """Correct the campaign's own words (name, aims, reporting …)."""
    _require_keeper(by)
    changed = _changed(campaign, changes)
    if changed:
        _set(campaign, version=F("version") + 1, **changed)
        campaign.refresh_from_db()
        record("campaign.updated", campaign, by=by, changed=sorted(changed))


@transaction.atomic
def revise_phase(phase, *, by, **changes):
    """Change a phase; the windows of the items that follow it are revised with it."""
    _require_keeper(by)
    changed = _changed(phase, changes)
    if not changed:
        return
    campaign = phase.campaign
    before = _windows(campaign)
    starts_on = changed.get("starts_on", phase.starts_on)
    ends_on = changed.get("ends_on", phase.ends_on)
    if ends_on < starts_on:
        raise Refused("结束日期不能早于开始日期。", field="ends_on")
    if starts_on < campaign.starts_on or ends_on > campaign.ends_on:
        raise Refused(
            f"阶段应在活动期间({campaign.starts_on}至{campaign.ends_on})之内。", field="starts_on"
        )
    _set(phase, **changed)
    record("campaign.updated", campaign, by=by, phase=phase.code, changed=sorted(changed))
    after = _windows(campaign)
    for item in _items(campaign).filter(retired_at=None):
        version = item.current
        follows = templates.window_of(version.phases, before) == (version.opens_on, version.due_on)
        if phase.code in version.phases and follows:
            opens_on, due_on = templates.window_of(version.phases, after)
            revise_item(item, by=by, opens_on=opens_on, due_on=due_on)


@transaction.atomic
def revise_task(task, *, by, **changes):
    """Correct a task's name, points, description or source."""
    _require_keeper(by)
    changed = _changed(task, changes)
    if changed:
        _set(task, **changed)
        record("campaign.updated", task.campaign, by=by, task=task.code, changed=sorted(changed))


@transaction.atomic
def revise_rule(rule, *, by, **changes):
    """Change a rule's words or thresholds, for verdicts to come; past ones keep their copy."""
    _require_keeper(by)
    changed = _changed(rule, changes)
    if changed:
        before = {key: getattr(rule, key) for key in changed}
        _set(rule, **changed)
        record(
            "campaign.updated", rule.campaign, by=by, rule=rule.number, before=before, after=changed
        )


@transaction.atomic
def add_item(task, *, code, by, order=None, **content):
    """A new item in the running campaign, given to every branch at once; returns it."""
    _require_keeper(by)
    _check_content(task.campaign, content)
    if ChecklistItem.objects.filter(task__campaign=task.campaign, code=code).exists():
        raise Refused(f"编码“{code}”已被使用，请换一个编码。", field="code")
    if order is None:
        order = task.items.count() + 1
    (item,) = _create_items([(ChecklistItem(task=task, code=code, order=order), content)], by=by)
    record("item.revised", item, by=by, version=1, changed=list(content))
    give_items(campaign=task.campaign)
    return item


@transaction.atomic
def revise_item(item, *, by, **changes):
    """Change what an item says; returns its current version (the same one when nothing differs).

    A change of phases without dates takes the dates of the phases.
    """
    _require_keeper(by)
    unknown = set(changes) - set(CONTENT)
    if unknown:
        raise TypeError(f"not content of an item: {unknown}")
    current = item.current
    campaign = item.task.campaign
    content = {name: getattr(current, name) for name in CONTENT} | changes
    if "phases" in changes and not {"opens_on", "due_on"} & set(changes):
        windows = _windows(campaign)
        named = set(content["phases"])
        if content["phases"] != current.phases and named and named <= set(windows):
            content["opens_on"], content["due_on"] = templates.window_of(content["phases"], windows)
    changed = [name for name in CONTENT if content[name] != getattr(current, name)]
    if not changed:
        return current
    _check_content(campaign, content)
    try:
        with transaction.atomic():
            version = ItemVersion.objects.create(
                item=item, number=current.number + 1, created_by=by, **content
            )
    except IntegrityError:
        raise Refused("该条目刚刚已由他人修订，请刷新后再改。") from None
    ChecklistItem.objects.filter(pk=item.pk).update(current=version)
    item.current = version
    _follow(item, version, campaign)
    if "applies_to" in changed:
        give_items(campaign=campaign)
    before = {name: getattr(current, name) for name in changed}
    after = {name: content[name] for name in changed}
    record("item.revised", item, by=by, version=version.number, before=before, after=after)
    return version


@transaction.atomic
def retire_item(item, *, by):
    """The campaign asks this item no more; what was said to it is kept."""
    _require_keeper(by)
    if ChecklistItem.objects.filter(pk=item.pk, retired_at=None).update(retired_at=timezone.now()):
        item.refresh_from_db()
        record("item.revised", item, by=by, retired=True)


@transaction.atomic
def restore_item(item, *, by):
    """The campaign asks this item again."""
    _require_keeper(by)
    if ChecklistItem.objects.exclude(retired_at=None).filter(pk=item.pk).update(retired_at=None):
        item.refresh_from_db()
        record("item.revised", item, by=by, retired=False)
        give_items(campaign=item.task.campaign)


@transaction.atomic
def give_items(*, campaign, branches=None):
    """Give every open branch (or these) the items it lacks; returns how many rows that were."""
    branches = Organization.objects.all() if branches is None else branches
    if not hasattr(branches, "branches"):
        branches = Organization.objects.filter(pk__in=[b.pk for b in branches])
    versions = [
        item.current for item in _items(campaign).filter(retired_at=None).exclude(current=None)
    ]
    rows = branches.branches().open().order_by("pk")
    given = 0
    # Five hundred branches at a time: a province has ten thousand.
    for start in range(0, rows.count(), 500):
        part = list(rows[start : start + 500])
        have = set(
            BranchItem.objects.filter(
                branch__in=[b.pk for b in part], item__task__campaign=campaign
            ).values_list("branch_id", "item_id")
        )
        new = [
            BranchItem(
                branch=branch,
                item_id=version.item_id,
                version=version,
                **moves.window_of(version, branch, campaign),
            )
            for branch in part
            for version in versions
            if (branch.pk, version.item_id) not in have
            and (not version.applies_to or branch.branch_type in version.applies_to)
        ]
        insert_many(BranchItem, new, ignore_conflicts=True)
        given += len(new)
    return given


# --- Behind the verbs -----------------------------------------------------------------------------


def _require_keeper(by):
    if by is not None:
        require(rules.may_revise(by), "活动内容由系统管理员维护，请联系系统管理员。")


def _items(campaign):
    return ChecklistItem.objects.filter(task__campaign=campaign).select_related(
        "task__campaign", "current"
    )


def _windows(campaign):
    return {
        code: (starts_on, ends_on)
        for code, starts_on, ends_on in campaign.phases.values_list("code", "starts_on", "ends_on")
    }


def _changed(row, changes):
    return {key: value for key, value in changes.items() if getattr(row, key) != value}


def _set(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)
    for key, value in values.items():
        setattr(row, key, value)


def _load_parts(campaign, template, *, by):
    years = campaign.year - template["campaign"]["year"]
    phases = {
        row["code"]: templates.phase_values(row, order, years)
        for order, row in enumerate(template["phases"], 1)
    }
    _bring_up(Phase, campaign, "code", phases)
    tasks = {
        row["code"]: templates.task_values(row, order)
        for order, row in enumerate(template["tasks"], 1)
    }
    tasks = _bring_up(Task, campaign, "code", tasks)
    rows = {
        row["id"]: {
            "task": tasks[row["task"]],
            "retired_at": None,
            **templates.rule_values(row, years),
        }
        for row in template.get("rules", [])
    }
    _bring_up(Rule, campaign, "number", rows)
    kept = Rule.objects.filter(campaign=campaign, number__in=rows)
    campaign.rules.filter(retired_at=None).exclude(pk__in=kept).update(retired_at=timezone.now())
    _load_items(campaign, template, tasks, by=by)


def _bring_up(model, campaign, key, rows):
    """Make the campaign's rows of ``model`` what ``rows`` (by ``key``) say; returns them by key."""
    known = {getattr(row, key): row for row in model.objects.filter(campaign=campaign)}
    new = [
        model(campaign=campaign, **{key: code}, **values)
        for code, values in rows.items()
        if code not in known
    ]
    for row in model.objects.bulk_create(new):
        known[getattr(row, key)] = row
    for code, values in rows.items():
        changed = _changed(known[code], values)
        if changed:
            _set(known[code], **changed)
    return known


def _load_items(campaign, template, tasks, *, by):
    windows = _windows(campaign)
    known = {item.code: item for item in _items(campaign)}
    new = []
    for row in template["tasks"]:
        task = tasks[row["code"]]
        for order, inner in enumerate(row["checklist"], 1):
            content = templates.version_values(inner, windows)
            item = known.pop(inner["code"], None)
            if item is None:
                item = ChecklistItem(task=task, code=inner["code"], order=order)
                new.append((item, content))
                continue
            if (item.task_id, item.order) != (task.pk, order):
                _set(item, task=task, order=order)
            if item.retired_at is not None:
                restore_item(item, by=by)
            revise_item(item, by=by, **content)
    _create_items(new, by=by)
    for item in known.values():
        retire_item(item, by=by)


def _create_items(new, *, by):
    """Items with their first versions: ``[(item, content)]``."""
    items = ChecklistItem.objects.bulk_create([item for item, _ in new])
    versions = ItemVersion.objects.bulk_create(
        ItemVersion(item=item, number=1, created_by=by, **content) for item, content in new
    )
    for item, version in zip(items, versions, strict=True):
        item.current = version
    ChecklistItem.objects.bulk_update(items, ["current"])
    return items


def _refuse_lost_parts(campaign, template):
    for rows, word, known in (
        (template["tasks"], "任务", campaign.tasks),
        (template["phases"], "阶段", campaign.phases),
    ):
        lost = set(known.values_list("code", flat=True)) - {row["code"] for row in rows}
        if lost:
            raise Refused(
                f"活动已启动，模板不能缺少原有{word}：{'、'.join(sorted(lost))}。"
                f"{word}可以改名、改分值，不再检查的条目可以从模板中去掉。"
            )


def _check_content(campaign, content):
    """What every version must be, with a sentence for whoever edits it."""
    if not content["text"].strip() or len(content["text"]) > 200:
        raise Refused("条目内容应有1至200个字。", field="text")
    if templates.number_of(content["weight"]) is None:
        raise Refused("分值应是不小于0、最多两位小数的数字。", field="weight")
    if content["due_on"] < content["opens_on"]:
        raise Refused("完成期限不能早于开始填报日期。", field="due_on")
    known = {
        "phases": set(campaign.phases.values_list("code", flat=True)),
        "rules": set(campaign.rules.values_list("number", flat=True)),
        "verify": templates.VERIFIED_BY,
        "applies_to": templates.branch_types(),
    }
    words = {"phases": "阶段", "rules": "规则", "verify": "核验方式", "applies_to": "支部类型"}
    for name, allowed in known.items():
        strange = [code for code in content.get(name, []) if code not in allowed]
        if strange:
            raise Refused(f"{words[name]}“{'、'.join(map(str, strange))}”不存在。", field=name)
    if not content["phases"]:
        raise Refused("请至少选择一个阶段。", field="phases")
    if problems := templates.asks_problems(content.get("asks", [])):
        raise Refused(problems[0], field="asks")


def _follow(item, version, campaign):
    """Unfinished answers go over to the new version and its window; accepted ones stay as they are."""
    unfinished = BranchItem.objects.filter(item=item).exclude(state=BranchItem.State.ACCEPTED)
    if version.applies_to:
        # Rows nobody has touched, of branches that are no longer asked, were never an answer.
        untouched = unfinished.filter(state=BranchItem.State.TODO, evidence_links=None, steps=None)
        untouched.exclude(branch__branch_type__in=version.applies_to).delete()
    unfinished.update(version=version, opens_on=version.opens_on)
    # What was given back keeps its day if that is later: the reviewers' time is not the branch's.
    mended_later = {"state": BranchItem.State.RETURNED, "due_on__gt": version.due_on}
    unfinished.exclude(**mended_later).update(due_on=version.due_on)
    late = unfinished.filter(branch__established_on__gt=version.due_on - moves.NEW_BRANCH_DAYS)
    for row in late.select_related("branch"):
        window = moves.window_of(version, row.branch, campaign)
        window["due_on"] = max(window["due_on"], row.due_on)
        BranchItem.objects.filter(pk=row.pk).update(**window)
