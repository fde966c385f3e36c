"""What happens to terms (届次): opened by an election, corrected, extended, reminded of, ended.

Who sits in the body is the business of ``members`` (``members.services.elections`` calls these).
``by=None`` is the system itself.
"""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from branches import rules
from branches import terms as arithmetic
from branches.models import Appointment, Term, TermReminder
from branches.roles import Role
from branchyear.audit.services import build, record, record_many
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.routes import path_to
from branchyear.notifications.models import Notice
from branchyear.notifications.services import Message, notify_many

BATCH = 500


@dataclass(frozen=True)
class Election:
    """The facts of one election; what is not known is None, and is never taken for in order."""

    elected_on: date
    seats: int | None = None
    candidates: int | None = None
    voters_due: int | None = None
    voters_present: int | None = None
    request_no: str = ""
    approval_no: str = ""
    filed_on: date | None = None
    late_reason: str = ""
    remarks: str = ""


FACTS = tuple(Election.__dataclass_fields__)


@transaction.atomic
def open_term(organization, election, *, by, running=None, today=None):
    """Register an election: the next term begins and the running one ends that day; returns the new one.

    ``running`` is ``(pk, revision)`` of the term the person saw running, ``()`` for none; when another one
    is running by now, ``Conflict``. None does not look.
    """
    if by is not None:
        require(rules.may_keep_term(by, organization))
    today = today or local_day()
    _require_elects(organization)
    old = Term.objects.filter(organization=organization, ended_on=None).first()
    _same_as_seen(old, running)
    check_election(election, organization=organization, after=old, today=today)
    if old is not None:
        _move(old, ended_on=election.elected_on)
    numbers = Term.objects.filter(organization=organization).order_by("-number")
    years = arithmetic.years_of(organization.kind, election.elected_on)
    try:
        with transaction.atomic():
            term = Term.objects.create(
                organization=organization,
                number=(numbers.values_list("number", flat=True).first() or 0) + 1,
                years=years,
                expires_on=arithmetic.expiry(election.elected_on, years),
                **asdict(election),
            )
    except IntegrityError:
        raise _faster() from None
    record(
        "term.opened",
        term,
        by=by,
        organization=organization,
        elected_on=term.elected_on,
        expires_on=term.expires_on,
    )
    return term


@transaction.atomic
def correct_term(term, *, revision, by, today=None, **facts):
    """Correct the record of an election; ``facts`` are columns of ``Election``. Returns the term.

    The years stay those frozen at the election unless the day of the election itself was wrong.
    """
    organization = term.organization
    if by is not None:
        require(rules.may_keep_term(by, organization))
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"not facts of an election: {unknown}")
    term.refresh_from_db()
    if term.revision != revision:
        raise _conflict(term)
    before = {key: getattr(term, key) for key in FACTS}
    changed = {key: value for key, value in facts.items() if before[key] != value}
    if not changed:
        return term
    others = Term.objects.filter(organization=organization).exclude(pk=term.pk)
    check_election(
        Election(**{**before, **facts}),
        organization=organization,
        after=others.filter(number__lt=term.number).order_by("-number").first(),
        until=term.ended_on,
        today=today or local_day(),
    )
    columns = dict(changed)
    if "elected_on" in changed:
        columns["years"] = arithmetic.years_of(organization.kind, changed["elected_on"])
        columns["expires_on"] = arithmetic.expiry(changed["elected_on"], columns["years"])
        if term.extended_to:
            _check_extension(columns["expires_on"], term.extended_to, term.extension_no)
        # The one before ended on the day this one was elected.
        others.filter(number=term.number - 1, ended_on=before["elected_on"]).update(
            ended_on=changed["elected_on"], revision=F("revision") + 1
        )
    _move(term, **columns)
    record(
        "term.corrected",
        term,
        by=by,
        organization=organization,
        before={key: _plain(before[key]) for key in changed},
        after={key: _plain(value) for key, value in changed.items()},
    )
    return term


@transaction.atomic
def extend(term, *, to, document_no, by, request_no="", revision=None):
    """An approved extension (延期换届): at most one year, and never without the paper of approval.

    Source: 中国共产党基层组织选举工作条例(2020) 第三条; 任期意见(2018) 第二条.
    """
    organization = term.organization
    if by is not None:
        require(rules.may_extend_term(by, organization))
    term.refresh_from_db()
    if revision is not None and term.revision != revision:
        raise _conflict(term)
    if term.ended_on is not None:
        raise Refused("这一届已经换届，不能再延期。")
    document_no = document_no.strip()
    _check_extension(term.expires_on, to, document_no)
    before = {"extended_to": _plain(term.extended_to), "extension_no": term.extension_no}
    columns = {"extended_to": to, "extension_no": document_no}
    if request_no.strip():
        columns["request_no"] = request_no.strip()
    _move(term, **columns)
    record(
        "term.extended",
        term,
        by=by,
        organization=organization,
        before=before,
        after={key: _plain(value) for key, value in columns.items()},
    )
    return term


def _check_extension(expires_on, to, document_no):
    if not document_no:
        raise Refused("延期换届须经上级党组织批准，请填写批复文号。", field="document_no")
    if to <= expires_on:
        raise Refused(f"延期日期应晚于届满日期{_said(expires_on)}。", field="to")
    latest = arithmetic.latest_extension(expires_on)
    if to > latest:
        raise Refused(
            f"延长期限最多1年：{_said(expires_on)}届满，最晚延至{_said(latest)}。", field="to"
        )


# --- Reminders ------------------------------------------------------------------------------------


@transaction.atomic
def remind(term, *, how, on, by, note="", today=None):
    """Note that the organisation was reminded by letter or call; a notice by the portal is sent as well."""
    if by is not None:
        require(rules.may_remind_term(by, term.organization))
    today = today or local_day()
    if how == TermReminder.How.NOTICE:
        if not remind_many([term.organization], by=by, today=today):
            raise Refused(_not_reminded(term, today))
        return term.reminders.order_by("-pk").first()
    if term.ended_on is not None:
        raise Refused("这一届已经换届，不需要提醒。")
    if on > today:
        raise Refused("提醒日期不能晚于今天。", field="on")
    reminder = TermReminder.objects.create(term=term, how=how, on=on, note=note.strip(), by=by)
    record("term.reminded", term, by=by, organization=term.organization, how=how, on=on)
    return reminder


@transaction.atomic
def remind_many(organizations, *, by, today=None):
    """Remind by notice all of ``organizations`` whose term ends within half a year, is over, or is not
    registered. Left out is who was reminded within 30 days (without a term: within the calendar month) and
    where nobody holds the office. Returns the organisations reminded.

    A few statements for any number; each secretary gets one notice, each term one line in its record.
    """
    today = today or local_day()
    organizations = [o for o in organizations if arithmetic.elects(o) and o.is_open]
    if by is not None:
        require(all(rules.may_remind_term(by, o) for o in organizations))
    terms, lately, people = {}, set(), {}
    for part in _parts([o.pk for o in organizations]):
        running = list(Term.objects.filter(organization__in=part, ended_on=None))
        terms |= {term.organization_id: term for term in running}
        notices = TermReminder.objects.filter(
            term__in=running,
            how=TermReminder.How.NOTICE,
            on__gt=today - timedelta(days=arithmetic.REMIND_AGAIN_DAYS),
        )
        lately |= set(notices.values_list("term__organization", flat=True))
        people |= _keepers(part, today)
    told_before = _told_to_register([o for o in organizations if o.pk not in terms], today)
    page = path_to("members:committee")  # an address, not an import: the ledger is kept above
    messages, reminders, entries, reminded = [], [], [], []
    for organization in organizations:
        term, told = terms.get(organization.pk), people.get(organization.pk)
        if term is not None:
            term.organization = organization  # its name stands in the trail
        if term is None:
            wanted, key = organization.pk not in told_before, _registering(organization, today)
        else:
            wanted = organization.pk not in lately and arithmetic.is_near(term.due_on, today)
            key = f"term:{term.pk}:{today:%Y-%m-%d}"
        if not (wanted and told):
            continue
        reminded.append(organization)
        context = {"organization": organization, "term": term, "today": today}
        url = f"{page}?org={organization.pk}"
        messages += [Message(user, key, url, context) for user in told]
        if term is not None:
            note = "、".join(user.name for user in told)
            how = TermReminder.How.NOTICE
            reminders.append(TermReminder(term=term, on=today, how=how, by=by, note=note))
        entries.append(
            build(
                "term.reminded",
                term or organization,
                by=by,
                organization=organization,
                how=TermReminder.How.NOTICE.value,
                on=today,
            )
        )
    TermReminder.objects.bulk_create(reminders, batch_size=BATCH)
    record_many(entries)
    notify_many("term.due", messages)
    return reminded


def _registering(organization, today):
    """The occasion of being asked to register a term: no row keeps thirty days, so a month is taken."""
    return f"term-none:{organization.pk}:{today:%Y-%m}"


def _told_to_register(organizations, today):
    keys = {_registering(organization, today): organization.pk for organization in organizations}
    found = set()
    for part in _parts(list(keys)):
        found |= set(Notice.objects.filter(key__in=part).values_list("key", flat=True))
    return {keys[key] for key in found}


def _keepers(organizations, today):
    """Organisation pk → whom a reminder goes to: the secretary, else the clerk; above branches the office."""
    found = {}
    offices = (
        Appointment.objects.in_force(today)
        .filter(
            organization__in=organizations,
            role__in=[Role.SECRETARY, Role.CLERK, Role.ORG_REVIEWER],
            user__is_active=True,
        )
        .select_related("user")
        .order_by("starts_on", "pk")
    )
    for office in offices:
        found.setdefault(office.organization_id, {}).setdefault(office.role, []).append(office.user)
    return {
        pk: by_role.get(Role.SECRETARY)
        or by_role.get(Role.CLERK)
        or by_role.get(Role.ORG_REVIEWER, [])
        for pk, by_role in found.items()
    }


def _not_reminded(term, today):
    if not arithmetic.is_near(term.due_on, today):
        return f"{_said(term.due_on)}届满，距届满还有6个月以上，暂不需要提醒。"
    if not _keepers([term.organization_id], today):
        return "该党组织没有在任的书记或党务干部，通知无人可收，请发函或电话提醒后登记。"
    return f"{arithmetic.REMIND_AGAIN_DAYS}天内已提醒过，请稍后再提醒。"


# --- The end --------------------------------------------------------------------------------------


def end_running(organization, *, on, by):
    """The organisation ends, and with it its body's term."""
    term = Term.objects.filter(organization=organization, ended_on=None).first()
    if term is not None:
        _move(term, ended_on=max(on, term.elected_on))
        record("term.ended", term, by=by, organization=organization, on=term.ended_on)


# --- Checks ---------------------------------------------------------------------------------------


def check_election(election, *, organization, today, after=None, until=None):
    """``Refused`` with the field when the record cannot stand: days out of order, no quorum, no contest.

    ``after`` is the term before, ``until`` the day on which this one ended already. Rule R20: no quorum
    makes an election void; short of the contest a reason is asked in 备注.
    """
    e, day = election, election.elected_on
    if day > today:
        raise Refused("选举日期不能晚于今天，选举以后再登记。", field="elected_on")
    if organization.established_on and day < organization.established_on:
        founded = _said(organization.established_on)
        raise Refused(f"选举日期不能早于党组织成立日期{founded}。", field="elected_on")
    if after is not None and day <= after.elected_on:
        raise Refused(
            f"选举日期应晚于上一届的选举日期{_said(after.elected_on)}。", field="elected_on"
        )
    if until is not None and day >= until:
        raise Refused(f"选举日期应早于下一届的选举日期{_said(until)}。", field="elected_on")
    if e.filed_on is not None and not day <= e.filed_on <= today:
        raise Refused("备案日期应在选举日期之后，不晚于今天。", field="filed_on")
    for name in ("seats", "voters_due", "voters_present"):
        if getattr(e, name) == 0:
            raise Refused("人数应大于0；不清楚的请留空。", field=name)
    check_quorum(e.voters_present, e.voters_due)
    check_contest(e.seats, e.candidates, e.remarks)


def check_quorum(present, due):
    """The voters there were enough, or are not known."""
    if present is None and due is None:
        return
    if present is None or due is None:
        missing = "voters_present" if present is None else "voters_due"
        raise Refused("应到人数和实到人数请一并填写；都不清楚的都留空。", field=missing)
    if present > due:
        raise Refused("实到人数不能多于应到人数。", field="voters_present")
    if not arithmetic.has_quorum(present, due):
        raise Refused(
            f"到会有选举权党员{present}人，应到{due}人，不足五分之四（至少{arithmetic.quorum(due)}人），"
            "选举无效。请核对人数；确实不足的，重新组织选举。",
            field="voters_present",
        )


def check_contest(seats, candidates, remarks):
    """Enough candidates for the seats of a committee, or a word why not."""
    if candidates is None or seats is None:
        return
    if candidates < seats:
        raise Refused(f"候选人{candidates}人，少于应选名额{seats}人，请核对。", field="candidates")
    wanted = arithmetic.candidates_wanted(seats)
    if arithmetic.is_contested(seats) and candidates < wanted and not remarks.strip():
        raise Refused(
            f"应选{seats}人，候选人一般不少于{wanted}人（差额不少于20%）；如确为{candidates}人，"
            "请在备注中说明情况。",
            field="candidates",
        )


def _require_elects(organization):
    if not organization.is_open:
        raise Refused(f"“{organization}”已撤销，不能登记换届。")
    if not arithmetic.elects(organization):
        raise Refused(f"“{organization}”不进行换届选举，不需要登记届次。")


def _same_as_seen(old, running):
    if running is None:
        return
    if (old and (old.pk, old.revision)) != (tuple(running) or None):
        raise _conflict(old) if old else _faster()


def _move(term, **columns):
    """Write to the term as it was read; the slower of two people is told."""
    done = Term.objects.filter(pk=term.pk, revision=term.revision).update(
        **columns, revision=F("revision") + 1
    )
    if not done:
        raise _faster()
    for key, value in columns.items():
        setattr(term, key, value)
    term.revision += 1


def _faster():
    return Conflict("其他人刚刚登记或修改了这一届的信息，您填写的内容还在，请核对后重新保存。")


def _conflict(term):
    theirs = {
        Term._meta.get_field(key).verbose_name: _plain(getattr(term, key)) or "—"
        for key in ("number", "elected_on", "expires_on", "extended_to", "approval_no")
    }
    conflict = _faster()
    conflict.theirs = theirs
    return conflict


def _parts(keys):
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _said(day):
    return f"{day.year}年{day.month}月{day.day}日"
