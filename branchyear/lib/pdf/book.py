"""A PDF file while it is written, object after object; nothing is kept but where each one lies.

Small objects are packed together (object streams) and so is the table of places, as PDF 1.5 has it: a ledger of
a thousand pages has three hundred thousand of them, one for each cell's place in the reading order.
"""

import hashlib
import zlib
from array import array

HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PACKED = 200  # small objects in one stream; a reader unpacks it whole to get one
LEVEL = 6


class Book:
    """Writes to ``file``, which need not seek. Numbers of objects may be reserved before they are written."""

    def __init__(self, file):
        self._file = file
        self._at = 0
        self._digest = hashlib.sha256()
        # By number: 0 free, 1 at a place in the file, 2 in a packed stream; place or stream; place in it.
        self._kinds, self._places, self._within = bytearray(1), array("Q", [0]), array("H", [65535])
        self._small = []
        self._write(HEAD)

    def reserve(self):
        self._kinds.append(0)
        self._places.append(0)
        self._within.append(0)
        return len(self._kinds) - 1

    def put(self, content: bytes, number=None):
        """Write a small object; give its number back."""
        number = number or self.reserve()
        self._small.append((number, content))
        if len(self._small) == PACKED:
            self._pack()
        return number

    def stream(self, content: bytes, entries: bytes = b"", number=None):
        """Write a stream, packed; ``entries`` are more of its dictionary."""
        number = number or self.reserve()
        packed = zlib.compress(content, LEVEL)
        self._place(number)
        self._write(
            b"%d 0 obj\n<</Filter/FlateDecode/Length %d%b>>stream\n"
            % (number, len(packed), entries)
        )
        self._write(packed)
        self._write(b"\nendstream\nendobj\n")
        return number

    def close(self, root, info):
        """Write what is left and the table of places. The file's id follows from its content."""
        if self._small:
            self._pack()
        number = self.reserve()
        start = self._at
        self._place(number)
        name = self._digest.hexdigest()[:32].encode()
        rows = b"".join(
            b"%c%b%b" % (kind, place.to_bytes(5, "big"), within.to_bytes(2, "big"))
            for kind, place, within in zip(self._kinds, self._places, self._within, strict=True)
        )
        packed = zlib.compress(_differences(rows, 8), LEVEL)
        self._write(
            b"%d 0 obj\n<</Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 8>>/Length %d>>stream\n"
            % (number, len(self._kinds), root, info, name, name, len(packed))
        )
        self._write(packed)
        self._write(b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)

    def _pack(self):
        number = self.reserve()
        places, contents, at = [], [], 0
        for within, (small, content) in enumerate(self._small):
            places.append(b"%d %d" % (small, at))
            contents.append(content)
            at += len(content) + 1
            self._kinds[small], self._places[small], self._within[small] = 2, number, within
        head = b" ".join(places) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d" % (len(places), len(head))
        self._small = []
        self.stream(head + b"\n".join(contents), entries, number)

    def _place(self, number):
        self._kinds[number], self._places[number] = 1, self._at

    def _write(self, content):
        self._digest.update(content)
        self._file.write(content)
        self._at += len(content)


def _differences(rows, size):
    """Each row as what differs from the one above, which packs far better (PNG's predictor "up")."""
    columns = [rows[at::size] for at in range(size)]
    count = len(rows) // size
    mixed = bytearray(b"\x02" * count * (size + 1))
    for at, column in enumerate(columns):
        above = b"\0" + column[:-1]
        mixed[at + 1 :: size + 1] = bytes((a - b) & 255 for a, b in zip(column, above, strict=True))
    return bytes(mixed)


def text(words: str) -> bytes:
    """A text string in any language."""
    return b"<FEFF%b>" % words.encode("utf-16-be").hex().encode()


def refs(numbers) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
