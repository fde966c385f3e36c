"""Fetch the browser libraries again from npm and write down what was fetched.

    python scripts/vendor.py            # the versions in VENDOR.json
    python scripts/vendor.py --newest   # the newest within each package's range

Uses the ``npm`` client with whatever registry it is set up for. Each file lands under
``static/vendor/<name>/`` with the package's licence; ``VENDOR.json`` keeps name, version,
licence and SHA-256, which a test compares with the files.
"""

import argparse
import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
RECORD = VENDOR / "VENDOR.json"

# folder: (npm package, range, files kept)
PACKAGES = {
    "htmx": ("htmx.org", "2", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    "echarts": (
        "echarts",
        "6",
        {
            "dist/echarts.common.min.js": "echarts.common.min.js",
            "LICENSE": "LICENSE",
            "NOTICE": "NOTICE",
        },
    ),
}


def fetch(package, version, into):
    """The unpacked package of that version, and its package.json."""
    listing = subprocess.run(
        ["npm", "pack", f"{package}@{version}", "--json", "--silent"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    answer = json.loads(listing)
    # npm 11 answers with a list, older and newer ones with an object keyed by package
    entry = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    with tarfile.open(Path(into) / entry["filename"]) as archive:
        archive.extractall(into, filter="data")
    root = Path(into) / "package"
    return root, json.loads((root / "package.json").read_text("utf-8"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--newest", action="store_true", help="take the newest in range")
    options = parser.parse_args()
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    record = {}
    for folder, (package, wanted, files) in PACKAGES.items():
        version = wanted if options.newest else known.get(folder, {}).get("version", wanted)
        with tempfile.TemporaryDirectory() as into:
            root, about = fetch(package, version, into)
            place = VENDOR / folder
            place.mkdir(parents=True, exist_ok=True)
            sums = {}
            for inside, name in files.items():
                content = (root / inside).read_bytes()
                (place / name).write_bytes(content)
                sums[name] = hashlib.sha256(content).hexdigest()
        record[folder] = {
            "name": package,
            "version": about["version"],
            "licence": about["license"],
            "sha256": sums,
        }
        print(f"{package} {about['version']}")
    RECORD.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
