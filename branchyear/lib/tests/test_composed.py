"""A statement composed once answers as the one Django would have written."""

from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import BigAutoField, CharField, Count, DateField, Q, TextField
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from branches.models import Appointment, Kind, Organization
from branchyear.lib.composed import Composed, Slot, composed, totals, written_out
from branchyear.lib.dates import local_day
from branchyear.notifications.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.engines]


def of(person, day):
    held = Appointment.objects.in_force(day).filter(user=person)
    return held.select_related("organization").order_by("pk")


def test_every_question_is_answered_with_its_own_values(people):
    offices = Composed(of, person=BigAutoField(), day=DateField())
    day = local_day()

    for who in (people.secretary, people.reviewer, people.nobody):
        for on in (day, day - timedelta(days=20_000)):
            with CaptureQueriesContext(connection) as asked:
                found = offices(person=who.pk, day=on)
            assert len(asked) == 1
            assert found == list(of(who.pk, on))
            assert [a.organization.name for a in found] == [
                a.organization.name for a in of(who.pk, on)
            ]


def test_rows_are_read_anew_and_belong_to_whoever_asked(people):
    notices = Composed(lambda person: Notice.objects.of(person), person=BigAutoField())
    assert notices(person=people.secretary.pk) == []

    Notice.objects.create(recipient=people.secretary, kind="k", title="一", key="1")
    (first,), (second,) = (notices(person=people.secretary.pk) for _ in range(2))

    assert first == second
    assert first is not second
    assert notices(person=None) == []


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection(people):
    offices = Composed(of, person=BigAutoField(), day=DateField())
    mine = offices(person=people.secretary.pk, day=local_day())
    theirs = []

    def ask():
        theirs.extend(offices(person=people.secretary.pk, day=local_day()))
        connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join()

    assert theirs == mine


def test_words_are_part_of_the_statement_and_slots_are_filled_in(org):
    @composed(path=CharField())
    def below(path, kind, day):
        return Organization.objects.filter(path__below=path, kind=kind, established_on__lte=day)

    today = local_day()
    for place in (org.north_office, org.south_office, org.north):
        for kind in (Kind.BRANCH, Kind.GENERAL_BRANCH):
            for day in (today, today - timedelta(days=20_000)):
                wanted = Organization.objects.under(place).filter(
                    kind=kind, established_on__lte=day
                )
                assert below(path=place.path, kind=kind, day=day) == list(wanted)
    assert len(below._written) == 4


def test_mappings_tuples_and_totals_are_given_as_the_queryset_would(org):
    def rows(path):
        return Organization.objects.filter(path__below=path)

    numbers = {"all_": Count("pk"), "branches": Count("pk", filter=Q(kind=Kind.BRANCH))}
    ways = {
        "mappings": lambda path: rows(path).values("pk", "name"),
        "tuples": lambda path: rows(path).values_list("pk", "name"),
        "names": lambda path: rows(path).values_list("name", flat=True),
        "named": lambda path: rows(path).values_list("pk", "established_on", named=True),
        "grouped": lambda path: rows(path).order_by("kind").values("kind").annotate(n=Count("pk")),
        "totals": lambda path: totals(rows(path), **numbers),
    }
    for name, way in ways.items():
        once = Composed(way, path=CharField())
        for place in (org.city, org.north_office, org.south):
            assert once(path=place.path) == list(way(place.path)), name
    (found,) = Composed(ways["totals"], path=CharField())(path=org.north.path + "0001")
    assert found == {"all_": 0, "branches": 0}
    assert found == rows(org.north.path + "0001").aggregate(**numbers)


def test_what_depends_on_the_stored_is_not_composed_once(org):
    @composed(path=CharField())
    def of_the_first(path):
        return Organization.objects.filter(path__below=path, pk=Organization.objects.first().pk)

    with pytest.raises(TypeError, match="stored"):
        of_the_first(path=org.north.path)

    @composed()
    def of_a_row(place):
        return Organization.objects.filter(pk=place.pk)

    with pytest.raises(TypeError, match="row"):
        of_a_row(place=org.north)


def test_texts_of_past_days_are_not_kept_for_ever(org):
    @composed()
    def by(day):
        return Organization.objects.filter(established_on__lte=day)

    for number in range(120):
        assert len(by(day=local_day() - timedelta(days=number))) == len(vars(org))
        assert len(by._written) <= 50


def test_instances_are_those_of_the_queryset_down_to_what_was_not_read(people, org):
    def held(person):
        rows = Appointment.objects.filter(user=person).select_related("organization", "acting_for")
        return rows.only("role", "organization__name", "acting_for__name").annotate(n=Count("pk"))

    (made,) = Composed(held, person=BigAutoField())(person=people.secretary.pk)
    usual = held(people.secretary.pk).get()

    assert made.get_deferred_fields() == usual.get_deferred_fields() != set()
    assert made.organization.get_deferred_fields() == usual.organization.get_deferred_fields()
    assert (made._state.db, made._state.adding) == (usual._state.db, usual._state.adding)
    assert (made.acting_for, made.n) == (usual.acting_for, usual.n)
    assert made.starts_on == usual.starts_on  # read now
    made.organization.name = "改名"
    made.organization.save(update_fields=["name"])
    assert Organization.objects.get(pk=made.organization_id).name == "改名"


def test_a_model_that_is_told_when_a_row_is_made_is_told(org):
    told = []

    def hear(instance, **kwargs):
        told.append(instance.pk)

    post_init.connect(hear, sender=Organization)
    try:
        place = Composed(lambda pk: Organization.objects.filter(pk=pk), pk=BigAutoField())
        place(pk=org.north.pk)
    finally:
        post_init.disconnect(hear, sender=Organization)
    assert told == [org.north.pk]


def test_values_are_written_out_and_slots_left(org):
    if connection.vendor != "postgresql":  # its driver alone writes values into a text
        return
    place = Slot("place", TextField())
    sql, slots = written_out(
        "SELECT %s, %s LIKE '50%%', %s, %s, %s",
        ["O'Neil 100%s", "50%", date(2026, 5, 1), place, place + "z"],
    )
    filled = [slot.filled({"place": "a'%b"}, connection) for slot in slots]

    with connection.cursor() as cursor:
        cursor.execute(sql, filled)
        assert cursor.fetchone() == ("O'Neil 100%s", True, date(2026, 5, 1), "a'%b", "a'%bz")
