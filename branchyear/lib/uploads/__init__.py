"""Reading workbooks that people upload: safely, and with sentences they can act upon.

A workbook is a zip of XML and may be small on disk and endless in memory. So before any parser
sees it, every part is streamed once and measured: how much it really holds, no DOCTYPE, no zip
within the zip, UTF-8 only, how far out cells lie, how long shared texts are and how often they
are used. Within the bounds python-calamine reads it (about twenty times as fast as openpyxl, but
it lays a sheet out in full). A workbook that is odd yet may be honest, say one with a stray blank
in the last column of the last row, goes to openpyxl's streaming reader, which is slow and lean.

Old .xls and WPS .et files cannot be measured that way; a child process with a memory and a time
limit reads them.

`read_workbook` gives all rows at once; `stream_workbook` gives one after the other, in a few
megabytes whatever the length, for tables of a hundred thousand rows.
"""

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads.cells import BadCell, date, half_width, integer, is_blank, text
from branchyear.lib.uploads.kinds import kind_of
from branchyear.lib.uploads.limits import DAMAGED, EMPTY, ENCRYPTED, NOT_A_WORKBOOK, TOO_BIG, UNSAFE
from branchyear.lib.uploads.preflight import survey
from branchyear.lib.uploads.reading import read_workbook
from branchyear.lib.uploads.streaming import stream_workbook
from branchyear.lib.uploads.tables import Table, find_table, folded

__all__ = [
    "DAMAGED",
    "EMPTY",
    "ENCRYPTED",
    "NOT_A_WORKBOOK",
    "TOO_BIG",
    "UNSAFE",
    "BadCell",
    "BadFile",
    "Table",
    "date",
    "find_table",
    "folded",
    "half_width",
    "integer",
    "is_blank",
    "kind_of",
    "read_workbook",
    "stream_workbook",
    "survey",
    "text",
]
