"""What is delivered beside our own code: named with its licence, new enough, and looked up where that is possible."""

import json
import re
from importlib import metadata

import pytest
from packaging.requirements import Requirement

from scripts import audit_dependencies, licences, sbom


def test_every_delivered_part_stands_in_the_list_of_licences():
    told = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", licences.PAGE.read_text(), re.M))

    parts = {*licences.packages(), *licences.fonts()}
    parts |= {each["name"] for each in licences.vendored().values()}
    assert parts - set(told) == set()
    assert {part for part in parts if told[part] in {"?", ""}} == set()


def test_every_licence_lies_beside_what_it_is_for():
    told = re.findall(r"(static/\S+)", licences.PAGE.read_text())
    files = [path for path in told if not path.endswith(("vendor)", "fonts)", "vendor", "fonts"))]

    assert len(files) >= 7
    assert [path for path in files if not (licences.ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    ("package", "floor"),
    [
        ("django", (5, 2, 19)),  # CVE-2026-114582
        ("weasyprint", (70, 0)),  # CVE-2026-55073
        ("celery", (5, 6)),
    ],
)
def test_packages_whose_old_versions_are_dangerous_are_new_enough(package, floor):
    version, _ = sbom.locked()[package]

    assert tuple(map(int, version.split("."))) >= floor


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_a_part_that_is_wanted_with_an_extra_is_locked_with_it(lock):
    # Else Debian's pip takes the newest version for the extra, and refuses it as not pinned.
    lines = re.findall(r"^([\w.-]+)(?:\[([^\]]*)\])?==", (licences.ROOT / lock).read_text(), re.M)
    locked = {name: set(extras.split(", ")) - {""} for name, extras in lines}
    wanted = [
        (one.name.lower(), set(one.extras))
        for name in locked
        for one in map(Requirement, metadata.requires(name) or [])
        if one.extras and (one.marker is None or one.marker.evaluate({"extra": ""}))
    ]

    assert wanted
    assert [each for each in wanted if not each[1] <= locked[each[0]]] == []


def test_the_bill_of_materials_names_every_package_with_its_hash():
    from cyclonedx.output.json import JsonV1Dot6

    bill = json.loads(JsonV1Dot6(sbom.bom()).output_as_string())
    named = {part["name"]: part for part in bill["components"]}

    assert bill["bomFormat"] == "CycloneDX"
    assert set(licences.packages()) | set(licences.fonts()) <= set(named)
    assert all(part.get("licenses") for part in named.values())
    assert all(named[name]["hashes"] for name in licences.packages())


WEAK = {
    "name": "x",
    "version": "1",
    "vulns": [{"id": "GHSA-1", "aliases": ["CVE-1"], "fix_versions": ["2"]}],
}
SOUND = {"name": "y", "version": "1", "vulns": []}
UNKNOWN = {"name": "z", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("report", "complaint", "code", "words"),
    [
        ({"dependencies": [SOUND]}, "", 0, "1 locked packages, 0 known weaknesses"),
        ({"dependencies": [WEAK, SOUND]}, "", 1, "x 1: GHSA-1 (CVE-1), fixed in 2"),
        ({"dependencies": [SOUND, UNKNOWN]}, "", 0, "NOT checked: z"),
        ({"dependencies": [UNKNOWN]}, "", 0, "nothing was checked"),
        (
            None,
            "requests.exceptions.ConnectionError: Max retries exceeded",
            0,
            "nothing was checked",
        ),
        (None, "invalid requirements input", 1, "pip-audit failed"),
    ],
)
def test_what_was_not_looked_at_is_never_called_clean(report, complaint, code, words):
    told = audit_dependencies.verdict(report, complaint)

    assert told[0] == code
    assert words in "\n".join(told[1])


def test_where_it_must_be_looked_at_no_answer_is_a_failure(monkeypatch):
    monkeypatch.setenv("AUDIT_REQUIRED", "1")

    assert audit_dependencies.verdict(None, "timed out")[0] == 1
