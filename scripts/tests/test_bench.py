"""The table of benchmarks."""

import json

import pytest

from scripts import bench


@pytest.fixture
def benches(tmp_path, monkeypatch):
    (tmp_path / "bench").mkdir()
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    return tmp_path / "bench"


def test_measurements_become_rows_and_a_missed_limit_fails_the_run(benches, capsys):
    (benches / "bench_rules.py").write_text(
        'print("talk")\n'
        'print(\'{"name": "420 branches", "value": 1.234, "unit": "s", "limit": 2}\')\n'
        "raise SystemExit(1)\n"
    )

    assert bench.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["== bench_rules ==", "  talk"]
    assert lines[-3].split() == ["B9", "rules", "420", "branches", "1.23", "s", "2", "s"]
    assert lines[-1].endswith("FAILED (exit 1)")


def test_a_bench_is_chosen_by_its_number_and_its_rows_are_kept(benches):
    for name in ("rules", "save"):
        (benches / f"bench_{name}.py").write_text('print(\'{"name": "a", "value": 1}\')\n')

    assert bench.main(["B3"]) == 0
    (kept,) = json.loads((benches.parent / "test-results/bench.json").read_text())["benches"]
    assert (kept["bench"], kept["rows"]) == ("B3 save", [{"name": "a", "value": 1}])


def test_a_bench_without_measurements_is_timed_as_a_whole(benches, capsys):
    (benches / "bench_quiet.py").write_text("")

    assert bench.main(["quiet"]) == 0
    assert "whole run" in capsys.readouterr().out


def test_no_benches_is_said_and_is_no_failure(benches, capsys):
    assert bench.main([]) == 0
    assert "no benchmarks" in capsys.readouterr().out
