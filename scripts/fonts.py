#!/usr/bin/env python3
"""Rebuild the fonts in static/fonts/ from Debian packages (a developer's tool, needs apt-get).

    python scripts/fonts.py

Nothing at run time or in the tests needs this: its results are in the repository. It fetches
four packages by name, cuts the faces down to the characters below and renames the families,
because the OFL reserves the names of the originals ("Source", "LXGW") for unchanged copies.

    family    style         from                                 stands for
    GovSong   regular+bold  Noto Serif CJK SC (fonts-noto-cjk)   宋体; bold for 小标宋
    GovHei    regular+bold  Noto Sans CJK SC (fonts-noto-cjk)    黑体
    GovKai    regular       LXGW WenKai (fonts-lxgw-wenkai)      楷体, 仿宋, and rare characters

Characters: GB 2312, the 8,105 of 通用规范汉字表 (Unicode's own list: property kTGH in the
Unihan files of the Debian package unicode-data), and signs. GovKai, which every font list ends
with, has all of GBK besides, so that older and traditional forms in names are not boxes.
"""

import bz2
import subprocess
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "static" / ".sources"
TARGET = ROOT / "static" / "fonts"
PACKAGES = ("fonts-noto-cjk", "fonts-lxgw-wenkai", "unicode-data")
NOTO = "usr/share/fonts/opentype/noto/"
FACES = [
    # target file, family, style, source file, face in the collection, wide character set
    ("GovSong-Regular.otf", "GovSong", "Regular", NOTO + "NotoSerifCJK-Regular.ttc", "SC", False),
    ("GovSong-Bold.otf", "GovSong", "Bold", NOTO + "NotoSerifCJK-Bold.ttc", "SC", False),
    ("GovHei-Regular.otf", "GovHei", "Regular", NOTO + "NotoSansCJK-Regular.ttc", "SC", False),
    ("GovHei-Bold.otf", "GovHei", "Bold", NOTO + "NotoSansCJK-Bold.ttc", "SC", False),
    (
        "GovKai-Regular.ttf",
        "GovKai",
        "Regular",
        "usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
        None,
        True,
    ),
]
# Latin, Greek, Cyrillic, punctuation, currency, letter-like, numerals, arrows, mathematics,
# enclosed numbers, box drawing and shapes, ticks, CJK signs, enclosed CJK, units, full width.
SIGNS = [
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x01CD, 0x01DC), (0x02C6, 0x02DC), (0x0391, 0x03C9),
    (0x0401, 0x0451), (0x2010, 0x2027), (0x2030, 0x205E), (0x20A0, 0x20BF), (0x2100, 0x214F),
    (0x2150, 0x218B), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF),
    (0x2600, 0x2640), (0x2713, 0x2718), (0x3000, 0x303F), (0x3105, 0x312F), (0x3200, 0x33FF),
    (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
]  # fmt: skip
RARE_NAMES = "珺玥祎堃喆昇䶮㛃𬭎"


def fetch():
    SOURCES.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        if not list(SOURCES.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "download", name], cwd=SOURCES, check=True)
        (package,) = SOURCES.glob(f"{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", str(package), str(SOURCES)], check=True)


def encoded(encoding):
    """Every character that a two-byte encoding of Python can write."""
    found = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                found.update(map(ord, bytes((first, second)).decode(encoding)))
            except UnicodeDecodeError:
                continue
    return found


def general_standard():
    """The 8,105 characters of 通用规范汉字表 (2013)."""
    path = SOURCES / "usr/share/unicode/Unihan_OtherMappings.txt.bz2"
    lines = bz2.decompress(path.read_bytes()).decode().splitlines()
    found = {int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line}
    if len(found) != 8105:
        sys.exit(f"expected 8105 characters, Unihan names {len(found)}")
    return found


def rename(font, family, style):
    """New names for the family; the copyright and licence entries stay."""
    table = font["name"]
    table.names = [name for name in table.names if name.nameID in {0, 13, 14}]
    post = f"{family}-{style}"
    for number, text in {1: family, 2: style, 3: f"{post};branchyear", 4: f"{family} {style}",
                         5: "Version 1.0", 6: post}.items():  # fmt: skip
        table.setName(text, number, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames[0] = post
        top = cff.topDictIndex[0]
        top.FamilyName, top.FullName = family, f"{family} {style}"


def face_of(path, region):
    if region is None:
        return TTFont(path)
    for number in range(10):
        font = TTFont(path, fontNumber=number)
        if font["name"].getDebugName(1).endswith(f"CJK {region}"):
            return font
    raise LookupError(region)


def build(characters, wide):
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "vert", "vrt2"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    for target, family, style, source, region, is_wide in FACES:
        font = face_of(SOURCES / source, region)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wide if is_wide else characters)
        cutter.subset(font)
        rename(font, family, style)
        font["OS/2"].usWeightClass = 700 if style == "Bold" else 400
        font.save(TARGET / target)
        print(f"{target}: {len(font.getBestCmap())} characters, "
              f"{(TARGET / target).stat().st_size / 1e6:.2f} MB")  # fmt: skip


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    fetch()
    signs = {point for first, last in SIGNS for point in range(first, last + 1)}
    characters = encoded("gb2312") | general_standard() | signs | set(map(ord, RARE_NAMES))
    build(characters, characters | encoded("gbk"))


if __name__ == "__main__":
    main()
