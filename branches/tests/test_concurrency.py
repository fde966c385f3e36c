"""Two administrators change the tree at the same moment."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from branches.models import Kind, Organization
from branches.services import organizations
from branchyear.lib.errors import Refused
from conftest import build_tree

DAY = date(2026, 4, 1)

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True)]


def at_once(*acts):
    """Run the acts in threads that start together; returns what each gave or raised."""
    gate = Barrier(len(acts))
    results = [None] * len(acts)

    def run(index, act):
        try:
            gate.wait()
            results[index] = act()
        except Exception as error:  # noqa: BLE001 the test judges it
            results[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sound():
    paths = list(Organization.objects.values_list("path", flat=True))
    return (
        len(paths) == len(set(paths))
        and Organization.objects.find_problems() == ([], [], [], [], [])
    )  # fmt: skip


def found(parent, code):
    parent = Organization.objects.get(pk=parent.pk)
    return organizations.establish(
        parent=parent, kind=Kind.BRANCH, code=code, name=code, on=DAY, by=None
    )


def test_branches_founded_under_one_parent_at_once_are_all_there():
    org = build_tree()

    results = at_once(*[lambda n=n: found(org.south_office, f"n{n}") for n in range(6)])

    assert [r for r in results if isinstance(r, Exception)] == []
    assert Organization.objects.filter(code__startswith="n").count() == 6
    assert sound()


def test_of_two_with_the_same_code_the_slower_is_told():
    org = build_tree()

    results = at_once(
        lambda: found(org.south_office, "same"), lambda: found(org.north_office, "same")
    )

    refusals = [r for r in results if isinstance(r, Refused)]
    assert [str(r) for r in refusals] == ["编码“same”已被使用，请换一个编码。"]
    assert Organization.objects.filter(code="same").count() == 1
    assert sound()


def test_moves_and_foundings_at_once_leave_a_sound_tree():
    org = build_tree()

    def move(what, to):
        organizations.move(
            Organization.objects.get(pk=what.pk),
            to=Organization.objects.get(pk=to.pk),
            on=DAY,
            by=None,
        )

    results = at_once(
        lambda: move(org.north, org.south_office),
        lambda: move(org.north_general, org.south_office),
        lambda: found(org.south_office, "n1"),
        lambda: found(org.north_general, "n2"),
        lambda: organizations.reorder(
            Organization.objects.get(pk=org.south.pk), order_number=9, by=None
        ),
    )

    assert [r for r in results if isinstance(r, Exception)] == []
    places = {
        o.code: Organization.objects.get_parent(o).code
        for o in Organization.objects.filter(depth__gt=1)
    }
    assert {code: places[code] for code in ("01-01", "01-03", "n1", "n2", "01-03-01")} == {
        "01-01": "02",
        "01-03": "02",
        "n1": "02",
        "n2": "01-03",
        "01-03-01": "01-03",
    }
    assert sound()


def test_a_branch_closed_and_moved_at_once_is_one_or_the_other_then_both():
    org = build_tree()

    results = at_once(
        lambda: organizations.close(Organization.objects.get(pk=org.south.pk), on=DAY, by=None),
        lambda: organizations.move(
            Organization.objects.get(pk=org.south.pk),
            to=Organization.objects.get(pk=org.north_office.pk),
            on=DAY,
            by=None,
        ),
    )

    org.south.refresh_from_db()
    assert not org.south.is_open
    assert results[0] is None
    assert results[1] is None or "已于2026-04-01撤销" in str(results[1])
    assert sound()
