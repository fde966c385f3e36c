"""Carries an Excel list of organisations out: all of it, or nothing."""

from dataclasses import dataclass, field

from django.db import transaction

from branches import importing, rules
from branches.columns import FACTS
from branches.models import Appointment, Kind, Organization
from branches.roles import Role
from branches.services import accounts, appointments, organizations
from branchyear.audit.services import record
from branchyear.lib.errors import Refused, require


@dataclass
class Opened:
    """An account opened by the import. The password exists here and in the result workbook only."""

    organization: str
    role: str
    name: str
    username: str
    password: str


@dataclass
class Result:
    """What was done: the plan that was carried out, and the accounts opened on the way."""

    plan: importing.Plan
    opened: list = field(default_factory=list)


@transaction.atomic
def carry_out(file, *, on, by):
    """Import the list: found, change, move, open accounts, appoint. Returns a ``Result``.

    The plan is made again under the tree lock, so that it holds when it is carried out. One wrong cell
    and nothing is changed (``Refused``).
    """
    if by is not None:
        require(rules.may_manage_organizations(by))
    organizations.lock_tree()
    plan = importing.plan(file)
    if not plan.is_sound:
        raise Refused(f"表中有错误，没有导入：{plan.summary}。请改正后重新上传。", field="file")
    done = {}
    for row in plan.rows:
        if not row.is_new:
            done[row.code] = _change(row, on, by)
    for level in Kind:  # from the top, so that each is founded under what is there
        new = [row for row in plan.rows if row.is_new and row.kind == level]
        founded = organizations.establish_many([_founding(r, done, on) for r in new], by=by)
        done.update({organization.code: organization for organization in founded})
    for row in plan.rows:
        if row.moves:
            to = _organization(row.values["parent_code"], done)
            organizations.move(row.existing, to=to, on=on, by=by)
    result = Result(plan, _appoint_all(plan.rows, done, on, by))
    record(
        "organization.imported", by=by, on=on, rows=plan.counts, accounts_opened=len(result.opened)
    )
    return result


def _founding(row, done, on):
    values = row.values
    given = {key: values[key] for key in FACTS if values.get(key)}
    document_no = given.pop("approval_no", "")
    given.setdefault("established_on", None)
    return {
        "parent": _organization(values.get("parent_code"), done),
        "kind": row.kind,
        "code": row.code,
        "name": row.name,
        "order_number": values.get("order_number") or 0,
        "on": given["established_on"] or on,
        "document_no": document_no,
        **given,
    }


def _change(row, on, by):
    organization = row.existing
    facts = importing.facts_changed(row)
    if row.name != organization.name:
        short_name = facts.pop("short_name", organization.short_name)
        organizations.rename(organization, name=row.name, short_name=short_name, on=on, by=by)
    if facts:
        organizations.change(organization, on=on, by=by, **facts)
    number = row.values.get("order_number")
    if number is not None and number != organization.order_number:
        organizations.reorder(organization, order_number=number, by=by)
    return organization


def _organization(code, done):
    if not code:
        return None
    return done.get(code) or Organization.objects.get(code=code)


def _appoint_all(rows, done, on, by):
    """Offices of every row; an account is opened for whoever has none."""
    users = importing.users_of(rows)
    held = importing.offices_in_force(on)
    wanted = []
    for row in rows:
        organization = done[row.code]
        for person in row.people:
            offices = held.get((organization.pk, person.role), [])
            if not any(o.user.username.lower() == person.username.lower() for o in offices):
                wanted.append((organization, person))
                if person.role == Role.SECRETARY:
                    for office in offices:  # one secretary at a time
                        appointments.end_appointment(office, on=max(office.starts_on, on), by=by)
    strangers = {}
    for organization, person in wanted:
        if person.username.lower() not in users:
            strangers.setdefault(person.username.lower(), (organization, person))
    opened = []
    passwords = accounts.open_accounts([p.account for _, p in strangers.values()], by=by)
    for (organization, person), (user, password) in zip(strangers.values(), passwords, strict=True):
        users[user.username.lower()] = user
        role = Role(person.role).label
        opened.append(Opened(organization.name, role, user.name, user.username, password))
    appointments.appoint_many(
        [
            Appointment(
                user=users[person.username.lower()],
                organization=organization,
                role=person.role,
                starts_on=on,
            )
            for organization, person in wanted
        ],
        by=by,
    )
    return opened
