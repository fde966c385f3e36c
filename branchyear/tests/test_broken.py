"""What a person sees when something of ours breaks."""

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from branchyear.views import broken
from reports.services.rollups import touched
from tasks.services.findings import facts_changed


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (KeyError(), 500)])
def test_while_the_database_is_away_the_page_says_come_back(error, status, rf):
    try:
        raise error
    except type(error):
        answer = broken(rf.get("/"))

    assert answer.status_code == status
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert "刚才的操作没有完成" in answer.content.decode()


def test_a_session_that_could_not_be_written_is_no_fault_of_the_form(people, sign_in, monkeypatch):
    client = sign_in(people.secretary)
    client.raise_request_exception = False
    client.get("/")

    def fail(*_):
        raise OperationalError("gone")

    monkeypatch.setattr("branchyear.accounts.sessions.update_where", fail)
    monkeypatch.setattr(settings, "SESSION_SAVE_EVERY_REQUEST", True)

    answer = client.get("/password/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", [facts_changed, lambda places: touched(places, {"item.saved"})])
def test_what_follows_a_commit_may_fail_without_failing_the_act(call, monkeypatch, caplog):
    def fail(*_, **__):
        raise OperationalError("gone")

    with transaction.atomic():
        call({1})
        monkeypatch.setattr(connection, "cursor", fail)
        monkeypatch.setattr("branchyear.outbox.services.Job.objects.bulk_create", fail)

    assert "Error calling" in caplog.text
