"""The test run judges itself: counts, skips, steps without tests, crashes."""

import pytest

from branchyear.tests.side_by_side import unit_of
from scripts import test as test_run

REPORT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="no"/></testcase>
<testcase classname="a" name="fixture"><error message="no"/></testcase>
<testcase classname="a" name="twice"><failure message="no"/></testcase>
<testcase classname="a" name="twice"><error message="and on the way out"/></testcase>
<testcase classname="a" name="later"><skipped type="pytest.xfail" message="known"/></testcase>
<testcase classname="b" name="good"/>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "sqlite.xml"
    path.write_text(REPORT)
    return path


def test_the_report_is_counted_by_test_and_an_error_is_a_failure(report):
    outcome = test_run.read_results("sqlite", report)

    assert (outcome.passed, outcome.failed, outcome.skipped) == (2, 3, 1)


def test_a_skipped_test_fails_the_run():
    assert not test_run.Outcome("sqlite", passed=3, skipped=1).is_good
    assert test_run.Outcome("sqlite", passed=3).is_good


def test_a_step_without_tests_fails_unless_it_was_narrowed(tmp_path):
    none = tmp_path / "none.xml"

    whole = test_run.judge("engines", test_run.NOTHING_COLLECTED, none, narrowed=False)
    narrowed = test_run.judge("engines", test_run.NOTHING_COLLECTED, none, narrowed=True)

    assert not whole.is_good
    assert narrowed.is_good


def test_a_pytest_that_crashes_counts_as_a_failure(tmp_path):
    outcome = test_run.judge("engines", -9, tmp_path / "none.xml", narrowed=False)

    assert outcome.failed == 1
    assert outcome.problem == "pytest ended with -9"


def test_the_last_line_is_the_total():
    outcomes = [
        test_run.Outcome("sqlite", passed=10, failed=1),
        test_run.Outcome("engines", passed=4),
    ]

    assert test_run.summary(outcomes).splitlines()[-1] == "14 passed, 1 failed"


def test_the_files_of_a_mark_are_all_that_hold_its_tests(request):
    """This very run has read every file: no test with the mark is in a file that is not told."""
    told = set(test_run.marked_files("engines"))
    marked = [
        item for item in request.session.items if item.get_closest_marker("engines") is not None
    ]

    assert {str(item.path.relative_to(test_run.ROOT)) for item in marked} <= told
    assert "tasks/tests/test_items.py" in told
    assert "scripts/tests/test_test_run.py" not in told


def test_a_file_with_a_group_is_done_by_one_process_and_any_other_test_by_whoever_is_free():
    story = "branchyear/tests/journeys/test_year.py"
    alone = "tasks/tests/test_items.py::test_saving_keeps_the_answer_and_leaves_a_trace"

    assert unit_of(f"{story}::test_one[a::b]") == unit_of(f"{story}::test_two") == story
    assert unit_of(alone) == alone
