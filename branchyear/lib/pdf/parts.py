"""A ledger in parts: each written by a job of its own to a plain file, joined in their order.

    write_part(path, layout, rows, label="市北区局机关党委")    # any process, any host, any order
    join(target, layout, [path, path, …], code=…, watermark=…)  # gives the number of pages

The joined ledger is to the last byte the one that `render_ledger` makes of all the rows in one call, but for a
bookmark (and a body of the table) for every part that has a label. A part holds its rows as they are drawn,
free of their place on a page; what belongs to the paper and not to the rows (title line, who made it,
watermark, code, page numbers) is set when the parts are joined. So parts can be kept and joined again for
somebody else, and a join costs a third of the work. The columns of the layout must be the same.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from branchyear.lib.layout import Layout, Totals, total_of
from branchyear.lib.pdf.geometry import Geometry
from branchyear.lib.pdf.ledgers import batches, stop_if, texts_of, written
from branchyear.lib.pdf.pages import Pages
from branchyear.lib.typeset import frames
from branchyear.lib.typeset.cells import Measures, Setter

LEVEL = 3  # of packing: read once or twice, then thrown away
END = struct.Struct(">Q8s")  # where the last frame begins
MARK = b"LEDGER1\n"


@dataclass(frozen=True)
class Part:
    """What a part's file says of itself. ``pages`` is how many it would fill alone."""

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
    """Write the rows, set, to the path ``target``: one part of a ledger. Options as of `render_ledger`."""
    if total is None:
        total = total_of(rows)
    geometry, totals = Geometry(layout), Totals(layout)
    setter = Setter(geometry.measures)
    done, height = 0, 0.0
    with written(target) as file:
        frames.write(file, geometry.measures.as_plain())
        for batch in batches(texts_of(layout, rows, totals)):
            stop_if(cancelled)
            block = setter.block(batch)
            head, body = frames.of_block(block)
            frames.write(file, head, zlib.compress(body, LEVEL))
            done += block.rows
            height += sum(block.heights)
            if progress:
                progress(done, total)
        part = Part(label, done, max(1, -int(-height // geometry.room(is_first=False))))
        end = file.tell()
        frames.write(file, {"part": asdict(part), "totals": totals.as_plain()})
        file.write(END.pack(end, MARK))
    return part


def look_into(path: Path) -> Part:
    """Label, rows and pages of a part written before; ``ValueError`` if it is none, or cut off."""
    return Part(**_ending(path)["part"])


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
    parts = [(path, _ending(path)) for path in parts]
    total = sum(ending["part"]["rows"] for _, ending in parts)
    totals, done = Totals(layout), 0
    with written(target) as file:
        pages = Pages(file, layout, watermark=watermark, code=code)
        for path, ending in parts:
            pages.begin_part(ending["part"]["label"])
            totals.add_plain(ending["totals"])
            for block in _blocks(path, pages.geometry):
                stop_if(cancelled)
                pages.add(block)
                done += block.rows
                if progress:
                    progress(done, total)
        stop_if(cancelled)
        return pages.finish(totals)


def _ending(path) -> dict:
    try:
        with Path(path).open("rb") as file:
            file.seek(-END.size, 2)
            end, mark = END.unpack(file.read())
            if mark != MARK:
                raise frames.CutOff
            file.seek(end)
            return frames.read(file)[0]
    except (OSError, EOFError, ValueError, struct.error) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise ValueError(f"{path} is no whole part of a ledger") from error


def _blocks(path, geometry) -> Iterator:
    with Path(path).open("rb") as file:
        measures, _ = frames.read(file)
        if Measures.from_plain(measures) != geometry.measures:
            raise ValueError(f"{path} was set for other columns")
        while True:
            head, body = frames.read(file)
            if "part" in head:
                return
            yield frames.to_block(head, zlib.decompress(body))
