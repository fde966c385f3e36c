"""Notices: told once, read by their recipient only."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from branchyear.lib.errors import Refused
from branchyear.notifications import services
from branchyear.notifications.models import Delivery, Notice
from branchyear.notifications.sending import send_many
from branchyear.outbox.models import Job

RETURNED = {
    "item_code": "T1-01",
    "item_text": "名册",
    "organization": "机关党委",
    "reason": "看不清",
}


@pytest.fixture
def letters(db, django_capture_on_commit_callbacks):
    """Run what waits for the commit, so that letters leave."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_notice_says_what_happened_and_where_to_go(people):
    services.notify("item.returned", [people.secretary], url="/items/1/", key="k", **RETURNED)

    notice = Notice.objects.get()
    assert notice.title == "“T1-01 名册”被退回修改"
    assert "看不清" in notice.text
    assert (notice.recipient, notice.url) == (people.secretary, "/items/1/")


def test_the_same_occasion_is_told_once(people, letters):
    with letters():
        for _ in range(3):
            services.notify("item.returned", [people.secretary, people.clerk], key="k", **RETURNED)

    assert Notice.objects.count() == 2
    assert len(mail.outbox) == 2


def test_a_letter_carries_a_link_and_no_secret(people, letters):
    with letters():
        services.notify("item.returned", [people.secretary], url="/items/1/", key="k", **RETURNED)

    letter = mail.outbox[0]
    assert letter.to == ["shuji@example.test"]
    assert "http://testserver/items/1/" in letter.body
    assert Delivery.objects.get().status == Delivery.Status.SENT


def test_a_letter_is_sent_once_however_often_it_is_delivered(people, letters):
    with letters():
        services.notify("item.returned", [people.secretary], key="k", **RETURNED)
    delivery = Delivery.objects.get()

    assert send_many("email", [delivery.pk], now=timezone.now(), key="again") == 0
    assert send_many("email", [delivery.pk + 1], now=timezone.now(), key="gone") == 0
    assert len(mail.outbox) == 1


def test_a_letter_whose_worker_died_in_sending_is_sent_again_after_ten_minutes(people):
    services.notify("item.returned", [people.secretary], key="k", **RETURNED)
    delivery = Delivery.objects.get()
    now = timezone.now()
    Delivery.objects.update(status=Delivery.Status.SENDING, sending_at=now)

    assert send_many("email", [delivery.pk], now=now + timedelta(minutes=7), key="k") == 0
    later = Job.objects.get(key__startswith="k@")
    assert later.run_after == now + timedelta(minutes=10, seconds=1)
    assert send_many("email", [delivery.pk], now=later.run_after, key=later.key) == 1


def test_a_kind_without_letters_sends_none(people, letters):
    with letters():
        services.notify(
            "export.ready", [people.secretary], key="k", ledger="台账", filename="a", expires=""
        )

    assert mail.outbox == []


def test_a_closed_account_is_told_nothing(people):
    people.secretary.is_active = False

    assert services.notify("item.returned", [people.secretary], key="k", **RETURNED) == 0


def test_only_the_recipient_reads_a_notice(people):
    services.notify("item.returned", [people.secretary], key="k", **RETURNED)
    notice = Notice.objects.get()

    with pytest.raises(Refused):
        services.read(notice, by=people.clerk)
    services.read(notice, by=people.secretary)

    assert Notice.objects.visible_to(people.secretary).unread().count() == 0


def test_opening_a_notice_leads_to_the_matter(people, sign_in):
    services.notify("item.returned", [people.secretary], url="/help/", key="k", **RETURNED)
    notice = Notice.objects.get()

    answer = sign_in(people.secretary).post(f"/notices/{notice.pk}/open/")

    assert answer.url == "/help/"
    notice.refresh_from_db()
    assert notice.read_at is not None


@pytest.mark.parametrize("count", [1, 15])
def test_the_inbox_asks_the_same_number_of_questions(
    count, people, sign_in, django_assert_num_queries
):
    for number in range(count):
        services.notify("item.returned", [people.secretary], key=f"k{number}", **RETURNED)
    client = sign_in(people.secretary)
    client.get("/notices/")

    with django_assert_num_queries(8):
        answer = client.get("/notices/")

    assert answer.status_code == 200
    assert "被退回修改" in answer.content.decode()


def test_another_persons_notice_appears_nowhere(people, sign_in):
    services.notify(
        "item.returned", [people.south_secretary], key="k", **{**RETURNED, "reason": "南边的事"}
    )

    assert "南边的事" not in sign_in(people.secretary).get("/notices/?show=all").content.decode()
