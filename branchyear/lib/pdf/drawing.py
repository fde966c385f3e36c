"""Drawing commands that pages of a ledger have in common: lines of text, rules, grounds, a QR code."""

from branchyear.lib.typeset import faces, lines
from branchyear.lib.typeset.cells import shown

INK, RULE_INK = b"0 g", b"0.267 G"


def line(text, hand_name, size, x, y):
    """One line of text, its letters standing at the point."""
    hand = faces.hand(hand_name)
    first = hand.faces[0].letter.encode()
    return b"BT /%b %.4g Tf %.2f %.2f Td %b ET\n" % (first, size, x, y, shown(text, hand, size))


def width(text, hand_name, size):
    return lines.width(text, faces.hand(hand_name)) * size / 1000


def standing(leading, size):
    """From the top of a line down to where its letters stand."""
    return leading / 2 + (faces.ASCENT - faces.DESCENT) / 2 * size


def centred(texts, hand_name, size, leading, x, room, y):
    """Lines one below the other from ``y`` down, each in the middle of ``room``."""
    found = []
    for at, text in enumerate(texts):
        free = room - width(text, hand_name, size)
        found.append(
            line(text, hand_name, size, x + free / 2, y - at * leading - standing(leading, size))
        )
    return b"".join(found)


def rule(x1, y1, x2, y2):
    return b"%.2f %.2f m %.2f %.2f l\n" % (x1, y1, x2, y2)


def rules(found):
    """The lines (from ``rule``) as one artifact: they are not read aloud."""
    return b"/Artifact BMC 0.5 w %b %b S EMC\n" % (RULE_INK, b"".join(found))


def ground(grey, x, y, wide, high):
    """A grey ground from the upper left corner; ink is black again afterwards."""
    return b"/Artifact BMC %.3g g %.2f %.2f %.2f %.2f re f 0 g EMC\n" % (
        grey,
        x,
        y - high,
        wide,
        high,
    )


def qr(code, x, y, size):
    """A QR code with its quiet zone in the square whose lower left corner is given."""
    import segno  # noqa: PLC0415 -- only printed pages with a code need it

    matrix = [bytes(row) for row in segno.make(code, error="m", micro=False).matrix]
    step = size / (len(matrix) + 4)
    found = [b"1 g %.2f %.2f %.2f %.2f re f 0 g\n" % (x, y, size, size)]
    for down, row in enumerate(matrix):
        top = y + size - (down + 2) * step
        at = 0
        while at < len(row):
            end = at
            while end < len(row) and row[end]:
                end += 1
            if end > at:
                found.append(
                    b"%.3f %.3f %.3f %.3f re\n"
                    % (x + (at + 2) * step, top - step, (end - at) * step, step * 1.02)
                )
            at = end + 1
    return b"".join(found) + b"f\n"


def watermark(words, wide, high):
    """Pale words three times across the paper, rising; small enough to fit it."""
    size = min(30.0, 0.8 * wide / max(1.0, width(words, "head", 1)))
    half = width(words, "head", size) / 2
    found = [b"0.92 g\n"]
    for share in (1 / 6, 1 / 2, 5 / 6):
        found.append(
            b"q 0.93969 0.34202 -0.34202 0.93969 %.2f %.2f cm %bQ\n"
            % (wide / 2, high * share, line(words, "head", size, -half, -size / 3))
        )
    return b"".join(found)
