"""The licences of everything that is delivered, in one file: ``docs/licences.md``.

    python -m scripts.licences          # write it anew (after a change of a lock or of static/vendor)

A test holds the file against the lock, ``static/vendor`` and ``static/fonts``.
"""

import json
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", re.M)
HEAD = """# Licences

Made by `python -m scripts.licences`; versions stand in the locks. The portal is delivered as source with these
libraries beside it; none is changed. LGPL parts are imported as they come and can be replaced by their user.
"""


def packages():
    """The names of the locked packages that the portal runs with."""
    return LOCKED.findall((ROOT / "requirements.txt").read_text())


def licence_of(name):
    """As its authors say: SPDX expression, else the licence field when short, else its classifiers."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if told.get("License-Expression"):
        return told["License-Expression"]
    classified = [
        line.split(" :: ")[-1]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    field = (told.get("License") or "").strip()
    if field and len(field) < 60 and "\n" not in field and field != "UNKNOWN":
        return field
    return ", ".join(classified)


def vendored():
    """Browser libraries, as static/vendor/VENDOR.json has them."""
    return json.loads((ROOT / "static" / "vendor" / "VENDOR.json").read_text())


def fonts():
    """The fonts papers and pictures are set with; their licences lie beside them."""
    folder = ROOT / "static" / "fonts"
    return {
        path.name: "OFL-1.1" for path in sorted(folder.iterdir()) if path.suffix in {".otf", ".ttf"}
    }


def page():
    lines = [HEAD, "## Python packages", "", "| package | licence |", "|---|---|"]
    lines += [f"| {name} | {licence_of(name) or '?'} |" for name in packages()]
    lines += [
        "",
        "## In the browser (static/vendor)",
        "",
        "| library | licence | its text |",
        "|---|---|---|",
    ]
    lines += [
        f"| {each['name']} | {each['licence']} | static/vendor/{folder}/LICENSE |"
        for folder, each in vendored().items()
    ]
    lines += ["", "## Fonts (static/fonts)", "", "| font | licence | its text |", "|---|---|---|"]
    lines += [
        f"| {name} | {licence} | static/fonts/{_text_of(name)} |"
        for name, licence in fonts().items()
    ]
    return "\n".join(lines) + "\n"


def _text_of(font):
    family = font.split("-")[0]
    texts = (ROOT / "static" / "fonts").glob("OFL-*.txt")
    return next(path.name for path in sorted(texts) if family in path.name)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
