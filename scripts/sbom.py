"""A bill of materials (SBOM, CycloneDX 1.6 as JSON) of everything that is delivered, made without a network.

    python -m scripts.sbom > sbom.json

Packages and their SHA-256 come from the lock, licences from the installed packages, browser libraries and fonts
from what is vendored in ``static/``.
"""

import re
import sys
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from scripts.licences import fonts, licence_of, vendored

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(lock=ROOT / "requirements.txt"):
    """``{name: (version, [sha256])}`` of the lock."""
    text = lock.read_text()
    pins = list(PIN.finditer(text))
    ends = [pin.start() for pin in pins[1:]] + [len(text)]
    return {
        pin[1]: (pin[2], HASH.findall(text[pin.end() : end]))
        for pin, end in zip(pins, ends, strict=True)
    }


def component(name, version, licence, *, hashes=(), purl=None):
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        purl=PackageURL(purl, name=name, version=version) if purl else None,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in hashes],
        licenses=licences,
    )


def bom():
    found = Bom()
    found.metadata.component = Component(
        type=ComponentType.APPLICATION, name="branchyear", version=_own_version(), bom_ref="self"
    )
    parts = [
        component(name, version, licence_of(name), hashes=hashes[:1], purl="pypi")
        for name, (version, hashes) in locked().items()
    ]
    parts += [
        component(each["name"], each["version"], each["licence"], purl="npm")
        for each in vendored().values()
    ]
    parts += [component(name, "1", licence) for name, licence in fonts().items()]
    for part in parts:
        found.components.add(part)
    found.register_dependency(found.metadata.component, parts)
    return found


def _own_version():
    try:
        return metadata.version("branchyear")
    except metadata.PackageNotFoundError:
        text = (ROOT / "pyproject.toml").read_text()
        return re.search(r'^version = "([^"]+)"', text, re.M)[1]


def main():
    writer = make_outputter(bom(), OutputFormat.JSON, SchemaVersion.V1_6)
    sys.stdout.write(writer.output_as_string(indent=1) + "\n")


if __name__ == "__main__":
    main()
