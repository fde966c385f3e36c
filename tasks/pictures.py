"""Fingerprints of pictures: near-same pictures have near-same numbers. Pure arithmetic, no rows.

Two well-known hashes, with Pillow alone. pHash (64 bits: the signs of the 63 lowest frequencies of the
cosine transform about their median) survives scaling, recompression and light; it finds the candidates. dHash
(256 bits: is each of 16 × 16 points brighter than its right-hand neighbour?) sees the layout, and tells two
pages of the same form apart. Source: N. Krawetz, "Looks Like It" and "Kind of Like That" (2011, 2013).

Besides the whole picture its middle is hashed too, in five sizes, so that trimmed edges hide nothing.
"""

import math
from dataclasses import dataclass
from statistics import median

from PIL import Image, ImageOps, ImageStat

BITS = 64
BANDS = 8  # of eight bits each: two hashes at most NEAR_P bits apart share at least one
NEAR_P = 7
NEAR_D = 42  # of 256, measured: docs/twins.md
# What is left of width and height when the edges are trimmed, in steps small enough for what lies between.
CENTRES = (0.96, 0.92, 0.88, 0.84, 0.80)
FLAT = 4  # levels of grey: a blank sheet is like every blank sheet

_SIZE, _LOW, _GRID = 32, 8, 16
_COS = [
    [math.cos(math.pi * (2 * x + 1) * u / (2 * _SIZE)) for x in range(_SIZE)] for u in range(_LOW)
]


@dataclass(frozen=True)
class Hashes:
    """The two hashes of one picture, or of a middle of it."""

    p: int
    d: int


@dataclass(frozen=True)
class Fingerprint:
    """Of the whole, then of its middles in the order of ``CENTRES``."""

    hashes: tuple

    @property
    def whole(self):
        return self.hashes[0]


def fingerprint_of(file):
    """The fingerprint of an open picture file; None for a flat one, of which nothing can be said."""
    with Image.open(file, formats=("JPEG", "PNG")) as image:
        image.draft("L", (512, 512))  # a JPEG is read at the scale that is needed
        image = ImageOps.exif_transpose(image)  # noqa: PLW2901 as the person sees it
        if image.mode in ("RGBA", "LA", "P"):
            image = _on_white(image)
        grey = image.convert("L")
        grey.thumbnail((512, 512), Image.Resampling.BOX, reducing_gap=None)
    if ImageStat.Stat(grey).stddev[0] < FLAT:
        return None
    return Fingerprint(tuple(hashes_of(_middle(grey, share)) for share in (1, *CENTRES)))


def _middle(grey, share):
    width, height = grey.size
    dx, dy = width * (1 - share) / 2, height * (1 - share) / 2
    return grey.crop((round(dx), round(dy), round(width - dx), round(height - dy)))


def _on_white(image):
    image = image.convert("RGBA")
    sheet = Image.new("RGBA", image.size, "white")
    sheet.alpha_composite(image)
    return sheet


def hashes_of(grey):
    """pHash and dHash of a grey picture."""
    return Hashes(_phash(grey), _dhash(grey))


def _phash(grey):
    pixels = grey.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS).tobytes()
    lines = [pixels[y * _SIZE : (y + 1) * _SIZE] for y in range(_SIZE)]
    across = [
        [sum(v * c for v, c in zip(line, cos, strict=True)) for cos in _COS] for line in lines
    ]
    low = [sum(across[y][u] * cos[y] for y in range(_SIZE)) for cos in _COS for u in range(_LOW)]
    middle = median(low[1:])
    return _number(value > middle for value in low)


def _dhash(grey):
    width = _GRID + 1
    pixels = grey.resize((width, _GRID), Image.Resampling.LANCZOS).tobytes()
    return _number(
        pixels[y * width + x] > pixels[y * width + x + 1]
        for y in range(_GRID)
        for x in range(_GRID)
    )


def _number(bits):
    number = 0
    for bit in bits:
        number = number << 1 | bool(bit)
    return number


def bands_of(hashes):
    """``[(band, value)]`` of the pHash: what near-same pictures share one of."""
    return [(band, hashes.p >> 8 * band & 255) for band in range(BANDS)]


def distance(one, other):
    """Bits apart in the layout when two pictures are near the same, else None."""
    if (one.p ^ other.p).bit_count() > NEAR_P:
        return None
    apart = (one.d ^ other.d).bit_count()
    return apart if apart <= NEAR_D else None


def apart(one, other):
    """The least ``distance`` of two fingerprints, whole to whole or one a trimmed copy of the other."""
    pairs = [(one.whole, hashes) for hashes in other.hashes]
    pairs += [(hashes, other.whole) for hashes in one.hashes[1:]]
    found = (distance(*pair) for pair in pairs)
    return min((bits for bits in found if bits is not None), default=None)
