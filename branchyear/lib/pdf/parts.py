"""A ledger in parts: each written by a job of its own to a plain file, joined in their order.

    write_part(path, layout, rows, label="市北区局机关党委")    # any process, any host, any order
    join(target, layout, [path, path, …], code=…, watermark=…)  # gives the number of pages

The joined ledger is the one that `render_ledger` makes of all the rows in one call, with a bookmark for every
part that has a label. What belongs to the paper and not to the rows (title line, who made it, watermark,
code, page numbers) is set when the parts are joined: parts can be kept and joined again for somebody else.
The columns of the layout must be the same.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from branchyear.lib.layout import Cancelled, Layout, values
from branchyear.lib.pdf.ledgers import render_ledger

BLOCK = 200  # rows that are packed together
ABOUT_ROWS_PER_PAGE = 20


@dataclass(frozen=True)
class Part:
    """What a part's file says of itself. ``pages`` is how many it would fill alone, about."""

    label: str
    rows: int
    pages: int


def write_part(
    target: Path,
    layout: Layout,
    rows: Iterable,
    *,
    label: str = "",
    total: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Part:
    """Write the rows to the path ``target``: one part of a ledger. Options as of `render_ledger`."""
    done = 0
    with Path(target).open("wb") as file:

        def put(what):
            block = zlib.compress(json.dumps(what, default=_packed).encode())
            file.write(len(block).to_bytes(4, "big") + block)

        waiting = []
        for row in rows:
            waiting.append(values(layout, row))
            if len(waiting) == BLOCK:
                if cancelled and cancelled():
                    raise Cancelled
                put(waiting)
                done, waiting = done + len(waiting), []
                if progress:
                    progress(done, total)
        put(waiting)
        done += len(waiting)
        part = Part(label, done, -(-done // ABOUT_ROWS_PER_PAGE))
        put(asdict(part))
        file.write(b"END\n")
    if progress:
        progress(done, total)
    return part


def look_into(path: Path) -> Part:
    """Label, rows and pages of a part written before; ``ValueError`` if it is none, or cut off."""
    *_, last = _blocks(path)
    return Part(**last)


def join(
    target,
    layout: Layout,
    parts: Iterable[Path],
    *,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    watermark: str | None = None,
    code: str | None = None,
) -> int:
    """Write the parts, in this order, as one PDF to a path or binary file; say how many pages it has."""
    parts = list(parts)
    total = sum(look_into(path).rows for path in parts)
    keys = [column.key for column in layout.columns]
    rows = (
        dict(zip(keys, row, strict=True))
        for path in parts
        for block in _blocks(path)
        if isinstance(block, list)
        for row in block
    )
    return render_ledger(
        target,
        layout,
        rows,
        total=total,
        progress=progress,
        cancelled=cancelled,
        watermark=watermark,
        code=code,
    )


def _blocks(path) -> Iterator:
    with Path(path).open("rb") as file:
        while (size := file.read(4)) != b"END\n":
            block = file.read(int.from_bytes(size, "big"))
            if len(size) < 4 or len(block) < int.from_bytes(size, "big"):
                raise ValueError(f"{path} is no whole part of a ledger")
            yield json.loads(zlib.decompress(block), object_hook=_unpacked)


def _packed(value):
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    kind = "datetime" if isinstance(value, datetime) else "date"
    return {kind: value.isoformat()}


def _unpacked(value):
    if len(value) == 1:
        ((kind, text),) = value.items()
        return {
            "decimal": Decimal,
            "date": date.fromisoformat,
            "datetime": datetime.fromisoformat,
        }[kind](text)
    return value
