"""Where in a sheet the table is, and what its columns mean."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads.cells import text

Row = list


@dataclass(frozen=True)
class Table:
    """Where the header is and what stands in it.

    `header_row` counts from 1 as in Excel; `mapping` leads from our keys to column indexes;
    `missing` are keys whose column was not found; `unknown` are headings nobody asked for.
    """

    header_row: int
    mapping: dict[str, int]
    missing: list[str]
    unknown: list[str]

    def __iter__(self):
        return iter((self.header_row, self.mapping, self.missing, self.unknown))

    def records(self, rows: Sequence[Row]):
        """(row number in Excel, {key: raw value}) for every row below that is not blank."""
        for number, row in enumerate(rows[self.header_row :], self.header_row + 1):
            if all(cell is None or cell == "" for cell in row):
                continue
            yield (
                number,
                {key: row[at] if at < len(row) else None for key, at in self.mapping.items()},
            )


def find_table(
    rows: Sequence[Row], wanted: Mapping[str, Iterable[str]], *, search: int = 20
) -> Table:
    """Find the header among title lines and blanks, whatever the order of the columns.

    `wanted` gives for each key the headings that may stand for it. Full-width characters, spaces,
    line breaks, stars and remarks in brackets make no difference. The row in which most of them
    are found is the header; if its cells lie under a row of group headings, these are looked at
    too. `BadFile` when no row has any.
    """
    names = {folded(heading): key for key, headings in wanted.items() for heading in [*headings]}
    best: Table | None = None
    for at, row in enumerate(rows[:search]):
        above = rows[at - 1] if at else []
        mapping, unknown = {}, []
        own = 0
        for column, cell in enumerate(row):
            heading = cell
            if cell is None or cell == "":
                # A heading merged over two rows leaves the lower cell blank.
                heading = above[column] if column < len(above) else None
            if heading is None or heading == "":
                continue
            key = names.get(folded(heading)) or names.get(folded(heading, remarks=False))
            if key is None:
                if cell is not None and cell != "":
                    unknown.append(text(cell))
            elif key not in mapping:
                mapping[key] = column
                own += heading is cell
        for column in range(len(row), len(above)):
            key = names.get(folded(above[column])) if above[column] is not None else None
            if key and key not in mapping:
                mapping[key] = column
        if own and (best is None or len(mapping) > len(best.mapping)):
            missing = [key for key in wanted if key not in mapping]
            best = Table(at + 1, mapping, missing, unknown)
    if best is None:
        expected = "、".join(next(iter(headings)) for headings in list(wanted.values())[:5])
        raise BadFile(f"表中没有找到标题行(应有“{expected}”等列)。请使用本系统下载的模板填写。")
    return best


def folded(heading: Any, *, remarks: bool = True) -> str:
    """A heading reduced to what tells it from others: 「 *姓 名(必填)」 -> 「姓名」."""
    plain = unicodedata.normalize("NFKC", str(heading)).casefold()
    if not remarks:
        plain = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", plain)
    return re.sub(r"[\s*:_\u200b-\u200f\ufeff·]+", "", plain)
