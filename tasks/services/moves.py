"""The moves of an item, each thought through without touching a row.

Every function looks at an item as it stands and answers with a ``Move`` (what would change, which step
and which audit words it leaves) or refuses with a sentence. The services make the move with a
conditional update; ``replay`` makes thousands of them at once. Both therefore write the same rows.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.meetings import kinds_for
from tasks.models import BranchItem, ItemStep
from tasks.services.levels import next_level

State, Result, Kind = BranchItem.State, BranchItem.Result, ItemStep.Kind

NOTE_MAX = 2000  # the column's limit, said as a sentence
REASON_MIN, REASON_MAX = 5, 500  # "不行" is no reason; the column's limit
EXCUSE_MIN = 5  # 不适用 needs a reason somebody can judge
NEW_BRANCH_DAYS = timedelta(days=30)  # a new branch has a month to catch up
MENDING_DAYS = timedelta(days=5)  # handed in on time and returned late must not be overdue at once
NUMBER_MAX = 9_999_999  # more than any branch can have of anything

OFFICE_OF_BRANCH = (
    "只有本支部的党支部书记或党务干部可以办理。如职务有调整，请联系系统管理员更新任职。"
)


@dataclass(frozen=True)
class Answer:
    """What a branch says to an item."""

    result: str = ""
    fact_on: date | None = None
    note: str = ""
    numbers: dict = field(default_factory=dict)


def answer_of(branch_item):
    """The stored answer."""
    return Answer(
        branch_item.result, branch_item.fact_on, branch_item.note, dict(branch_item.numbers)
    )


@dataclass
class Move:
    """``changes`` are columns; the revision always goes up by one as well."""

    to: str
    verb: str
    changes: dict
    detail: dict = field(default_factory=dict)
    kind: str = ""
    office: object = None
    reason: str = ""
    snapshot: dict = field(default_factory=dict)

    def step(self, branch_item, *, by, now):
        """The row of the item's way, unsaved; None for a mere save."""
        if not self.kind:
            return None
        return ItemStep(
            branch_item=branch_item,
            round=branch_item.round,
            kind=self.kind,
            organization=self.office,
            by=by,
            by_name=str(by) if by else "系统",
            at=now,
            reason=self.reason,
            version_id=branch_item.version_id,
            snapshot=self.snapshot,
        )


# --- The branch -----------------------------------------------------------------------------------


def refuse_unless_fillable(branch_item, *, now):
    """Whether the branch may write in it today; a sentence if not."""
    item = branch_item.item
    _refuse_closed(branch_item)
    if item.retired_at is not None:
        raise Refused(f"条目“{item.code}”已停用，不再填报，原有内容保留备查。")
    if branch_item.state == State.SUBMITTED:
        advice = (
            "如需修改，请先撤回。"
            if branch_item.decided_at is None
            else "已有一级审核通过，如需修改，请联系审核人退回。"
        )
        raise Refused(f"该条目已提交，正由{branch_item.with_organization}审核，不能修改。{advice}")
    if branch_item.state == State.ACCEPTED:
        raise Refused("该条目已审核通过，不能修改。确需更正的，请联系市直机关工委退回。")
    today = local_day(now)
    if today < branch_item.opens_on:
        raise Refused(f"未到填报时间，自{in_words(branch_item.opens_on)}起填报。")
    _refuse_when_over(branch_item, today)


def saving(branch_item, answer, *, by, now, scope):
    """暂存: None when nothing differs from what is stored."""
    refuse_unless_fillable(branch_item, now=now)
    require(rules.may_fill_item(by, branch_item, scope=scope), OFFICE_OF_BRANCH)
    answer = _checked(branch_item, answer)
    stored = answer_of(branch_item)
    changed = [name for name in vars(answer) if getattr(answer, name) != getattr(stored, name)]
    if not changed:
        return None
    to = State.RETURNED if branch_item.state == State.RETURNED else State.DRAFT
    changes = {**vars(answer), "updated_by_id": by.pk, "updated_at": now}
    return _move(branch_item, to, "item.saved", changes, detail={"changed": changed})


def submitting(branch_item, answer, *, by, now, scope, level, files, meetings=(), facts=()):
    """提交: the answer must be complete (``problems``); it then lies with ``level``.

    ``files`` are the item's evidence rows, ``meetings`` the recorded meetings it uses, ``facts`` the sealed
    ledgers: R54 asks for one of them where it is verified by evidence (上传佐证或关联台账记录).
    """
    refuse_unless_fillable(branch_item, now=now)
    require(rules.may_fill(by, branch_item.branch, scope=scope), OFFICE_OF_BRANCH)
    stored = answer_of(branch_item)
    answer = stored if answer is None else _checked(branch_item, answer)
    found = problems(
        branch_item, answer, today=local_day(now), has_files=bool(files or meetings or facts)
    )
    if found:
        raise Refused("".join(sentence for _, sentence in found), field=found[0][0])
    if level is None:
        raise Refused("没有找到负责审核的上级党组织，请联系系统管理员核对党组织隶属关系。")
    changes = {
        **vars(answer),
        "with_organization_id": level.pk,
        "round": branch_item.round + 1,
        "first_submitted_at": branch_item.first_submitted_at or now,
        "on_time": branch_item.on_time
        if branch_item.first_submitted_at
        else local_day(now) <= branch_item.due_on,
        "submitted_at": now,
        "submitted_by_id": by.pk,
        "decided_at": None,
        "updated_at": now,
    }
    if answer != stored or branch_item.updated_by_id is None:
        changes["updated_by_id"] = by.pk
    snapshot = {
        "result": answer.result,
        "fact_on": answer.fact_on.isoformat() if answer.fact_on else "",
        "note": answer.note,
        "numbers": answer.numbers,
        "evidence": [{"id": f.pk, "name": f.name, "sha256": f.sha256} for f in files],
    }
    if meetings:
        snapshot["meetings"] = [
            {
                "id": m.pk,
                "kind": m.kind,
                "on": m.on.isoformat(),
                "topic": m.topic,
                "present": m.present,
                "due": m.due,
            }
            for m in meetings
        ]
    if facts:
        snapshot["facts"] = [
            {"kind": f.kind, "as_of": f.as_of.isoformat(), "digest": f.digest} for f in facts
        ]
    return _move(
        branch_item,
        State.SUBMITTED,
        "item.submitted",
        changes,
        kind=Kind.SUBMITTED,
        office=level,
        snapshot=snapshot,
    )


def withdrawing(branch_item, *, by, now, scope):
    """撤回: only before any reviewer has decided in this round."""
    _refuse_closed(branch_item)
    if branch_item.state != State.SUBMITTED:
        raise Refused(f"该条目目前为“{branch_item.get_state_display()}”，没有可撤回的提交。")
    if branch_item.decided_at is not None:
        raise Refused("已有一级审核通过，不能撤回。如需修改，请联系审核人退回。")
    _refuse_when_over(branch_item, local_day(now))
    require(rules.may_fill(by, branch_item.branch, scope=scope), OFFICE_OF_BRANCH)
    changes = {"with_organization_id": None, "updated_at": now}
    if branch_item.first_submitted_at == branch_item.submitted_at:
        # What the branch took back itself was no valid hand-in: 按期 is judged by the next one.
        changes |= {"first_submitted_at": None, "on_time": None}
    return _move(
        branch_item,
        State.DRAFT,
        "item.withdrawn",
        changes,
        kind=Kind.WITHDRAWN,
        office=branch_item.branch,
    )


# --- The reviewers --------------------------------------------------------------------------------


def accepting(branch_item, *, by, now, scope, chain, submitters, reason=""):
    """审核通过: on to the next level of ``chain``, or for good after the last one.

    ``submitters`` are the ids of all who ever handed it in: none of them reviews it.
    """
    _refuse_closed(branch_item)
    if branch_item.state != State.SUBMITTED:
        raise Refused(
            f"该条目目前为“{branch_item.get_state_display()}”，不在待审核状态，无需审核。"
        )
    office = rules.reviewing_office(by, branch_item, scope=scope)
    place = branch_item.with_organization
    require(office is not None, f"该条目正由{place}审核，须由该党组织的审核人办理。")
    _refuse_own(branch_item, by, scope, submitters)
    reason = _reason(reason, needed=False)
    upward = next_level(chain, after=office)
    changes = {"decided_at": now, "updated_at": now}
    if upward is not None:
        changes["with_organization_id"] = upward.pk
        to, verb, kind = State.SUBMITTED, "item.forwarded", Kind.FORWARDED
    else:
        changes |= {"with_organization_id": None, "return_reason": ""}
        to, verb, kind = State.ACCEPTED, "item.accepted", Kind.ACCEPTED
    return _move(branch_item, to, verb, changes, kind=kind, office=office, reason=reason)


def returning(branch_item, *, by, now, scope, submitters, reason):
    """退回修改, always to the branch and with a reason; an accepted one by the committee only."""
    _refuse_closed(branch_item)
    if branch_item.state not in {State.SUBMITTED, State.ACCEPTED}:
        raise Refused(f"该条目目前为“{branch_item.get_state_display()}”，在支部手中，无需退回。")
    office = rules.returning_office(by, branch_item, scope=scope)
    if branch_item.state == State.ACCEPTED:
        sentence = "已审核通过的条目，只有市直机关工委审核人可以退回。"
    else:
        sentence = f"该条目正由{branch_item.with_organization}审核，须由该党组织或市直机关工委的审核人退回。"
    require(office is not None, sentence)
    _refuse_own(branch_item, by, scope, submitters)
    reason = _reason(reason, needed=True)
    changes = {
        "with_organization_id": None,
        "decided_at": now,
        "return_reason": reason,
        "updated_at": now,
    }
    if branch_item.state == State.ACCEPTED:
        changes |= asked_now(branch_item)
    changes["due_on"] = mending_until(branch_item, local_day(now), changes.get("due_on"))
    return _move(
        branch_item,
        State.RETURNED,
        "item.returned",
        changes,
        kind=Kind.RETURNED,
        office=office,
        reason=reason,
        detail={"reason": reason},
    )


# --- What an answer must say ----------------------------------------------------------------------


def problems(branch_item, answer, *, today, has_files):
    """What is missing before it can be handed in: ``[(field, sentence)]``."""
    version, campaign = branch_item.version, branch_item.item.task.campaign
    found = []
    if not answer.result:
        found.append(("result", "请选择落实情况。"))
    elif answer.result == Result.ONGOING:
        found.append(("result", "“正在推进”的条目请先暂存，落实以后再提交。"))
    done = answer.result == Result.DONE
    if answer.fact_on is None:
        if done:
            found.append(("fact_on", "请填写完成日期。"))
    elif answer.fact_on > today:
        found.append(("fact_on", f"完成日期不能晚于今天({in_words(today)})。"))
    elif not campaign.starts_on <= answer.fact_on <= campaign.ends_on:
        found.append(
            (
                "fact_on",
                f"完成日期应在活动期间({in_words(campaign.starts_on)}至{in_words(campaign.ends_on)})。",
            )
        )
    if answer.result == Result.NOT_APPLICABLE and len(answer.note.strip()) < EXCUSE_MIN:
        found.append(("note", f"选择“不适用”的，请在情况说明中写明理由(不少于{EXCUSE_MIN}个字)。"))
    if done:
        for ask in version.asks:
            if answer.numbers.get(ask["key"]) is None:
                found.append((f"number_{ask['key']}", f"请填写“{ask['label']}”，没有的填0。"))
        if version.asks_for_evidence and not has_files:
            wanted = "、".join(version.evidence)
            hint = f"请上传：{wanted}" if wanted else "请上传佐证材料"
            hint += "，或选用组织生活记录。" if kinds_for(version) else "。"
            found.append(("evidence", f"标记为“已落实”的本条目须有佐证材料。{hint}"))
    return found


def mending_until(branch_item, today, due_on=None):
    """Until when an item given back today is to be mended: its due day put off by the days it lay with
    reviewers, since that time is not the branch's; and no less than ``MENDING_DAYS`` where it had been
    handed in on time."""
    lay = today - local_day(branch_item.submitted_at)
    days = [due_on or branch_item.due_on, branch_item.due_on + lay]
    if branch_item.on_time:
        days.append(today + MENDING_DAYS)
    return max(days)


def asked_now(branch_item):
    """The columns of an accepted item that is open again: what is asked now counts again."""
    item = branch_item.item
    window = window_of(item.current, branch_item.branch, item.task.campaign)
    return {"version_id": item.current_id, **window}


def window_of(version, branch, campaign):
    """From when to when a branch is asked: the version's window.

    A branch founded late is not overdue on the day it is founded: it has ``NEW_BRANCH_DAYS`` from
    then, within the campaign.
    """
    due_on = version.due_on
    if branch.established_on is not None:
        due_on = max(due_on, min(branch.established_on + NEW_BRANCH_DAYS, campaign.ends_on))
    return {"opens_on": version.opens_on, "due_on": due_on}


def _checked(branch_item, answer):
    """The answer with clean values; a draft may be incomplete, but never impossible."""
    if answer.result and answer.result not in Result.values:
        raise Refused("请从“已落实、正在推进、不适用”中选择一项。", field="result")
    note = clean_text(answer.note)
    if len(note) > NOTE_MAX:
        raise Refused(f"情况说明最多{NOTE_MAX}个字，现有{len(note)}个字，请精简。", field="note")
    labels = {ask["key"]: ask["label"] for ask in branch_item.version.asks}
    numbers = {}
    for key, value in (answer.numbers or {}).items():
        if key not in labels or value is None:
            continue  # asked by an earlier version, or left empty
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 0 <= value <= NUMBER_MAX:
            raise Refused(
                f"“{labels[key]}”请填写0至{NUMBER_MAX}之间的整数。", field=f"number_{key}"
            )
        numbers[key] = value
    return Answer(answer.result or "", answer.fact_on, note, numbers)


def clean_text(text):
    """Line ends of one kind, no control characters (a database may refuse them), no edges."""
    text = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c != "\x7f")).strip()


# --- Small things ---------------------------------------------------------------------------------


def _move(branch_item, to, verb, changes, **more):
    if not branch_item.can_move_to(to):
        raise Refused(f"“{branch_item.get_state_display()}”的条目不能变为“{State(to).label}”。")
    return Move(to=to, verb=verb, changes=changes, **more)


def _refuse_closed(branch_item):
    branch = branch_item.branch
    if not branch.is_open:
        raise Refused(
            f"“{branch}”已于{in_words(branch.closed_on)}撤销，其条目只供查阅，不能再办理。"
        )


def _refuse_when_over(branch_item, today):
    """After its last day nothing new is filled in; what was returned may still be mended."""
    campaign = branch_item.item.task.campaign
    if today > campaign.ends_on and branch_item.state != State.RETURNED:
        raise Refused(
            f"{campaign}已于{in_words(campaign.ends_on)}结束，不能再办理。被退回的条目仍可修改。"
        )


def _refuse_own(branch_item, by, scope, submitters):
    own = rules.is_own(by, branch_item, scope=scope) or by.pk in submitters
    require(not own, "本人填报、提交或本人任职支部的条目，须由其他审核人办理。")


def _reason(text, *, needed):
    text = clean_text(text)
    if needed and not text:
        raise Refused("退回修改须写明原因，支部才知道改什么。", field="reason")
    if needed and len(text) < REASON_MIN:
        raise Refused(f"退回原因请写具体一些(不少于{REASON_MIN}个字)。", field="reason")
    if len(text) > REASON_MAX:
        raise Refused(f"意见最多{REASON_MAX}个字，现有{len(text)}个字，请精简。", field="reason")
    return text
