"""What a person sees when something of ours breaks."""

import pytest
from django.db import OperationalError, connection


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (KeyError(), 500)])
def test_while_the_database_is_away_the_page_says_come_back(error, status, client, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(connection, "cursor", fail)
    client.raise_request_exception = False

    answer = client.get("/healthz")

    assert answer.status_code == status
    assert answer.get("Retry-After") == ("5" if status == 503 else None)
    assert "刚才的操作没有完成" in answer.content.decode()
