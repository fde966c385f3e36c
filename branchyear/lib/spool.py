"""Rows put aside in a file, packed, to be read again in order by another worker: text, numbers, days, moments.

A line of the file is one row as JSON; memory does not grow with the number of rows.
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

_MARKS = {
    "n": Decimal,
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
}


def put_aside(path: Path, rows: Iterable[list]) -> int:
    """Write rows of plain values (``layout.values``) to ``path``; says how many."""
    count = 0
    with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
        for row in rows:
            # Not json.dump: that one goes through every value in Python.
            file.write(json.dumps(row, default=_marked, separators=(",", ":")) + "\n")
            count += 1
        file.write("null\n")  # a file cut off must not pass for a shorter one
    return count


def take_up(path: Path) -> Iterator[list]:
    """The rows again; ``ValueError`` where the file is cut off."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line, object_hook=_unmarked)
            if row is None:
                return
            yield row
    raise ValueError(f"{path} ends too early")


def _marked(value):
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, datetime):
        return {"m": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    raise TypeError(f"{type(value)} is no plain value")


def _unmarked(value):
    ((mark, text),) = value.items()
    return _MARKS[mark](text)
