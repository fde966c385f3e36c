"""The files of deploy/ say the same as the code and the operator's guide; what they do is tried by make deploy-trial."""

import re
from pathlib import Path

import pytest
import yaml

from branchyear.lib import metrics
from branchyear.monitoring import collectors
from scripts.deployment import DEPLOY, ROOT, Wrong, rendered, unit

SERVICES = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
GUIDE = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    "line",
    [
        "User=branchyear",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "CapabilityBoundingSet=",
        "EnvironmentFile=/etc/branchyear/env",
        "UMask=0077",
    ],
)
def test_every_service_is_locked_in(name, line):
    assert line in (DEPLOY / "systemd" / name).read_text().splitlines()


def test_a_units_drop_in_goes_before_its_own_environment():
    [start], environment = unit("branchyear-worker@.service", "heavy")

    assert "-n heavy@%h -Q heavy -c ${WORKER_CONCURRENCY}" in start
    assert (environment["WORKER_CONCURRENCY"], environment["WORKER_MAX_JOBS"]) == ("1", "20")


def test_what_does_not_stand_in_a_file_cannot_be_replaced():
    with pytest.raises(Wrong, match="does not hold"):
        rendered(DEPLOY / "env.example", {"NO_SUCH_NAME=": ""})


def test_every_variable_of_the_example_is_read_and_explained():
    names = re.findall(r"^([A-Z_]+)=", (DEPLOY / "env.example").read_text(), re.M)
    readers = [*(ROOT / "branchyear/settings").glob("*.py"), DEPLOY / "gunicorn.conf.py"]
    read = "".join(path.read_text() for path in readers)

    assert [name for name in names if f'"{name}"' not in read] == []
    assert [name for name in names if f"`{name}`" not in GUIDE] == []


def test_the_containers_are_those_the_guide_names():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    assert set(services) == {
        "postgres", "redis", "migrate", "web", "web2", "worker", "worker-heavy", "beat", "nginx"
    }  # fmt: skip
    for name in ("web", "worker", "worker-heavy", "beat", "migrate"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    for name in ("nginx", "postgres", "redis"):
        assert "env_file" not in services[name]


def test_the_image_runs_as_nobody_special_and_is_asked_whether_it_lives():
    lines = (DEPLOY / "Dockerfile").read_text()

    assert "--require-hashes" in lines
    assert lines.index("USER branchyear") < lines.index("CMD")
    assert "HEALTHCHECK" in lines


def alerts():
    [group] = yaml.safe_load((DEPLOY / "prometheus-alerts.yml").read_text())["groups"]
    return group["rules"]


def test_alerts_ask_for_figures_that_exist():
    known = Path(collectors.__file__).read_text() + Path(metrics.__file__).read_text()
    asked = {
        re.sub(r"_(count|bucket|sum|total)$", "", name)
        for alert in alerts()
        for name in re.findall(r"branchyear_\w+", alert["expr"])
    }

    assert [name for name in sorted(asked) if f'"{name}"' not in known] == []


def test_every_alerts_runbook_stands_in_the_guide():
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", GUIDE, re.M)
    }
    named = [alert["annotations"].get("runbook", "") for alert in alerts()]
    links = re.findall(r"\]\(#([\w-]+)\)", GUIDE)

    assert [name for name in named if name and name.partition("#")[2] not in anchors] == []
    assert [link for link in links if link not in anchors] == []
