"""The rubric a campaign starts with: the points of its eight tasks, and what ``scoring_2022.yaml`` adds."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).parent.parent / "campaigns" / "scoring_2022.yaml"
DEFAULT_BANDS = (("好", 90), ("较好", 80), ("一般", 60), ("较差", 0))
BANDS_NOTE = "参照分类定级的通常做法（90、80、60分），工作方案未规定"


@cache
def _read():
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def rubric_values(grading):
    """The fields of the first ``Rubric``; ``grading`` is the campaign's own (total, bands, source)."""
    plan = _read()
    bands = grading.get("bands") or [{"name": name, "min": least} for name, least in DEFAULT_BANDS]
    mark = "seed" if str(grading.get("source", "")).startswith("seed") else "inferred"
    return {
        "number": 1,
        "name": plan["name"],
        "total": Decimal(str(grading.get("total") or 100)),
        "bands": [
            {"name": band["name"], "min": band["min"], "source": mark, "note": BANDS_NOTE}
            for band in bands
        ],
        "appeal_days": plan["appeal_days"],
        "note": plan["note"],
    }


def line_values(tasks):
    """The fields of its lines; ``tasks`` are ``(code, name, weight)`` in order."""
    plan = _read()
    rows = [
        {
            "code": code,
            "title": name,
            "standard": plan["task_standard"],
            "kind": "base",
            "measure": "share",
            "rule": "items.accepted",
            "params": {"task": code},
            "points": weight,
            "spot_rule": plan["spot_rule"],
            "source": "inferred",
            "basis": plan["task_basis"],
        }
        for code, name, weight in tasks
    ]
    for line in plan["lines"]:
        own = dict(line)
        for name in ("points", "cap"):
            if name in own:
                own[name] = Decimal(str(own[name]))
        rows.append(own)
    return [{"order": number * 10, **row} for number, row in enumerate(rows, 1)]


def set_up(campaign, rubric_model, line_model, *, now):
    """Give the campaign its first rubric, in force at once; one that has some keeps them. Takes the models,
    so that a migration can call it too."""
    if rubric_model.objects.filter(campaign=campaign).exists():
        return None
    values = rubric_values(campaign.grading or {})
    rubric = rubric_model.objects.create(campaign=campaign, opened_at=now, **values)
    tasks = campaign.tasks.order_by("order").values_list("code", "name", "weight")
    line_model.objects.bulk_create(
        line_model(rubric=rubric, **values) for values in line_values(tasks)
    )
    return rubric
