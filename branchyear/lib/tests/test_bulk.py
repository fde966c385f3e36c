"""One row by a statement written once for its model."""

import pytest
from django.db import IntegrityError, transaction

from branchyear.audit.models import Entry
from branchyear.lib.bulk import insert_one, insert_unless_there, update_where
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


def test_rows_are_changed_where_the_words_are_those_and_nowhere_else(people):
    jobs = [Job(kind="k", key=key, status=status, queue="mail") for key, status in
            (("1", "queued"), ("2", "running"), ("3", "done"))]  # fmt: skip
    Job.objects.bulk_create(jobs)
    words = {"status": "queued", "payload": {"甲": [1, None]}, "leased_until": None}
    where = {"kind": "k", "status": {"queued", "running"}}
    assert update_where(Job, where, words, counted=["attempts"]) == 2
    assert update_where(Job, where | {"id": jobs[0].pk, "attempts": 0}, words) == 0
    assert update_where(Job, where | {"id": jobs[0].pk, "attempts": 1}, {"queue": "heavy"}) == 1
    rows = Job.objects.order_by("key").values_list("status", "payload", "attempts", "queue")
    assert list(rows) == [
        ("queued", {"甲": [1, None]}, 1, "heavy"),
        ("queued", {"甲": [1, None]}, 1, "mail"),
        ("done", {}, 0, "mail"),
    ]


def test_a_column_of_a_relation_is_changed_by_its_key(people):
    notice = Notice(recipient=people.secretary, kind="k", title="一", key="1")
    insert_one(notice)
    other = {"recipient_id": people.reviewer.pk}
    assert update_where(Notice, {"recipient_id": people.secretary.pk}, other) == 1
    notice.refresh_from_db()
    assert notice.recipient == people.reviewer
