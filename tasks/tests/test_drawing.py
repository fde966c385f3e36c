"""The draw's arithmetic, and that a stranger with the download and twenty lines comes to the same."""

import copy
import hashlib
import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tasks import drawing

BRANCHES = [("01", f"01-{n:02d}", f"第{n}支部") for n in range(1, 13)]
BRANCHES += [("02", f"02-{n:02d}", f"南{n}支部") for n in range(1, 5)]
EXCLUDED = [("02-09", "南九支部", "本月刚刚成立")]
LABELS = {"01": "市北区局机关党委", "02": "市南区局机关党委"}


def seed_of(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def make_draw(seed=None, **how):
    """A whole draw as it is downloaded."""
    people = drawing.population(BRANCHES, EXCLUDED)
    strata = drawing.strata_of(people, LABELS, **(how or {"percent": 25}))
    fixed = {
        "algorithm": drawing.ALGORITHM,
        "population_sha256": drawing.digest(people),
        "strata": strata,
        "size": sum(row[3] for row in strata),
        "seed": seed or seed_of(1),
    }
    return {
        **fixed,
        "population": people,
        "commitment": drawing.commitment(**fixed),
        "published_at": "2026-05-12T01:00:00+00:00",
        "drawn_at": "2026-05-12T01:00:00.5+00:00",
        "sample": drawing.sample(people, strata, fixed["seed"]),
    }


def test_the_same_seed_gives_the_same_sample_and_another_another():
    first, again, other = make_draw(), make_draw(), make_draw(seed_of(2))

    assert first == again
    assert first["sample"] != other["sample"]
    assert all(check.ok for check in drawing.check(first))


def test_every_stratum_gives_its_share_and_at_least_one():
    by_share, by_number = make_draw(percent=25), make_draw(number=5)

    assert [row[2:] for row in by_share["strata"]] == [[12, 3], [4, 1]]
    assert [row[2:] for row in by_number["strata"]] == [[12, 5], [4, 4]]
    assert drawing.size_of(7, percent=1) == 1
    assert drawing.size_of(7, percent=100) == 7
    assert [row[0] for row in by_share["sample"]] == ["01", "01", "01", "02"]


def test_over_a_thousand_draws_no_branch_is_favoured():
    """Chi-square with fixed seeds, so that it never comes out otherwise: 12 branches, 3 drawn each time."""
    people = drawing.population(BRANCHES[:12], [])
    strata = drawing.strata_of(people, LABELS, number=3)
    times = dict.fromkeys((code for _, code, _ in BRANCHES[:12]), 0)

    for number in range(1000):
        for _, code, _, _ in drawing.sample(people, strata, seed_of(number)):
            times[code] += 1

    expected = 1000 * 3 / 12
    # Drawn without replacement: the variance of a count is n·p·(1-p), so the sum is scaled by (N-1)/(N-k).
    chi_square = sum((n - expected) ** 2 / expected for n in times.values()) * 11 / 9
    assert sum(times.values()) == 3000
    assert chi_square < 24.725  # 11 degrees of freedom, 1 %


def alter(path, value):
    def done(draw):
        place = draw
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return done


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda d: d["population"]["branches"].pop(), "总体名单"),
        (alter(["population", "branches", 0, 2], "另一支部"), "总体名单"),
        (lambda d: d["population"]["excluded"].clear(), "总体名单"),
        (alter(["strata", 0, 3], 4), "抽取总数"),
        (alter(["seed"], seed_of(7)), "种子"),
        (alter(["seed"], "no hex"), "种子"),
        (alter(["algorithm"], "md5"), "种子"),
        (alter(["commitment"], "0" * 64), "种子"),
        (alter(["sample", 0, 1], "01-99"), "重新抽取"),
        (lambda d: d["sample"].pop(), "重新抽取"),
        (alter(["drawn_at"], "2026-05-12T00:59:59+00:00"), "公布在前"),
    ],
)
def test_whatever_was_changed_is_shown(change, what):
    draw = copy.deepcopy(make_draw())
    change(draw)

    wrong = [check.what for check in drawing.check(draw) if not check.ok]

    assert any(what in sentence for sentence in wrong)


def test_a_stranger_comes_to_the_same_sample_with_the_twenty_lines_of_the_docs(tmp_path):
    told = (settings.BASE_DIR / "docs" / "draw.md").read_text(encoding="utf-8")
    code = told.split("```python\n")[1].split("```")[0]
    good, bad = tmp_path / "draw.json", tmp_path / "altered.json"
    good.write_text(json.dumps(make_draw(), ensure_ascii=False), encoding="utf-8")
    bad.write_text(json.dumps(make_draw() | {"seed": seed_of(9)}), encoding="utf-8")

    answers = [
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", code, path], capture_output=True, text=True
        )
        for path in (good, bad)
    ]

    assert [answer.returncode for answer in answers] == [0, 1]
    assert len(code.splitlines()) <= 22


def test_the_command_computes_a_downloaded_draw_again(tmp_path, capsys):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(make_draw() | {"format": drawing.FORMAT}), encoding="utf-8")
    call_command("verify_draw", str(file))
    assert "不一致" not in capsys.readouterr().out

    file.write_text(json.dumps(make_draw(seed_of(3)) | {"format": drawing.FORMAT, "sample": []}))
    with pytest.raises(CommandError, match="不一致"):
        call_command("verify_draw", str(file))
    file.write_text("{}")
    with pytest.raises(CommandError, match="不是"):
        call_command("verify_draw", str(file))


def test_a_seed_comes_from_the_system_and_never_twice():
    seeds = {drawing.new_seed() for _ in range(50)}

    assert len(seeds) == 50
    assert {len(seed) for seed in seeds} == {64}
