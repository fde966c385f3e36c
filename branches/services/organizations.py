"""What happens to organisations. Every act leaves an event (history) and an audit entry.

``by=None`` is the system itself: the demo, the import command on the server's own console.

A move rewrites the paths of a whole subtree, so what changes the tree's shape goes one at a time: each
of these services first takes the one tree lock (``lock_tree``) and then reads its rows again.
"""

from django.db import transaction
from django.db.models import F

from branches import rules, signals
from branches.models import CHILD_KINDS, BranchType, Kind, Organization, OrganizationEvent
from branches.services import terms
from branches.services.appointments import end_all
from branchyear.audit.services import build, record, record_many
from branchyear.lib.errors import Refused, require

What = OrganizationEvent.What

# The plain facts of an organisation, which ``change`` may set.
FACTS = (
    "short_name",
    "branch_type",
    "covered_units",
    "established_on",
    "approval_no",
    "contact",
    "place",
)


def establish(*, parent, kind, code, name, on, by, **facts):
    """Found an organisation under ``parent`` (None only for the root); returns it.

    ``on`` is the day it is written down with; ``established_on=None`` says that the day of founding is
    not known. More ``facts``: ``order_number``, ``document_no`` and the plain facts.

    Source: 中国共产党支部工作条例(试行) 第二章 (a new branch is approved by the organisation above).
    """
    founding = {"parent": parent, "kind": kind, "code": code, "name": name, "on": on, **facts}
    return establish_many([founding], by=by)[0]


@transaction.atomic
def establish_many(foundings, *, by):
    """Found many organisations (mappings of the arguments of ``establish``), all or none.

    Their parents must be there already. Sisters behind the last one are added in one statement.
    """
    foundings = [dict(founding) for founding in foundings]
    _require_founder(by, foundings)
    parents = {f["parent"].pk: f["parent"] for f in foundings if f["parent"] is not None}
    lock_tree()
    fresh = Organization.objects.in_bulk(parents)
    places = [f["parent"] and fresh[f["parent"].pk] for f in foundings]
    taken = set()
    codes = [f["code"].strip() for f in foundings]
    for start in range(0, len(codes), 500):
        found = Organization.objects.filter(code__in=codes[start : start + 500])
        taken |= set(found.values_list("code", flat=True))
    by_parent, notes = {}, []
    for founding, place in zip(foundings, places, strict=True):
        organization = _unsaved(founding, place, taken)
        by_parent.setdefault(place, []).append(organization)
        notes.append((organization, founding["on"], founding.get("document_no", "")))
    for place, sisters in by_parent.items():
        _place(sisters, place)
    for parent in parents.values():
        parent.refresh_from_db()  # the caller's own object stands where its row stands
    OrganizationEvent.objects.bulk_create(
        [
            OrganizationEvent(
                organization=o,
                what=What.ESTABLISHED,
                on=on,
                by=by,
                document_no=document_no,
                after={"name": o.name},
            )
            for o, on, document_no in notes
        ],
        batch_size=500,
    )
    record_many(build("organization.established", o, by=by, organization=o) for o, _, _ in notes)
    for organization, on, _ in notes:
        signals.organization_established.send(Organization, organization=organization, on=on)
    return [organization for organization, _, _ in notes]


@transaction.atomic
def found_group(branch, *, name, on, by):
    """Found a Party group in ``branch``; number and code follow those there are. Returns it."""
    lock_tree(branch)
    if not name.strip():
        raise Refused("请填写党小组名称。", field="name")
    groups = list(Organization.objects.get_children(branch))
    if any(group.is_open and group.name == name.strip() for group in groups):
        raise Refused(f"本支部已有“{name.strip()}”，请换一个名称。", field="name")
    number = max((group.order_number for group in groups), default=0) + 1
    return establish(
        parent=branch,
        kind=Kind.GROUP,
        code=_free_code(branch, number),
        name=name,
        on=on,
        by=by,
        order_number=number,
    )


def groups_of(branch):
    """The open Party groups of a branch, in official order."""
    return Organization.objects.under(branch).open().filter(kind=Kind.GROUP)


def _free_code(branch, number):
    """``01-03-G2``, or the next that no group has, not even a closed one."""
    taken = set(
        Organization.objects.filter(code__startswith=f"{branch.code}-G").values_list(
            "code", flat=True
        )
    )
    while f"{branch.code}-G{number}" in taken:
        number += 1
    return f"{branch.code}-G{number}"


def _unsaved(founding, parent, taken):
    """The organisation as it is to be, if it may be; its code is taken from then on."""
    values = dict(founding)
    for key in ("parent", "on", "document_no"):
        values.pop(key, None)
    values["code"], values["name"] = values["code"].strip(), values["name"].strip()
    _check_place(values["kind"], parent)
    if not values["code"] or not values["name"]:
        field = "name" if values["code"] else "code"
        raise Refused("请填写编码和名称。", field=field)
    if values["code"] in taken:
        raise Refused(f"编码“{values['code']}”已被使用，请换一个编码。", field="code")
    taken.add(values["code"])
    if values["kind"] == Kind.BRANCH:
        values.setdefault("branch_type", BranchType.STANDING)
    _check_type(values["kind"], values.get("branch_type", ""))
    values.setdefault("established_on", founding["on"])
    return Organization(approval_no=founding.get("document_no", ""), **values)


def _check_type(kind, branch_type):
    if branch_type and kind != Kind.BRANCH:
        raise Refused("只有党支部才填写支部类型。", field="branch_type")


def _place(sisters, parent):
    """Put new sisters under ``parent``: behind the last in one statement, else each at its place."""
    manager = Organization.objects
    if parent is None:
        for organization in sisters:
            manager.add_root(instance=organization)
        return
    last = manager.get_last_child(parent)
    sisters = sorted(sisters, key=lambda o: (o.order_number, o.code))
    if last is not None and last.order_number >= sisters[0].order_number:
        for organization in sisters:
            manager.add_child(parent, instance=organization)
        return
    path = last.path if last is not None else None
    for organization in sisters:
        organization.depth = parent.depth + 1
        path = (
            Organization(path=path, depth=organization.depth)._inc_path()
            if path
            else Organization._get_path(parent.path, organization.depth, 1)
        )
        organization.path = path
    manager.bulk_create(sisters, batch_size=500)
    manager.filter(pk=parent.pk).update(numchild=F("numchild") + len(sisters))


@transaction.atomic
def rename(organization, *, name, short_name="", on, by, document_no=""):
    """Give a new name; papers of the past keep the old one through the event."""
    _require_keeper(by, organization)
    _require_open(organization)
    name, short_name = name.strip(), short_name.strip()
    if not name:
        raise Refused("请填写名称。", field="name")
    if organization.kind == Kind.GROUP:
        _require_new_name(organization, name)
    before = {"name": organization.name, "short_name": organization.short_name}
    after = {"name": name, "short_name": short_name}
    if before == after:
        return
    organization.name, organization.short_name = name, short_name
    organization.save(update_fields=["name", "short_name", "updated_at"])
    _event(organization, What.RENAMED, on, by, document_no, before=before, after=after)
    record(
        "organization.renamed",
        organization,
        by=by,
        organization=organization,
        before=before,
        after=after,
    )


@transaction.atomic
def change(organization, *, by, on, document_no="", **facts):
    """Correct plain facts (contact, place, type …); unchanged ones leave no trace."""
    _require_manager(by)
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"not plain facts: {unknown}")
    _check_type(organization.kind, facts.get("branch_type", ""))
    before = {key: getattr(organization, key) for key in facts}
    changed = {key: value for key, value in facts.items() if before[key] != value}
    if not changed:
        return
    for key, value in changed.items():
        setattr(organization, key, value)
    organization.save(update_fields=[*changed, "updated_at"])
    old = {key: str(before[key] or "") for key in changed}
    new = {key: str(value or "") for key, value in changed.items()}
    _event(organization, What.CHANGED, on, by, document_no, before=old, after=new)
    record(
        "organization.changed",
        organization,
        by=by,
        organization=organization,
        before=old,
        after=new,
    )


@transaction.atomic
def move(organization, *, to, on, by, document_no=""):
    """Put the organisation, with all below it, under another one."""
    _require_manager(by)
    lock_tree(organization, to)
    _require_open(organization)
    if to.path.startswith(organization.path):
        raise Refused("不能把党组织调整到它自己或它的下级之下。", field="to")
    _check_place(organization.kind, to)
    old_parent = Organization.objects.get_parent(organization)
    if old_parent and old_parent.pk == to.pk:
        return
    Organization.objects.move(organization, to, "sorted-child")
    organization.refresh_from_db()
    before = {"parent": old_parent.name if old_parent else ""}
    after = {"parent": to.name}
    _event(organization, What.MOVED, on, by, document_no, other=to, before=before, after=after)
    record(
        "organization.moved",
        organization,
        by=by,
        organization=organization,
        before=before,
        after=after,
    )
    signals.organization_moved.send(Organization, organization=organization, on=on)


@transaction.atomic
def reorder(organization, *, order_number, by):
    """Give another official order number; lists everywhere follow it."""
    _require_manager(by)
    lock_tree(organization)
    if organization.order_number == order_number:
        return
    before = organization.order_number
    organization.order_number = order_number
    organization.save(update_fields=["order_number", "updated_at"])
    parent = Organization.objects.get_parent(organization)
    if parent is not None:
        Organization.objects.move(organization, parent, "sorted-child")
    organization.refresh_from_db()
    record(
        "organization.changed",
        organization,
        by=by,
        organization=organization,
        before={"order_number": before},
        after={"order_number": order_number},
    )


@transaction.atomic
def merge(organization, *, into, on, by, document_no=""):
    """End ``organization`` in favour of ``into``: what stands below it moves over, members too.

    The apps above hear ``organization_merged`` and take their rows along; history stays with each.
    """
    _require_manager(by)
    lock_tree(organization, into)
    if organization.pk == into.pk:
        raise Refused("不能与自己合并。", field="into")
    if organization.kind != into.kind:
        raise Refused("只能合并同一类型的党组织。", field="into")
    _require_open(organization)
    _require_open(into)
    for child in list(Organization.objects.get_children(organization).filter(closed_on=None)):
        move(child, to=into, on=on, by=by, document_no=document_no)
    organization.refresh_from_db()
    into.refresh_from_db()
    signals.organization_merged.send(
        Organization, organization=organization, into=into, on=on, by=by
    )
    _event(organization, What.MERGED, on, by, document_no, other=into, after={"into": into.name})
    _event(
        into,
        What.MERGED,
        on,
        by,
        document_no,
        other=organization,
        after={"from": organization.name},
    )
    record("organization.merged", organization, by=by, organization=organization, into=into.pk)
    _close(organization, on=on, by=by, document_no=document_no)


@transaction.atomic
def split(organization, *, code, name, on, by, document_no="", order_number=None, **facts):
    """Found a sister organisation out of ``organization``; returns it (members are moved after)."""
    _require_manager(by)
    lock_tree(organization)
    _require_open(organization)
    sister = establish(
        parent=Organization.objects.get_parent(organization),
        kind=organization.kind,
        code=code,
        name=name,
        on=on,
        by=by,
        document_no=document_no,
        order_number=organization.order_number + 1 if order_number is None else order_number,
        **facts,
    )
    organization.refresh_from_db()
    _event(organization, What.SPLIT, on, by, document_no, other=sister, after={"new": name})
    record("organization.split", organization, by=by, organization=organization, new=sister.pk)
    return sister


@transaction.atomic
def close(organization, *, on, by, document_no=""):
    """End an organisation that has nothing open below it. Its past stays where it is."""
    _require_keeper(by, organization)
    lock_tree(organization)
    _require_open(organization)
    if Organization.objects.under(organization).exclude(pk=organization.pk).open().exists():
        raise Refused("该党组织还有未撤销的下级，请先调整或撤销下级党组织。")
    _close(organization, on=on, by=by, document_no=document_no)


def _close(organization, *, on, by, document_no):
    if organization.established_on and on < organization.established_on:
        raise Refused("撤销日期不能早于成立日期。", field="on")
    Organization.objects.filter(pk=organization.pk).update(closed_on=on)
    organization.closed_on = on
    end_all(organization, on=on, by=by)
    terms.end_running(organization, on=on, by=by)
    _event(organization, What.CLOSED, on, by, document_no)
    record("organization.closed", organization, by=by, organization=organization, on=on)
    signals.organization_closed.send(Organization, organization=organization, on=on, by=by)


def _require_manager(by):
    if by is not None:
        require(rules.may_manage_organizations(by))


def _require_new_name(group, name):
    """Two groups of one branch do not bear the same name."""
    above = Organization.objects.get_parent(group)
    others = Organization.objects.get_children(above).open().exclude(pk=group.pk)
    if others.filter(name=name).exists():
        raise Refused(f"本支部已有“{name}”，请换一个名称。", field="name")


def _require_founder(by, foundings):
    """Party groups are founded by their branch, everything else by who keeps the tree."""
    if by is None:
        return
    for founding in foundings:
        if founding["kind"] == Kind.GROUP and founding["parent"] is not None:
            require(rules.may_keep_groups(by, founding["parent"]))
        else:
            _require_manager(by)


def _require_keeper(by, organization):
    """As founding, so renaming and ending."""
    if by is None:
        return
    if organization.kind == Kind.GROUP:
        require(rules.may_keep_groups(by, Organization.objects.get_parent(organization)))
    else:
        _require_manager(by)


def lock_tree(*organizations):
    """Wait until nobody else changes the tree, then read these rows again: a path may have moved.

    On PostgreSQL the lock is the row of the root; on SQLite the transaction holds the only write lock
    from its start (IMMEDIATE).
    """
    list(Organization.objects.filter(depth=1).select_for_update().values_list("pk"))
    for organization in organizations:
        if organization is not None:
            organization.refresh_from_db()


def _require_open(organization):
    if not organization.is_open:
        raise Refused(f"“{organization}”已于{organization.closed_on}撤销。")


def _check_place(kind, parent):
    allowed = CHILD_KINDS[parent.kind if parent else None]
    if kind not in allowed:
        above = parent.get_kind_display() if parent else "根"
        words = "、".join(sorted(Kind(k).label for k in allowed)) or "任何党组织"
        verb = "只能设" if allowed else "不能再设"
        raise Refused(f"{above}之下{verb}{words}，不能设{Kind(kind).label}。", field="parent")
    if parent is not None and not parent.is_open:
        raise Refused(f"上级“{parent}”已撤销，请选择其他上级党组织。", field="parent")


def _event(organization, what, on, by, document_no="", *, other=None, before=None, after=None):
    OrganizationEvent.objects.create(
        organization=organization,
        what=what,
        on=on,
        by=by,
        document_no=document_no,
        other=other,
        before=before or {},
        after=after or {},
    )
