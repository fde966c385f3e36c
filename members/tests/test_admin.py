"""The steps of admission in the admin site."""

import pytest

from branchyear.audit.models import Entry
from members.models import AdmissionStep
from members.services import admissions


@pytest.fixture
def step(db):
    admissions.load_steps()
    return AdmissionStep.objects.get(code="target")


def form(step, **changes):
    values = {name: getattr(step, name) for name in admissions.STEP_FACTS}
    values |= changes
    return {name: "on" if v is True else v for name, v in values.items() if v not in {None, False}}


def test_the_system_administrator_edits_a_step(step, people, sign_in):
    client = sign_in(people.admin)
    url = f"/admin/members/admissionstep/{step.pk}/change/"

    assert client.get("/admin/members/admissionstep/").status_code == 200
    assert client.get(url).status_code == 200
    client.post(url, form(step, name="研究确定发展对象", not_before=18))

    step.refresh_from_db()
    assert (step.name, step.not_before, step.number) == ("研究确定发展对象", 18, 7)
    assert Entry.objects.filter(verb="admission_step.revised").count() == 1


def test_what_cannot_be_is_said_beside_its_field(step, people, sign_in):
    client = sign_in(people.admin)

    answer = client.post(
        f"/admin/members/admissionstep/{step.pk}/change/", form(step, counted_from=20)
    )

    assert "只能自更早的步骤起算" in answer.content.decode()


@pytest.mark.parametrize("who", ["security", "auditor"])
def test_other_administrators_do_not_see_the_steps(who, step, people, sign_in):
    client = sign_in(getattr(people, who))

    assert client.get("/admin/members/admissionstep/").status_code == 403


def test_steps_are_neither_added_nor_deleted(step, people, sign_in):
    client = sign_in(people.admin)

    assert client.get("/admin/members/admissionstep/add/").status_code == 403
    assert client.get(f"/admin/members/admissionstep/{step.pk}/delete/").status_code == 403
