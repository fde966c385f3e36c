"""A ledger of any length from its rows, in one call.

Its rows are set a few hundred at a time (in other processes where there are many) and stacked on pages that
are written away, so memory stays flat and the person sees how far it is.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from branchyear.lib.layout import Cancelled, Layout, Totals, display, total_of, values
from branchyear.lib.pdf.pages import Pages
from branchyear.lib.typeset.cells import Setter

BATCH = 100  # rows set together
MAX_CELL = 2000  # a cell longer than this is cut: a page of one cell is no ledger


def render_ledger(
    target,
    layout: Layout,
    rows: Iterable,
    *,
    total: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    watermark: str | None = None,
    code: str | None = None,
) -> int:
    """Write the ledger as a PDF to a path or binary file; say how many pages it has.

    `rows` may be a generator and is read once. `progress(done, total)` counts rows, `total`
    being None when it was not given and cannot be known; `cancelled()` is asked between batches
    and ends the work with `Cancelled`. `watermark` is set in pale grey across every page;
    `code` becomes a QR code beside the title.
    """
    if total is None:
        total = total_of(rows)
    totals = Totals(layout)
    with written(target) as file:
        pages = Pages(file, layout, watermark=watermark, code=code)
        setter = Setter(pages.geometry.measures)
        done = 0
        for batch in batches(texts_of(layout, rows, totals)):
            stop_if(cancelled)
            block = setter.block(batch)
            pages.add(block)
            done += block.rows
            if progress:
                progress(done, total)
        stop_if(cancelled)
        return pages.finish(totals)


def texts_of(layout: Layout, rows: Iterable, totals: Totals) -> Iterator[list[str]]:
    """What each row reads like, cell by cell; counted into the totals on the way."""
    columns = layout.columns
    for row in rows:
        row_values = values(layout, row)
        totals.add(row_values)
        yield [
            shortened(display(column, value))
            for column, value in zip(columns, row_values, strict=True)
        ]


def shortened(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + "…"


def batches(rows: Iterable) -> Iterator[list]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def stop_if(cancelled):
    if cancelled and cancelled():
        raise Cancelled


@contextlib.contextmanager
def written(target):
    """The file to write to. A path gets its file only when it is whole."""
    if hasattr(target, "write"):
        yield target
        return
    path = Path(target)
    draft = path.with_name(f"{path.name}.writing")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
