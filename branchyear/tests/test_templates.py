"""The house rules for templates, style sheets and scripts, read from the files themselves."""

import hashlib
import json
import re

import pytest
from django.conf import settings
from django.template.loader import get_template

from scripts.lint_templates import faults, unguarded_forms

TEMPLATES = settings.BASE_DIR / "templates"
STATIC = settings.BASE_DIR / "static"
OURS = sorted(
    path
    for folder, endings in ((TEMPLATES, {".html", ".txt"}), (STATIC, {".css", ".js"}))
    for path in folder.rglob("*")
    if path.suffix in endings and "vendor" not in path.parts
)
PAGES = [path for path in OURS if path.suffix == ".html"]
# Newer than Chromium 86, which is what the offices' browsers are built on.
TOO_NEW_CSS = re.compile(
    r":has\(|@container|@layer|:is\(|:where\(|\binset:|aspect-ratio:|^\s*&", re.M
)
TOO_NEW_JS = re.compile(r"\?\.|\?\?|replaceAll\(|structuredClone|\.at\(|\|\|=|&&=")


def name(path):
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_holds_structure_only(path):
    text = path.read_text("utf-8")

    assert [*faults(text), *unguarded_forms(text)] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_template_can_be_read_by_django(path):
    assert get_template(str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("path", sorted((TEMPLATES / "ui").rglob("*.html")), ids=name)
def test_a_component_begins_by_naming_its_arguments(path):
    first = path.read_text("utf-8").split("\n", 1)[0]

    assert re.match(r"\{# \w+: .+ #\}", first)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_columns_that_print_leaves_out_are_left_out_whole(path):
    text = path.read_text("utf-8")

    for column in ("table__actions", "table__tick"):
        cell = re.search(rf'<td[^>]*class="[^"]*{column}', text)
        head = re.search(rf'<th[^>]*class="[^"]*{column}', text)
        assert not cell or head or "<thead" not in text


@pytest.mark.parametrize("path", OURS, ids=name)
def test_nothing_is_fetched_from_outside(path):
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [p for p in OURS if p.suffix == ".css"], ids=name)
def test_a_style_sheet_is_understood_by_old_browsers(path):
    assert TOO_NEW_CSS.findall(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [p for p in OURS if p.suffix == ".js"], ids=name)
def test_a_script_is_understood_by_old_browsers(path):
    text = path.read_text("utf-8")

    assert TOO_NEW_JS.findall(text) == []
    assert "eval(" not in text
    assert "new Function" not in text


def test_the_style_sheets_stay_small():
    sheets = [*(STATIC / "css").glob("*.css"), *(STATIC / "css" / "ui").glob("*.css")]
    # The frame's own sheets: 16 kB compressed, loaded once and kept by the browser. The two for
    # printed files never reach it.
    sheets = [path for path in sheets if not path.name.startswith("print_")]

    assert sum(path.stat().st_size for path in sheets) < 50_000


def test_vendored_files_are_the_ones_written_down():
    record = json.loads((STATIC / "vendor" / "VENDOR.json").read_text("utf-8"))

    for folder, about in record.items():
        assert about["licence"]
        assert "LICENSE" in about["sha256"]
        for file, known in about["sha256"].items():
            content = (STATIC / "vendor" / folder / file).read_bytes()
            assert hashlib.sha256(content).hexdigest() == known


def test_the_frame_links_every_sheet_and_only_files_that_exist():
    head = (TEMPLATES / "_head.html").read_text("utf-8")
    linked = set(re.findall(r"static '([^']+)'", head))

    sheets = {str(path.relative_to(STATIC)) for path in (STATIC / "css" / "ui").glob("*.css")}
    assert sheets <= linked
    assert all((STATIC / file).is_file() for file in linked)
