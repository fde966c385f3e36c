"""The archive of a dossier: task / item / file, a cover for each item, the catalogue, SHA256SUMS.

The same version of the data gives the same bytes, whoever asks and whenever: code and moment are those
of the paper that was given out first for it.
"""

import io
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.core.files.storage import default_storage

from branchyear.lib import packing, pdf, xlsx
from branchyear.lib.dates import local_day
from branchyear.lib.names import safe_name
from reports.dossier import catalogue
from reports.models import PaperFile
from reports.services import papers
from reports.writing import Made

Role = PaperFile.Role
COVER = "00_条目情况.pdf"
SUMS = "SHA256SUMS"
MISSING = "文件不在服务器上，未装入"
DAMAGED = "文件与登记的校验值不一致，未装入"


def write(target, contents, *, kind, organization, layout, by, now, progress=None):
    """Write the dossier to the path ``target``; its paper is issued and its files are entered."""
    paper = papers.issue(
        kind,
        organization=organization,
        version=contents.version,
        title=layout.title,
        scope=layout.scope_label,
        by=by,
        now=now,
    )
    package = _Package(paper, contents, layout, progress)
    with tempfile.TemporaryDirectory(prefix="dossier-") as folder:
        return package.write(Path(target), Path(folder))


class _Package:
    def __init__(self, paper, contents, layout, progress):
        self.paper, self.contents = paper, contents
        self.progress = progress or (lambda done, total: None)
        issued_on = local_day(paper.issued_at)
        self.layout = replace(
            layout,
            period=_day(issued_on),
            made_by=paper.issued_by_name,
            made_at=paper.issued_at,
            code=paper.shown_code,
        )
        self.root = safe_name(f"{layout.unit}_{layout.title}", 60)
        self.covers = sum(sheet.has_cover for sheet in contents.sheets)
        self.total = 2 * contents.files + self.covers  # every file is looked at, then packed
        self.done = 0
        self.entered, self.sums = [], []

    def write(self, target, folder):
        faults = self._look_through()
        with packing.Archive(target, self.paper.issued_at) as archive:
            for sheet in self.contents.sheets:
                self._add_item(archive, sheet, faults, folder)
            self._add_catalogue(archive, faults, folder)
            said = "".join(f"{sha256}  {path}\n" for sha256, path in self.sums).encode()
            archive.add(self._inside(SUMS), io.BytesIO(said), size=len(said))
        with target.open("rb") as archive:
            whole = packing.sum_of(archive)
        self._enter(Role.WHOLE, f"{self.root}.zip", whole, target.stat().st_size)
        papers.enter(self.paper, self.entered)
        return Made(
            len(self.sums), f"有{len(faults)}个文件没有装入，见目录备注。" if faults else ""
        )

    def _look_through(self):
        """Which files cannot go in: evidence id → why. A dossier never holds a file other than the one that
        was handed in, and one lost file must not keep all others from the inspector."""
        faults, looked = {}, set()
        for sheet in self.contents.sheets:
            for material in sheet.materials:
                if material.pk not in looked:
                    looked.add(material.pk)
                    try:
                        with default_storage.open(material.stored, "rb") as file:
                            if packing.sum_of(file) != material.sha256:
                                faults[material.pk] = DAMAGED
                    except OSError:
                        faults[material.pk] = MISSING
                self._advance()
        return faults

    def _add_item(self, archive, sheet, faults, folder):
        if sheet.has_cover:
            path = folder / "cover.pdf"
            self._write_cover(path, sheet, faults)
            self._note(Role.COVER, f"{sheet.path}/{COVER}", archive, path, sheet)
            self._advance()
        for material in sheet.materials:
            if material.pk not in faults:
                place = f"{sheet.path}/{material.name}"
                with default_storage.open(material.stored, "rb") as file:
                    archive.add(
                        self._inside(place), file, size=material.size, sha256=material.sha256
                    )
                self._enter(Role.EVIDENCE, place, material.sha256, material.size, sheet)
                self.sums.append((material.sha256, place))
            self._advance()

    def _write_cover(self, path, sheet, faults):
        context = {
            "sheet": sheet,
            "unit": sheet.branch,
            "files": [(material, faults.get(material.pk, "")) for material in sheet.materials],
            "code": self.paper.shown_code,
        }
        pdf.render_document(
            path,
            "print/dossier_cover.html",
            context,
            title=sheet.about,
            author=self.paper.issued_by_name,
            code=self.paper.address,
        )

    def _add_catalogue(self, archive, faults, folder):
        lines = list(catalogue.lines(self.contents.sheets, faults))
        paper, book, settled = folder / "a.pdf", folder / "a.xlsx", folder / "b.xlsx"
        pdf.render_ledger(paper, self.layout, lines, code=self.paper.address)
        xlsx.write_workbook(book, self.layout, lines)
        packing.settle_workbook(book, settled, self.paper.issued_at)
        self._note(Role.CATALOGUE, "目录.pdf", archive, paper)
        self._note(Role.CATALOGUE, "目录.xlsx", archive, settled)

    # --- Small things -----------------------------------------------------------------------------

    def _inside(self, place):
        return f"{self.root}/{place}"

    def _note(self, role, place, archive, path, sheet=None):
        sha256, size = archive.add_path(self._inside(place), path)
        self._enter(role, place, sha256, size, sheet)
        self.sums.append((sha256, place))

    def _enter(self, role, place, sha256, size, sheet=None):
        file = PaperFile(role=role, path=place, sha256=sha256, size=size)
        if sheet is not None:
            file.about, file.branch_item_id = sheet.about, sheet.pk
            file.state = sheet.state_label
            if sheet.acceptance:
                file.accepted_by, file.accepted_in = sheet.acceptance.who, sheet.acceptance.where
                file.accepted_at = sheet.acceptance.at
        self.entered.append(file)

    def _advance(self):
        self.done += 1
        self.progress(self.done, self.total)


def _day(day: date):
    return f"{day.year}年{day.month}月{day.day}日"
