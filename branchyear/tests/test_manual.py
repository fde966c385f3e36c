"""The user manual cannot go stale: its pictures are taken by journeys, its words stand on the screens."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse
from PIL import Image, ImageDraw

from branches.roles import Role
from branchyear.manual import CHAPTERS, PLACES, SECTION_OF, chapters_of, help_for
from branchyear.tests.journeys.pictures import FOLDER, SHARE, difference

ROOT = settings.BASE_DIR
HELP = ROOT / "templates" / "help"
PACKAGES = ("branchyear", "branches", "members", "tasks", "reports")
MOST = 3 * 1024 * 1024  # of all pictures together

PICTURE = re.compile(r'{% picture "([\w-]+)" "([^"]*)" %}')
TAKEN = re.compile(r'\bpicture\(\w+, "([\w-]+)"')
README = re.compile(r"static/help/([\w-]+)\.webp")
WORD = re.compile(r"<q>(.*?)</q>")


def chapters():
    """File → text of every chapter."""
    return {chapter: (HELP / f"{chapter.slug}.html").read_text() for chapter in CHAPTERS}


# --- pictures ----------------------------------------------------------------------------------------


def taken():
    """The names of all pictures that journeys take."""
    names = set()
    for file in (ROOT / "branchyear/tests/journeys").glob("test_*.py"):
        text = file.read_text()
        names |= set(TAKEN.findall(text))
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "PAGES":
                names |= {name for pages in ast.literal_eval(node.value).values() for name in pages}
    return names


def test_every_picture_of_the_manual_is_there_taken_by_a_journey_and_told_in_words():
    shown = [found for text in chapters().values() for found in PICTURE.findall(text)]
    files = {file.stem for file in FOLDER.iterdir()}

    assert {name for name, _ in shown} <= files & taken()
    assert (
        files
        == taken()
        == {name for name, _ in shown} | set(README.findall((ROOT / "README.md").read_text()))
    )
    assert [name for name, words in shown if len(words) < 6] == []


def test_the_pictures_are_small():
    sizes = {file.name: file.stat().st_size for file in FOLDER.iterdir()}

    assert sum(sizes.values()) < MOST


@pytest.fixture
def screen():
    """A page as a browser draws it: a bar, lines of text, a button."""
    image = Image.new("RGB", (1200, 740), "white")
    draw(image)
    return image


def draw(image, *, down=0, shade=0, lines=12, button=True, panel=0, bar="#B71C1C"):
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1200, 52), fill=bar)
    for number in range(lines):
        top = 90 + number * 40 + down
        for start in range(40, 640, 20):  # letters: strokes with white between
            ink = (31 + shade,) * 3
            pen.rectangle((start + panel, top, start + panel + 3, top + 15), fill=ink)
            pen.rectangle((start + panel + 7, top, start + panel + 9, top + 15), fill=ink)
    if button:
        pen.rectangle((1080, 80, 1160, 114), fill="#B71C1C")
    return image


def drawn(**changes):
    return draw(Image.new("RGB", (1200, 740), "white"), **changes)


@pytest.mark.parametrize(
    "changes",
    [{"down": 3}, {"shade": 40}],
    ids=["three pixels lower", "paler letters"],
)
def test_another_version_of_a_font_is_the_same_picture(screen, changes):
    assert difference(screen, drawn(**changes)) <= SHARE


@pytest.mark.parametrize(
    "changes",
    [
        {"button": False},
        {"lines": 13},
        {"lines": 11},
        {"panel": 60},
        {"down": 24},
        {"bar": "#1A7F37"},
    ],
    ids=["a button gone", "a line more", "a line less", "moved aside", "moved down", "recoloured"],
)
def test_a_page_that_has_changed_is_another_picture(screen, changes):
    assert difference(screen, drawn(**changes)) > SHARE


def test_a_longer_page_is_another_picture(screen):
    assert difference(screen, screen.resize((1200, 800))) == 1


# --- words -------------------------------------------------------------------------------------------

COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", re.S)
QUOTED = re.compile(r'"([^"\n]*)"|\'([^\'\n]*)\'')
MARK = re.compile(r"{%.*?%}|{{.*?}}|<[^>]*>|[\n\r]+", re.S)
STOPS = re.compile(r"[，。：；！？、“”…|]+|\s[—·]\s"), re.compile(r"[（(]")


@cache
def said():
    """Everything that stands as a piece of its own in a template, a script or a Python sentence."""
    pieces = set()
    for file in (ROOT / "templates").rglob("*.html"):
        if HELP not in file.parents:
            text = COMMENT.sub("", file.read_text())
            pieces |= set(MARK.split(text))
            pieces |= {one or other for one, other in QUOTED.findall(text)}
    for file in (ROOT / "static/js").glob("*.js"):
        pieces |= {one or other for one, other in QUOTED.findall(file.read_text())}
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if not {"tests", "demo", "migrations"} & set(file.parts) and file.name != "manual.py":
                pieces |= set(_strings(file))
    halves = {half for piece in pieces for stop in STOPS for half in stop.split(piece)}
    return {" ".join(piece.split()) for piece in pieces | halves}


def _strings(file: Path):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_word_the_manual_quotes_stands_on_a_screen():
    unknown = {
        (chapter.slug, word)
        for chapter, text in chapters().items()
        for word in WORD.findall(text)
        if word not in said()
    }

    assert unknown == set()


# --- places ------------------------------------------------------------------------------------------


def test_every_place_that_a_page_leads_to_is_there_once():
    anchors = [(chapter.slug, anchor) for chapter in CHAPTERS for anchor, _ in chapter.sections]
    counted = re.findall(r'\bid="([a-z-]+)"', "".join(chapters().values()))
    links = re.findall(r"{% url 'help_chapter' '(\w+)' %}#([a-z-]+)", "".join(chapters().values()))
    places = {tuple(place.split("#")) for found in PLACES.values() for place in found}

    assert len(set(counted)) == len(counted) == len(anchors)
    assert places | set(links) <= set(anchors)


def test_every_page_with_a_place_of_its_own_exists():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    for space, (_, resolver) in get_resolver().namespace_dict.items():
        names |= {f"{space}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}

    assert set(PLACES) - names == set()
    assert {f"members:{name}" for name in SECTION_OF} - names == set()
    assert {("ledgers", section) for section in SECTION_OF.values()} <= {
        (chapter.slug, anchor) for chapter in CHAPTERS for anchor, _ in chapter.sections
    }


def test_every_office_has_a_chapter_of_its_own():
    assert [role for role in Role if not chapters_of(role)] == []


def test_help_leads_to_the_reader_s_own_chapter_where_two_tell_of_the_page():
    assert help_for("reports:report", Role.SECRETARY) == "/help/branch/#report"
    assert help_for("reports:report", Role.ORG_REVIEWER) == "/help/reviewer/#reports"
    assert help_for("members:one_training", Role.CLERK) == "/help/ledgers/#movement"
    assert help_for("members:dues_bases", Role.CLERK) == "/help/ledgers/#dues"
    assert help_for("members:member", Role.CLERK) == "/help/ledgers/#roster"
    assert help_for("home", Role.CLERK) == "/help/"


@pytest.mark.parametrize(
    ("person", "title"),
    [
        ("secretary", "党支部书记、党务干部、支部委员"),
        ("reviewer", "直属党组织（党总支）审核人"),
        ("nobody", "登录与账号"),
    ],
)
def test_help_opens_one_s_own_chapter(person, title, people, sign_in):
    page = sign_in(getattr(people, person)).get(reverse("help")).content.decode()

    assert f"<h2>{title}</h2>" in page
    assert page.count('class="manual__chapter"') == 1


def test_the_whole_manual_is_one_page_and_an_unknown_chapter_none(people, sign_in):
    client = sign_in(people.secretary)

    whole = client.get(reverse("help_chapter", args=["all"])).content.decode()

    assert whole.count('class="manual__chapter"') == len(CHAPTERS)
    assert client.get(reverse("help_chapter", args=["nowhere"])).status_code == 404
