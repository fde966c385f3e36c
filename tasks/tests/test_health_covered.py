"""No rule without its tests: fixtures on both sides of its thresholds, and a plain restatement."""

import inspect
import re
from importlib import import_module

from django.urls import get_resolver

from tasks.health.registry import load
from tasks.tests import test_health_organization, test_health_system
from tasks.tests.restated import MODULES
from tasks.tests.test_health_boundaries import CASES

FINE = re.compile(r"\[\]|None|\{\}")
FOUND = re.compile(r'"(error|warning|notice|unknown)"|\["R\d\d"\]')


def _tests(module):
    """The source of every test of a module, with its cases."""
    tests = (f for name, f in vars(module).items() if name.startswith("test_"))
    return [inspect.getsource(test) for test in tests if inspect.isfunction(test)]


def test_every_rule_has_fixtures_on_both_sides():
    both = {
        rule
        for rule, cases in CASES.items()
        if {bool(found) for *_, found in cases} == {True, False}
    }
    for source in (*_tests(test_health_organization), *_tests(test_health_system)):
        if FINE.search(source) and FOUND.search(source):
            both |= set(re.findall(r"R\d\d", source))

    assert sorted(set(load()) - both) == []


def test_every_rule_is_restated_in_plain_python():
    restated = set()
    for name in MODULES:
        source = inspect.getsource(import_module(f"tasks.tests.restated.{name}"))
        restated |= set(re.findall(r'"(R\d\d)"', source))

    assert sorted(set(load()) - restated) == []


def test_every_rule_is_put_right_on_a_page_that_there_is():
    names = {f"{p.app_name}:{name}" for p in _rooms() for name in p.reverse_dict}

    assert {check.number: check.mend for check in load().values() if check.mend not in names} == {}


def _rooms():
    return [part for part in get_resolver().url_patterns if getattr(part, "app_name", "")]
