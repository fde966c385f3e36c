"""The rubric in the admin site: a copy is drafted, edited and put into use; what is in use is only read."""

import json
from decimal import Decimal

import pytest
from django.urls import reverse

from branchyear.audit.models import Entry
from tasks.models import Rubric
from tasks.tests.make import make_campaign
from tasks.tests.test_admin import form_values

LIST = "admin:tasks_rubric_changelist"


@pytest.fixture
def client(org, people, sign_in):
    make_campaign()
    return sign_in(people.admin)


def act(client, name, rubric):
    return client.post(
        reverse(LIST), {"action": name, "_selected_action": [rubric.pk]}, follow=True
    )


def test_a_new_version_is_drafted_edited_and_put_into_use(client):
    first = Rubric.objects.get()
    act(client, "draft_next", first)
    draft = Rubric.objects.get(number=2)
    address = reverse("admin:tasks_rubric_change", args=[draft.pk])
    values = form_values(client.get(address))
    values |= {"bands": json.dumps(draft.bands), "note": "修改等次说明", "lines-0-points": "16"}
    values |= {
        f"lines-{n}-params": json.dumps(line.params) for n, line in enumerate(draft.lines.all())
    }

    answer = client.post(address, values)
    assert answer.status_code == 302
    told = act(client, "put_into_use", draft).content.decode()
    assert "应等于满分" in told
    values["lines-0-points"] = "15"
    client.post(address, values)
    act(client, "put_into_use", draft)

    draft.refresh_from_db()
    assert draft.is_open
    assert draft.note == "修改等次说明"
    assert first.lines.get(code="T1").points == draft.lines.get(code="T1").points == Decimal(15)
    assert Entry.objects.filter(verb="rubric.opened").count() == 1


def test_a_rubric_in_use_is_only_read_and_wrong_bands_are_told_beside_them(client):
    first = Rubric.objects.get()
    address = reverse("admin:tasks_rubric_change", args=[first.pk])
    assert client.post(address, {"note": "改"}).status_code == 403
    act(client, "draft_next", first)
    draft = Rubric.objects.get(number=2)
    address = reverse("admin:tasks_rubric_change", args=[draft.pk])
    values = form_values(client.get(address))
    values |= {
        f"lines-{n}-params": json.dumps(line.params) for n, line in enumerate(draft.lines.all())
    }

    answer = client.post(address, values | {"bands": json.dumps([{"name": "好", "min": 60}])})

    assert answer.status_code == 200
    assert "最后一等从0分起" in answer.content.decode()
