"""What happens to organisations: done, refused, remembered."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from branches.models import BranchType, Kind, Organization, OrganizationEvent
from branches.roles import Role
from branches.services import organizations
from branches.signals import organization_established
from branchyear.audit.models import Entry
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from conftest import FOUNDED, make_office, make_user

pytestmark = pytest.mark.engines

TODAY = date(2026, 4, 1)


def found(parent, code, kind=Kind.BRANCH, **changes):
    values = {"name": f"{code}支部", "on": TODAY, "by": None, **changes}
    return organizations.establish(parent=parent, kind=kind, code=code, **values)


def told(organization):
    """The history of an organisation, oldest first, as (what, other)."""
    return [
        (event.what, event.other.name if event.other else "")
        for event in organization.events.order_by("id")
    ]


def last_entry():
    return Entry.objects.first()


def children(organization):
    organization.refresh_from_db()
    return [o.name for o in Organization.objects.get_children(organization)]


# --- establish ------------------------------------------------------------------------------------


def test_a_branch_is_founded_in_its_official_place(org, people):
    new = found(org.north_office, "01-00", name="北零支部", order_number=1, by=people.admin)

    assert new.branch_type == BranchType.STANDING
    assert children(org.north_office) == ["北零支部", "北一支部", "北二支部", "北三总支"]


def test_founding_leaves_an_event_an_entry_and_a_signal(org, people):
    heard = []

    def hear(sender, organization, on, **kwargs):
        heard.append((organization.name, on))

    organization_established.connect(hear)
    try:
        new = found(org.north_office, "x", document_no="工委〔2026〕1号", by=people.admin)
    finally:
        organization_established.disconnect(hear)

    assert heard == [("x支部", TODAY)]
    assert told(new) == [("established", "")]
    assert new.events.get().document_no == new.approval_no == "工委〔2026〕1号"
    assert (last_entry().verb, last_entry().actor) == ("organization.established", people.admin)


@pytest.mark.parametrize(
    ("parent", "kind", "sentence"),
    [
        ("north", Kind.BRANCH, "党支部之下只能设党小组，不能设党支部。"),
        ("committee", Kind.GROUP, "市直机关工委之下只能设党总支、党支部、机关党委，不能设党小组。"),
        ("north_general", Kind.GENERAL_BRANCH, "党总支之下只能设党支部，不能设党总支。"),
        ("city", Kind.BRANCH, "市委组织部之下只能设市直机关工委，不能设党支部。"),
    ],
)
def test_the_levels_are_kept(parent, kind, sentence, org):
    with pytest.raises(Refused) as refusal:
        found(getattr(org, parent), "x", kind)

    assert str(refusal.value) == sentence


def test_nothing_stands_below_a_group(org):
    group = found(org.north, "g", Kind.GROUP)

    with pytest.raises(Refused, match="党小组之下不能再设任何党组织"):
        found(group, "h", Kind.GROUP)


def test_a_code_is_used_once(org):
    with pytest.raises(Refused, match="编码“01-01”已被使用"):
        found(org.south_office, "01-01")


def test_nothing_is_founded_under_a_closed_organization(org):
    empty = found(org.committee, "09", Kind.PRIMARY_COMMITTEE)
    organizations.close(empty, on=TODAY, by=None)

    with pytest.raises(Refused, match="已撤销，请选择其他上级"):
        found(empty, "09-01")


def test_only_a_branch_has_a_type(org):
    with pytest.raises(Refused, match="只有党支部才填写支部类型"):
        found(org.north, "g", Kind.GROUP, branch_type="standing")
    with pytest.raises(Refused, match="只有党支部才填写支部类型"):
        organizations.change(org.north_general, branch_type="standing", on=TODAY, by=None)


@pytest.mark.parametrize(("code", "name"), [(" ", "名"), ("c", "  ")])
def test_code_and_name_are_needed(code, name, org):
    with pytest.raises(Refused, match="请填写编码和名称"):
        found(org.north_office, code, name=name)


@pytest.mark.parametrize(
    "who", ["secretary", "reviewer", "committee", "leader", "department", "security", "auditor"]
)
def test_only_the_system_administrator_changes_the_tree(who, org, people):
    by = getattr(people, who)

    for act in (
        lambda: found(org.north_office, "x", by=by),
        lambda: organizations.rename(org.north, name="新", on=TODAY, by=by),
        lambda: organizations.change(org.north, place="新", on=TODAY, by=by),
        lambda: organizations.move(org.north, to=org.south_office, on=TODAY, by=by),
        lambda: organizations.reorder(org.north, order_number=9, by=by),
        lambda: organizations.merge(org.north, into=org.north_two, on=TODAY, by=by),
        lambda: organizations.split(org.north, code="x", name="新", on=TODAY, by=by),
        lambda: organizations.close(org.north, on=TODAY, by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert OrganizationEvent.objects.exclude(what="established").count() == 0


# --- rename, change, reorder ------------------------------------------------------------------------


def test_a_new_name_keeps_the_old_one_in_the_history(org, people):
    organizations.rename(
        org.north, name="北区第一支部", short_name="北一", on=TODAY, by=people.admin
    )

    event = org.north.events.first()
    assert event.before == {"name": "北一支部", "short_name": ""}
    assert event.after == {"name": "北区第一支部", "short_name": "北一"}
    assert last_entry().verb == "organization.renamed"
    assert Entry.objects.filter(organization_name="北一支部").exists()


def test_the_same_name_again_leaves_no_trace(org):
    organizations.rename(org.north, name="北一支部 ", on=TODAY, by=None)

    assert told(org.north) == [("established", "")]


def test_an_empty_name_is_refused(org):
    with pytest.raises(Refused, match="请填写名称"):
        organizations.rename(org.north, name=" ", on=TODAY, by=None)


def test_a_closed_organization_keeps_its_name(org):
    organizations.close(org.north, on=TODAY, by=None)

    with pytest.raises(Refused, match="已于2026-04-01撤销"):
        organizations.rename(org.north, name="新", on=TODAY, by=None)


def test_changed_facts_are_remembered_and_unchanged_ones_are_not(org, people):
    organizations.change(org.north, place="三楼会议室", contact="", on=TODAY, by=people.admin)
    organizations.change(org.north, place="三楼会议室", on=TODAY, by=people.admin)

    event = org.north.events.get(what="changed")
    assert (event.before, event.after) == ({"place": ""}, {"place": "三楼会议室"})
    assert Entry.objects.filter(verb="organization.changed").count() == 1


def test_the_place_in_the_tree_is_no_plain_fact(org):
    with pytest.raises(TypeError):
        organizations.change(org.north, path="0001", on=TODAY, by=None)


def test_another_order_number_moves_it_in_every_list(org, people):
    organizations.reorder(org.north, order_number=9, by=people.admin)

    assert children(org.north_office) == ["北二支部", "北三总支", "北一支部"]
    assert last_entry().detail == {"before": {"order_number": 1}, "after": {"order_number": 9}}


def test_the_same_order_number_leaves_no_trace(org):
    organizations.reorder(org.north, order_number=1, by=None)

    assert not Entry.objects.filter(verb="organization.changed").exists()


# --- move -------------------------------------------------------------------------------------------


def test_what_stands_below_moves_along(org, people):
    organizations.move(
        org.north_general, to=org.south_office, on=TODAY, document_no="12号", by=people.admin
    )

    org.north_four.refresh_from_db()
    assert children(org.south_office) == ["南一支部", "北三总支"]
    assert Organization.objects.get_parent(org.north_four).name == "北三总支"
    event = org.north_general.events.first()
    assert (event.what, event.document_no, event.other) == ("moved", "12号", org.south_office)
    assert (event.before, event.after) == (
        {"parent": "市北区局机关党委"},
        {"parent": "市南区局机关党委"},
    )
    assert last_entry().verb == "organization.moved"


def test_offices_and_sight_follow_a_move(org, people):
    organizations.move(org.north_general, to=org.south_office, on=TODAY, by=None)

    sees = Organization.objects.visible_to
    assert org.north_four in sees(people.south_reviewer)
    assert org.north_four not in sees(people.reviewer)
    assert org.north_four in sees(people.fourth_secretary)


def test_a_move_to_where_it_stands_leaves_no_trace(org):
    organizations.move(org.north, to=org.north_office, on=TODAY, by=None)

    assert told(org.north) == [("established", "")]


@pytest.mark.parametrize(
    ("what", "to", "sentence"),
    [
        ("north_general", "north_general", "它自己或它的下级"),
        ("north_general", "north_four", "它自己或它的下级"),
        ("north_office", "south_office", "不能设机关党委"),
        ("north", "south", "党支部之下只能设党小组"),
    ],
)
def test_a_move_to_a_wrong_place_is_refused(what, to, sentence, org):
    with pytest.raises(Refused, match=sentence):
        organizations.move(getattr(org, what), to=getattr(org, to), on=TODAY, by=None)


def test_nothing_moves_under_a_closed_one_and_no_closed_one_moves(org):
    organizations.close(org.south, on=TODAY, by=None)
    organizations.close(org.south_office, on=TODAY, by=None)

    with pytest.raises(Refused, match="已撤销，请选择其他上级"):
        organizations.move(org.north, to=org.south_office, on=TODAY, by=None)
    with pytest.raises(Refused, match="撤销"):
        organizations.move(org.south, to=org.north_office, on=TODAY, by=None)


def test_a_stale_object_moves_from_where_the_row_is_now(org):
    stale = Organization.objects.get(pk=org.north_four.pk)
    organizations.move(org.north_general, to=org.south_office, on=TODAY, by=None)

    organizations.move(stale, to=org.north_office, on=TODAY, by=None)

    assert children(org.north_office) == ["北一支部", "北四支部", "北二支部"]
    assert Organization.objects.find_problems() == ([], [], [], [], [])


# --- merge, split, close ----------------------------------------------------------------------------


def test_a_merger_ends_one_and_moves_what_stood_below_it(org, people):
    group = found(org.north_two, "g", Kind.GROUP, name="第一党小组")
    make_office(make_user("x"), Role.CLERK, org.north_two)

    organizations.merge(org.north_two, into=org.north, on=TODAY, document_no="7号", by=people.admin)

    org.north_two.refresh_from_db()
    assert org.north_two.closed_on == TODAY
    assert children(org.north) == ["第一党小组"]
    assert told(org.north_two) == [("established", ""), ("merged", "北一支部"), ("closed", "")]
    assert told(org.north) == [("established", ""), ("merged", "北二支部")]
    assert told(group) == [("established", ""), ("moved", "北一支部")]
    assert set(org.north_two.appointments.values_list("ends_on", flat=True)) == {TODAY}
    verbs = set(Entry.objects.filter(thing_id=org.north_two.pk).values_list("verb", flat=True))
    assert {"organization.merged", "organization.closed"} <= verbs


def test_a_history_of_mergers_reads_right_under_the_old_names(org):
    organizations.rename(org.north_two, name="北区第二支部", on=date(2026, 2, 1), by=None)
    organizations.merge(org.north_two, into=org.north, on=date(2026, 3, 1), by=None)
    organizations.rename(org.north, name="北区联合支部", on=date(2026, 4, 1), by=None)
    organizations.merge(org.north, into=org.south, on=date(2026, 5, 1), by=None)

    assert told(org.north) == [
        ("established", ""),
        ("merged", "北区第二支部"),
        ("renamed", ""),
        ("merged", "南一支部"),
        ("closed", ""),
    ]
    into = [e.after for e in org.south.events.filter(what="merged")]
    assert into == [{"from": "北区联合支部"}]
    assert org.north_two.events.get(what="merged").after == {"into": "北一支部"}


@pytest.mark.parametrize(
    ("into", "sentence"),
    [
        ("north", "不能与自己合并"),
        ("north_general", "只能合并同一类型"),
    ],
)
def test_a_merger_needs_another_of_the_same_kind(into, sentence, org):
    with pytest.raises(Refused, match=sentence):
        organizations.merge(org.north, into=getattr(org, into), on=TODAY, by=None)


def test_closed_ones_do_not_merge(org):
    organizations.close(org.south, on=TODAY, by=None)

    with pytest.raises(Refused, match="撤销"):
        organizations.merge(org.north, into=org.south, on=TODAY, by=None)
    with pytest.raises(Refused, match="撤销"):
        organizations.merge(org.south, into=org.north, on=TODAY, by=None)


def test_a_split_founds_a_sister_next_to_it(org, people):
    sister = organizations.split(
        org.north, code="01-01b", name="北一乙支部", on=TODAY, by=people.admin
    )

    assert children(org.north_office)[:2] == ["北一支部", "北一乙支部"]
    assert sister.kind == Kind.BRANCH
    assert told(org.north) == [("established", ""), ("split", "北一乙支部")]
    assert told(sister) == [("established", "")]
    assert last_entry().detail == {"new": sister.pk}


def test_a_closed_one_is_not_split(org):
    organizations.close(org.south, on=TODAY, by=None)

    with pytest.raises(Refused, match="撤销"):
        organizations.split(org.south, code="x", name="新", on=TODAY, by=None)


def test_closing_ends_every_office_and_those_to_come_do_not_begin(org, people):
    later = make_user("later")
    make_office(later, Role.CLERK, org.north, starts_on=TODAY + timedelta(days=9))

    organizations.close(org.north, on=TODAY, by=people.admin)

    assert set(org.north.appointments.values_list("ends_on", flat=True)) == {TODAY}
    assert not later.appointments.exists()
    assert Entry.objects.filter(verb="appointment.ended").count() == 3
    assert Entry.objects.filter(verb="appointment.withdrawn").count() == 1


def test_an_office_that_had_ended_keeps_its_day(org):
    before = TODAY - timedelta(days=30)
    make_office(make_user("old"), Role.CLERK, org.north, ends_on=before)

    organizations.close(org.north, on=TODAY, by=None)

    assert before in org.north.appointments.values_list("ends_on", flat=True)


def test_after_the_closing_day_its_people_see_nothing(org, people):
    organizations.close(org.north, on=local_day() - timedelta(days=1), by=None)

    assert not Organization.objects.visible_to(people.secretary).exists()
    assert org.north in Organization.objects.visible_to(people.reviewer)


def test_an_organization_with_open_ones_below_is_not_closed(org):
    with pytest.raises(Refused, match="还有未撤销的下级"):
        organizations.close(org.north_general, on=TODAY, by=None)


def test_it_is_closed_once_and_not_before_it_was_founded(org):
    with pytest.raises(Refused, match="不能早于成立日期"):
        organizations.close(org.south, on=FOUNDED - timedelta(days=1), by=None)
    organizations.close(org.south, on=TODAY, by=None)
    with pytest.raises(Refused, match="已于2026-04-01撤销"):
        organizations.close(org.south, on=TODAY, by=None)


def test_history_cannot_be_deleted_with_its_organization(org):
    from django.db.models import ProtectedError

    with pytest.raises(ProtectedError):
        org.south.delete()
