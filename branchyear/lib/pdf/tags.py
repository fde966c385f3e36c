"""The reading order of a ledger: title, lines, the table with its rows and cells.

Written away page by page; kept are only the numbers of the rows.
"""

from branchyear.lib.pdf import book


class Tags:
    def __init__(self, target: book.Book):
        self._book = target
        self._root, self._document = target.reserve(), target.reserve()
        self._table, self._head = target.reserve(), target.reserve()
        self._before, self._after = [], []  # elements around the table
        self._head_rows = []
        self.body = target.reserve()
        self._bodies = {self.body: []}  # their rows
        self._pages = []  # which element each marked content of a page belongs to
        self._marks = []

    def new_body(self):
        """The rows to come are a part of their own."""
        if self._bodies[self.body]:
            self.body = self._book.reserve()
            self._bodies[self.body] = []

    def new_page(self):
        self._marks = []

    def end_page(self):
        self._pages.append(self._book.put(b"[%b]" % book.refs(self._marks)))

    def begin(self, kind, page, *, alt="", after=False):
        """The command that begins an element outside the table; it ends with EMC."""
        more = b"/Alt%b" % book.text(alt) if alt else b""
        element = self._book.put(
            b"<</S/%b/P %d 0 R/Pg %d 0 R/K %d%b>>"
            % (kind.encode(), self._document, page, len(self._marks), more)
        )
        (self._after if after else self._before).append(element)
        self._marks.append(element)
        return b"/%b <</MCID %d>> BDC\n" % (kind.encode(), len(self._marks) - 1)

    def row(self, page, cells, body=None):
        """A row of the table with so many cells; gives the numbers of their marked contents."""
        rows = self._bodies[body or self.body]
        return self._row(page, cells, rows, body or self.body, b"TD")

    def heading_row(self, page, cells):
        kind = b"TH/A<</O/Table/Scope/Column>>"
        return self._row(page, cells, self._head_rows, self._head, kind)

    def _row(self, page, cells, rows, parent, kind):
        target, first = self._book, len(self._marks)
        row = target.reserve()
        elements = [
            target.put(b"<</S/%b/P %d 0 R/Pg %d 0 R/K %d>>" % (kind, row, page, mark))
            for mark in range(first, first + cells)
        ]
        target.put(b"<</S/TR/P %d 0 R/K[%b]>>" % (parent, book.refs(elements)), row)
        rows.append(row)
        self._marks += elements
        return tuple(range(first, first + cells))

    def finish(self):
        """Write what is known only at the end; gives the number of the root."""
        put, refs = self._book.put, book.refs
        put(b"<</S/THead/P %d 0 R/K[%b]>>" % (self._table, refs(self._head_rows)), self._head)
        bodies = {number: rows for number, rows in self._bodies.items() if rows}
        for number, rows in bodies.items():
            put(b"<</S/TBody/P %d 0 R/K[%b]>>" % (self._table, refs(rows)), number)
        kids = refs([self._head, *bodies])
        put(b"<</S/Table/P %d 0 R/K[%b]>>" % (self._document, kids), self._table)
        kids = refs([*self._before, self._table, *self._after])
        put(b"<</S/Document/P %d 0 R/K[%b]>>" % (self._root, kids), self._document)
        numbers = b" ".join(b"%d %d 0 R" % pair for pair in enumerate(self._pages))
        return put(
            b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree<</Nums[%b]>>/ParentTreeNextKey %d>>"
            % (self._document, numbers, len(self._pages)),
            self._root,
        )
