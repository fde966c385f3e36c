"""One row by a statement written once for its model."""

import pytest
from django.db import IntegrityError, transaction

from branchyear.audit.models import Entry
from branchyear.lib.bulk import insert_one, insert_unless_there
from branchyear.notifications.models import Notice
from branchyear.outbox.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.engines]


def test_the_row_stands_as_save_would_have_left_it(people):
    """Texts, None, an address, a moment by default, JSON."""
    entries = [
        Entry(actor=people.secretary, actor_name="王一", verb="item.saved", thing_id=7, ip="10.1.2.3",
              detail={"before": "甲", "number": 3, "none": None}),
        Entry(actor_name="系统", verb="item.saved"),
    ]  # fmt: skip
    for entry in entries:
        insert_one(entry)
    assert entries[0].pk < entries[1].pk
    for entry in entries:
        stored = Entry.objects.get(pk=entry.pk)
        for field in Entry._meta.concrete_fields:
            assert getattr(stored, field.attname) == getattr(entry, field.attname), field.name
        assert not entry._state.adding


def test_what_must_be_one_stays_one_and_what_is_rolled_back_is_gone(people):
    words = {"recipient": people.secretary, "kind": "k", "title": "一", "key": "1"}
    insert_one(Notice(**words))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_one(Notice(**words))
    with transaction.atomic():
        insert_one(Notice(**words | {"key": "2"}))
        transaction.set_rollback(True)
    (notice,) = Notice.objects.all()
    assert notice.created_at is not None


def test_a_row_that_is_there_already_is_left_alone(people):
    """Only where what is named is the same: any other rule that is broken is told."""
    words = {"kind": "k", "key": "甲"}
    first, second = Job(**words, payload={"a": 1}), Job(**words, payload={"a": 2})
    assert insert_unless_there(first, "key")
    assert not insert_unless_there(second, "key")
    assert second.pk is None
    assert second._state.adding
    assert Job.objects.get().payload == {"a": 1}
    assert Job.objects.get().created_at is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_unless_there(Job(**words, run_after=None), "key")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_unless_there(Notice(recipient_id=people.secretary.pk, kind=None, title="一"), "id")
