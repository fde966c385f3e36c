"""The demo's problems: what the services would have made of such a year."""

from random import Random
from types import SimpleNamespace

import pytest

from branchyear.audit.models import Entry
from branchyear.demo import findings as past
from branchyear.demo import problems
from branchyear.demo.city import Place
from branchyear.lib.dates import local_day
from members.tests.make import make_member
from tasks.models import Campaign, Finding, Problem, ProblemStep
from tasks.services import findings
from tasks.services.problems import list_problem
from tasks.tests.make import make_running_campaign

TODAY = local_day()


@pytest.fixture
def city(org, people):
    make_running_campaign()
    places = []
    for branch, secretary, reviewer in (
        (org.north, people.secretary, people.reviewer),
        (org.north_two, people.second_secretary, people.reviewer),
        (org.north_four, people.fourth_secretary, people.general_reviewer),
        (org.south, people.south_secretary, people.south_reviewer),
    ):
        for number in range(3):
            make_member(branch, f"党员{number}", birth_date=None)
        places.append(
            Place(branch, None, "办公室", 0.6, 3, secretary=secretary, reviewers=[reviewer])
        )
    findings.evaluate(day=TODAY)
    past.build(
        SimpleNamespace(places=places), Random(5), TODAY, lambda text: None,
        campaign=Campaign.objects.get(),
    )  # fmt: skip
    return SimpleNamespace(places=places)


def build(city):
    problems.build(city, Random(3), TODAY, lambda text: None, campaign=Campaign.objects.get())


def test_the_first_branch_has_one_to_plan_and_every_problem_tells_its_way(city, people):
    build(city)

    first = Problem.objects.filter(organization=city.places[0].branch)
    assert first.filter(state="open").exists()
    for problem in Problem.objects.prefetch_related("steps"):
        steps = [step.kind for step in problem.steps.all()]
        assert steps[0] == "listed"
        assert ("planned" in steps) == bool(problem.measure)
        assert (problem.state == "closed") == (steps[-1] == "closed")
        assert problem.found_on <= TODAY
        numbers = Problem.objects.filter(organization=problem.organization)
        assert sorted(numbers.values_list("number", flat=True)) == list(
            range(1, numbers.count() + 1)
        )


def test_the_findings_have_a_past(city):
    found = Finding.objects.all()

    assert {f.opened_on <= f.changed_on <= TODAY for f in found} == {True}
    cleared = found.exclude(closed_on=None)
    assert cleared
    assert {f.opened_on < f.closed_on < TODAY for f in cleared} == {True}
    months = {f.opened_on.month for f in found}
    assert len(months) > 1 or TODAY.month < 6
    count = found.open().count()
    assert findings.evaluate(day=TODAY) == count  # another look changes nothing
    assert found.open().filter(opened_on=TODAY).count() < count or TODAY.month < 5


def test_every_step_is_on_the_trail(city):
    build(city)

    steps = ProblemStep.objects.order_by("at").values_list("kind", "problem_id")
    entries = Entry.objects.filter(verb__startswith="problem.")
    assert sorted((e.verb.removeprefix("problem."), e.thing_id) for e in entries) == sorted(steps)


def test_the_lists_go_on_from_there(city, people):
    build(city)
    before = Problem.objects.count()

    problem = list_problem(
        city.places[0].branch, origin="hand", title="又一个问题", by=people.secretary,
        now=Problem.objects.first().created_at,
    )  # fmt: skip

    assert Problem.objects.count() == before + 1
    assert problem.number == Problem.objects.filter(organization=problem.organization).count()
