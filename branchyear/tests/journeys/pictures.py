"""The pictures of the user manual, taken by the journeys as they pass by.

``picture(page, "name")`` compares what the page shows with ``static/help/name.webp``; under ``make pictures``
(``PICTURES=write``, or the names of some: ``PICTURES=home,desk``) it writes the file anew. The journeys that take pictures live on ``DAY``, so that no
picture changes with the calendar.

A picture is still true when two things hold:

- Nearly everything stands where it stood. Both pictures are shrunk to squares of 8 × 8 points; a square is
  *apart* when it is lighter or darker than everything within one square of the same place in the other by
  more than ``LEVELS`` of 255 in any colour. A letter that another version of a font draws half a line lower is not; a button
  gone, a row more, a panel moved is. Another day or name of the same length in the same place is not seen.
- Buttons, tabs and headings bear the same words, numbers aside: ``pictures.json`` holds those of each picture.
"""

import io
import json
import os
import re
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).resolve().parents[3] / "static" / "help"
WORDS = Path(__file__).with_suffix(".json")
# A Wednesday morning of the second phase, three days before the 25th, while no job of the hour falls due.
DAY = datetime(2022, 6, 22, 1, 40, tzinfo=UTC)
WIDTH, HEIGHT = 1200, 740  # the menu on one line, and hardly wider than the manual's column
SQUARE = 8
LEVELS = 26
# Of all squares. Measured on four pages: with another sans-serif font at most 0.09 % are apart, with letters rounded
# in another way 0.13 %; with a serif font at least 0.57 %, with everything 12 points lower 1.1 %, with a bar of another
# colour 6.5 %. Without one button 0.1 to 0.4 %, so that is for the words to tell.
SHARE = 0.0025
TALLER = 0.03  # a page may be this much longer or shorter
COLOURS = 96


STALE = (
    "the page no longer looks as the manual's picture “{name}” shows it ({why}): run make pictures, read what "
    "the manual says of it, and commit both"
)
# What is written on what can be pressed, and over what is shown, within the window.
SIGNS = """() => [...document.querySelectorAll('button, .button, summary, h1, h2, th, .menu__item, .tabs a')]
    .filter(one => { const at = one.getBoundingClientRect();
        return at.width > 1 && at.height > 1 && at.top >= 0 && at.bottom <= innerHeight; })
    .map(one => one.innerText)"""


def picture(page, name, *, size=(WIDTH, HEIGHT)):
    """Compare, or write, the picture ``name`` of the window, for the moment in this size."""
    before = page.viewport_size
    if size:
        page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.evaluate("document.fonts.ready.then(() => 0)")
    shot = page.screenshot(animations="disabled", caret="hide", scale="css")
    words = _words(page)
    if size:
        page.set_viewport_size(before)
    seen = Image.open(io.BytesIO(shot)).convert("RGB")
    asked = os.environ.get("PICTURES", "").split(",")
    if "write" in asked or name in asked:
        _write(seen, FOLDER / f"{name}.webp")
        _note(name, words)
    else:
        _compare(name, seen, words)


def _words(page):
    found = {re.sub(r"[\d\s]+", " ", words).strip() for words in page.evaluate(SIGNS)}
    return sorted(found - {""})


@cache
def draws_as_kept():
    """Whether Chinese is drawn here in the font of the kept pictures (Debian's fonts-noto-cjk, which ``make test``
    installs where there is none). With another one only words can be compared: every line breaks elsewhere."""
    asked = ["fc-match", "-f", "%{family}", "sans-serif:lang=zh-cn"]
    return (
        "Noto Sans CJK" in subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    )  # noqa: S603


def _compare(name, seen, words):
    file = FOLDER / f"{name}.webp"
    assert file.exists(), f"there is no picture “{name}” yet: run make pictures"
    with Image.open(file) as kept:
        share = difference(kept.convert("RGB"), seen) if draws_as_kept() else 0
    if share > SHARE:
        _write(seen, FOLDER.parents[1] / "test-results" / file.name)  # to be looked at
        why = (
            f"{share:.2%} of it, allowed {SHARE:.2%}; what it is now is in test-results/{file.name}"
        )
        raise AssertionError(STALE.format(name=name, why=why))
    known = json.loads(WORDS.read_text(encoding="utf-8")).get(name, [])
    if words != known:
        gone, new = sorted(set(known) - set(words)), sorted(set(words) - set(known))
        raise AssertionError(STALE.format(name=name, why=f"gone: {gone}, new: {new}"))


def difference(kept, seen):
    """How much of the two pictures is not the same, from 0 to 1."""
    if kept.width != seen.width or abs(kept.height - seen.height) > kept.height * TALLER:
        return 1.0
    size = (kept.width // SQUARE, kept.height // SQUARE)
    small = [image.resize(size, Image.Resampling.BOX).split() for image in (kept, seen)]
    marks = Image.new("L", size)
    for one, other in zip(*small, strict=True):  # red, green, blue
        marks = ImageChops.lighter(marks, _beyond(one, other))
        marks = ImageChops.lighter(marks, _beyond(other, one))
    return marks.histogram()[255] / (size[0] * size[1])


def _beyond(one, other):
    """White where ``one`` is lighter or darker than all of ``other`` near by."""
    lighter = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(3)))
    darker = ImageChops.subtract(other.filter(ImageFilter.MinFilter(3)), one)
    return ImageChops.lighter(lighter, darker).point(lambda level: 255 if level > LEVELS else 0)


def _write(seen, file):
    """Small and exact: few colours, no loss besides."""
    file.parent.mkdir(exist_ok=True)
    few = seen.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
    few.save(file, "WEBP", lossless=True, method=6)


def _note(name, words):
    known = json.loads(WORDS.read_text(encoding="utf-8")) if WORDS.exists() else {}
    text = json.dumps({**known, name: words}, ensure_ascii=False, indent=1, sort_keys=True)
    WORDS.write_text(text + "\n", encoding="utf-8")
