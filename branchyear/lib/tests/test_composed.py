"""A statement composed once answers as the one Django would have written."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import BigAutoField, DateField
from django.test.utils import CaptureQueriesContext

from branches.models import Appointment
from branchyear.lib.composed import Composed
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
