"""Word files that can be edited further, in the habits of GB/T 9704-2012: the paper of ``print_document.css``
once more. The only module that imports python-docx.

The official faces are named (方正小标宋简体, 黑体, 仿宋_GB2312), not bundled: Word and WPS in offices have them, and
show another Song or Fangsong where they are missing.
"""

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from branchyear.lib.layout import legible

TITLE, HEADING, BODY = "方正小标宋简体", "黑体", "仿宋_GB2312"
LINE = Pt(28.95)  # 225 mm in 22 lines
CELL_LINE = Pt(18)
PRODUCER = "党支部基本建设年管理平台"


class WordPaper:
    """One paper, written from top to bottom, then saved."""

    def __init__(self, title, *, author, draft=""):
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        core = self.document.core_properties
        core.title, core.author, core.comments = legible(title), legible(author), PRODUCER
        if draft:
            head = section.header.paragraphs[0]
            head.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._run(head, draft, HEADING, 16)
        heading = self.document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        heading.paragraph_format.space_after = LINE
        self._run(heading, title, TITLE, 22)

    def heading(self, text):
        self._line(text, HEADING).paragraph_format.keep_with_next = True

    def text(self, text):
        """Each line of ``text`` as a paragraph, indented by two characters."""
        for line in text.splitlines():
            if line.strip():
                self._line(line.strip(), BODY)

    def flush(self, text):
        """A line from the margin: who it is addressed to, who signs."""
        self._line(text, BODY, indent=False)

    def right(self, text):
        line = self._line(text, BODY, indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(64)  # four characters: room for the seal

    def gap(self, lines=1):
        for _ in range(lines):
            self._line("", BODY)

    def table(self, heads, rows):
        """A table with a frame, the header repeated on every page."""
        table = self.document.add_table(rows=1, cols=len(heads), style="Table Grid")
        for cell, text in zip(table.rows[0].cells, heads, strict=True):
            self._cell(cell, text, HEADING)
        mark = table.rows[0]._tr.get_or_add_trPr()
        mark.append(mark.makeelement(qn("w:tblHeader"), {qn("w:val"): "true"}))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                self._cell(cell, text, "宋体")

    def save(self, target):
        self.document.save(target)

    def _line(self, text, face, *, indent=True):
        paragraph = self.document.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
        if indent:
            form.first_line_indent = Pt(32)
        self._run(paragraph, text, face, 16)
        return paragraph

    def _cell(self, cell, text, face):
        # An own line height: as high as the face says, a row of some Song faces is cut at the top.
        form = cell.paragraphs[0].paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, CELL_LINE
        self._run(cell.paragraphs[0], str(text), face, 10.5)

    def _run(self, paragraph, text, face, size):
        run = paragraph.add_run(legible(text))
        run.font.size, run.font.name = Pt(size), "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
