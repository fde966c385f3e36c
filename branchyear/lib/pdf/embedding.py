"""The fonts of a printed ledger, cut down to the characters it uses, once for all its pages."""

import io

from branchyear.lib.pdf import book
from branchyear.lib.typeset import faces

BATCH = 100  # entries of a ToUnicode section, the format's own limit


def embed(target: book.Book, used: dict[str, set]) -> dict[str, int]:
    """Write the faces with their used characters; give the numbers of the font objects by letter."""
    return {letter: _font(target, letter, sorted(used[letter])) for letter in sorted(used)}


def by_face(hands: dict[str, set]) -> dict[str, set]:
    """Which face draws which of the characters that were set with the hands."""
    found = {}
    for name, characters in hands.items():
        hand = faces.hand(name)
        for character in characters:
            found.setdefault(hand[character][0], set()).add(character)
    return found


def _font(target, letter, characters):
    face = faces.face(letter)
    glyphs = {}  # CID → character and width; of two characters with one glyph the first is copied
    for character in characters:
        code, width = face.glyph(character)
        glyphs.setdefault(code, (character, width))
    glyphs = dict(sorted(glyphs.items()))
    name = _name(letter, characters)
    font = _cut(face, characters)
    entries = [b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"]
    if "CFF " in font:
        kind, key = b"/CIDFontType0", b"/FontFile3"
        program = target.stream(font.getTableData("CFF "), b"/Subtype/CIDFontType0C")
    else:
        kind, key = b"/CIDFontType2", b"/FontFile2"
        content = io.BytesIO()
        font.save(content, reorderTables=True)
        program = target.stream(content.getvalue(), b"/Length1 %d" % content.tell())
        entries.append(b"/CIDToGIDMap %d 0 R" % target.stream(_places(face, font, characters)))
    box = [round(value * face.scale) for value in font_box(font)]
    descriptor = target.put(
        b"<</Type/FontDescriptor/FontName/%b/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d"
        b"/Descent %d/CapHeight 733/StemV %d%b %d 0 R>>"
        % (name, *box, 880, -120, 160 if letter == "B" else 80, key, program)
    )
    widths = b" ".join(b"%d[%.6g]" % (code, width) for code, (_, width) in glyphs.items())
    descendant = target.put(
        b"<</Type/Font/Subtype%b/BaseFont/%b%b/FontDescriptor %d 0 R/DW 1000/W[%b]>>"
        % (kind, name, b"".join(entries), descriptor, widths)
    )
    unicode = target.stream(_to_unicode(glyphs))
    return target.put(
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
        b"/ToUnicode %d 0 R>>" % (name, descendant, unicode)
    )


def font_box(font):
    head = font["head"]
    return head.xMin, head.yMin, head.xMax, head.yMax


def _name(letter, characters):
    """The tag before the name tells subsets apart; it follows from the characters."""
    number = sum(ord(character) * at for at, character in enumerate(characters, 1))
    tag = "".join(chr(65 + number // 26**place % 26) for place in range(6))
    return f"{tag}+{faces.FILES[letter].partition('.')[0]}".encode()


def _cut(face, characters):
    """The font with the glyphs of the characters and nothing that a PDF says itself."""
    from fontTools import subset  # noqa: PLC0415 -- slow import

    options = subset.Options()
    options.drop_tables += [
        "GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "gasp", "cmap", "OS/2", "name",
    ]  # fmt: skip
    options.notdef_outline = True
    options.hinting = True  # ours have none: nothing to look for
    options.recalc_timestamp = False
    font = subset.load_font(face.path, options)
    cutter = subset.Subsetter(options)
    cutter.populate(glyphs=[face.points[ord(character)] for character in characters])
    cutter.subset(font)
    if "post" in font:
        del font["post"]
    return font


def _places(face, font, characters):
    """CIDToGIDMap: where the glyphs, named by their numbers in the whole font, are in the cut one."""
    order = {name: place for place, name in enumerate(font.getGlyphOrder())}
    codes = {
        face.glyph(character)[0]: order[face.points[ord(character)]] for character in characters
    }
    table = bytearray(2 * (max(codes) + 1))
    for code, place in codes.items():
        table[2 * code : 2 * code + 2] = place.to_bytes(2, "big")
    return bytes(table)


def _to_unicode(glyphs):
    parts = [
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <ffff> endcodespacerange\n"
    ]
    lines = [
        b"<%04x> <%b>\n" % (code, character.encode("utf-16-be").hex().encode())
        for code, (character, _) in glyphs.items()
    ]
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        parts.append(b"%d beginbfchar\n%bendbfchar\n" % (len(batch), b"".join(batch)))
    parts.append(b"endcmap CMapName currentdict /CMap defineresource pop end end\n")
    return b"".join(parts)
