"""督办单: issued by the working committee, answered by the organisation, closed, or given back.

Source: 工作方案 五(二) (工委定期检查、市委组织部调度); practice of 督查督办. Every verb is one transaction: ability,
move by a conditional update, step, audit, notice.
"""

from django.db import transaction
from django.db.models import F, Max

from branches.models import Organization
from branches.scope import holders, scope_of
from branchyear.audit.services import record
from branchyear.lib.dates import in_words, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.notifications.services import notify
from tasks import rules
from tasks.models import Campaign, Supervision, SupervisionStep
from tasks.rules_scores import RUNNERS

State, Kind = Supervision.State, SupervisionStep.Kind
OF_COMMITTEE = "由市直机关工委审核人办理。"
OF_ORGANIZATION = "由承办单位的书记、党务干部（机关党委为审核人）办理。"
TEXT_MIN = 5


def may_issue(user, organization):
    """The working committee's reviewer, to a directly affiliated organisation or a branch below it."""
    reached = organization.is_direct or organization.is_branch
    return organization.is_open and reached and scope_of(user).holds_above(RUNNERS, organization)


def may_handle(user, row):
    """Close, give back, take back: whoever may issue."""
    return scope_of(user).holds_above(RUNNERS, row.organization)


def may_reply(user, row):
    return rules.may_keep_problems(user, row.organization)


@transaction.atomic
def issue(organization, *, title, content, basis, due_on, by, now, source=None):
    """签发. The organisation is told, and those above a branch; the same source is not issued twice while
    the first is running."""
    require(may_issue(by, organization), OF_COMMITTEE)
    today = local_day(now)
    values = {
        "title": _text(title, "title", "事项", 100, 2),
        "content": _text(content, "content", "督办要求", 1000, TEXT_MIN),
        "basis": _text(basis, "basis", "督办依据", 300, 2),
    }
    if due_on is None or due_on < today:
        raise Refused("办理时限不能早于今天。", field="due_on")
    campaign = Campaign.objects.running(today)
    if campaign is None:
        raise Refused("今年的基本建设年活动还没有启动，暂不能签发督办单。")
    # Two at once wait for each other here: they would take the same number.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    kind, pk = (source.kind, source.pk) if source else ("", None)
    if source:
        same = Supervision.objects.running().filter(source=kind, source_id=pk).first()
        if same is not None:
            raise Refused(f"该事项已签发{same}（{same.get_state_display()}），不重复督办。")
    last = Supervision.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    row = Supervision.objects.create(
        organization=organization, campaign=campaign, number=last + 1, due_on=due_on, source=kind,
        source_id=pk, issued_by=by, issued_at=now, **values,
    )  # fmt: skip
    _leave(row, Kind.ISSUED, values["content"], by=by, now=now)
    people = rules.keepers_of(organization)
    if not organization.is_direct:
        people = [*people, *_reviewers_of_direct(organization)]
    _tell("supervision.issued", people, row, text=values["content"])
    return row


@transaction.atomic
def reply(row, text, *, revision, by, now):
    """回复办理情况; the committee is told."""
    require(may_reply(by, row), OF_ORGANIZATION)
    text = _text(text, "reply", "办理情况", 1000, TEXT_MIN)
    _move(row, State.REPLIED, revision=revision, reply=text, replied_at=now)
    _leave(row, Kind.REPLIED, text, by=by, now=now)
    _tell("supervision.replied", _committee(row), row, text=text)
    return row


@transaction.atomic
def close(row, *, revision, by, now, text=""):
    """办结: the reply is accepted."""
    require(may_handle(by, row), OF_COMMITTEE)
    _move(row, State.CLOSED, revision=revision, before=(State.REPLIED,), closed_on=local_day(now))
    text = (text or "").strip()[:1000]
    _leave(row, Kind.CLOSED, text, by=by, now=now)
    _tell("supervision.closed", rules.keepers_of(row.organization), row, text=text)
    return row


@transaction.atomic
def send_back(row, text, *, due_on, revision, by, now):
    """退回重办 what was replied to, or 重新办理 what was closed, with a new day."""
    require(may_handle(by, row), OF_COMMITTEE)
    text = _text(text, "text", "原因", 500, TEXT_MIN)
    if due_on is None or due_on < local_day(now):
        raise Refused("新的办理时限不能早于今天。", field="due_on")
    kind = Kind.REOPENED if row.state == State.CLOSED else Kind.RETURNED
    _move(
        row, State.REOPENED, revision=revision, before=(State.REPLIED, State.CLOSED),
        due_on=due_on, closed_on=None,
    )  # fmt: skip
    _leave(row, kind, text, by=by, now=now)
    _tell("supervision.returned", rules.keepers_of(row.organization), row, text=text)
    return row


@transaction.atomic
def withdraw(row, text, *, revision, by, now):
    """撤销 one issued in error."""
    require(may_handle(by, row), OF_COMMITTEE)
    text = _text(text, "text", "撤销原因", 500, TEXT_MIN)
    _move(row, State.WITHDRAWN, revision=revision)
    _leave(row, Kind.WITHDRAWN, text, by=by, now=now)
    _tell("supervision.withdrawn", rules.keepers_of(row.organization), row, text=text)
    return row


# --- Behind the verbs -------------------------------------------------------------------------------


def _committee(row):
    above = Organization.objects.filter(path__in=row.organization.ancestor_paths[1:])
    return [person for place in above for person in holders(RUNNERS, place)]


def _reviewers_of_direct(organization):
    direct = Organization.objects.filter(path=organization.direct_path).first()
    return rules.keepers_of(direct) if direct and not direct.is_branch else []


def _move(row, to, *, revision, before=None, **values):
    allowed = row.state in before if before else to in Supervision.MOVES[row.state]
    if not allowed or to not in Supervision.MOVES[row.state]:
        raise Refused(f"“{row.get_state_display()}”的督办单不能这样办理，请刷新页面。")
    moved = Supervision.objects.filter(pk=row.pk, state=row.state, revision=revision).update(
        state=to, revision=F("revision") + 1, **values
    )
    if not moved:
        raise _conflict(row)
    for name, value in {"state": to, "revision": revision + 1, **values}.items():
        setattr(row, name, value)


def _conflict(row):
    now = Supervision.objects.get(pk=row.pk)
    last = now.steps.order_by("-pk").first()
    theirs = {"状态": now.get_state_display(), "办理情况": now.reply}
    who, at = (last.by_name, last.at) if last else ("他人", None)
    return Conflict(
        f"{now}刚刚已由{who}办理（现为“{now.get_state_display()}”）。您的内容没有覆盖它，请核对后再办理。",
        theirs=theirs, who=who, at=at,
    )  # fmt: skip


def _leave(row, kind, text, *, by, now):
    SupervisionStep.objects.create(
        supervision=row, kind=kind, by=by, by_name=str(by), at=now, text=text
    )
    record(
        f"supervision.{kind.value}", row, by=by, organization=row.organization, number=row.number,
        due_on=row.due_on.isoformat(),
    )  # fmt: skip


def _tell(kind, people, row, **words):
    notify(
        kind,
        people,
        url=row.get_absolute_url(),
        key=f"supervision:{row.pk}:{row.revision}:{kind}",
        supervision=str(row),
        organization=row.organization,
        title=row.title,
        due=in_words(row.due_on),
        **words,
    )


def _text(value, field, label, most, least):
    value = (value or "").replace("\r\n", "\n").strip()
    if not value:
        raise Refused(f"请填写{label}。", field=field)
    if len(value) < least:
        raise Refused(f"{label}请写具体一些（不少于{least}个字）。", field=field)
    if len(value) > most:
        raise Refused(f"{label}最多{most}个字，现有{len(value)}个字，请精简。", field=field)
    return value
