"""Write a ledger to a file from the server's own console."""

import hashlib
import uuid
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branches.models import Organization
from branchyear.audit.services import record
from branchyear.lib.dates import Month
from branchyear.lib.errors import Refused
from reports.kinds import KINDS
from reports.models import Export, PaperFile
from reports.services import papers
from reports.writing import write


class Command(BaseCommand):
    help = "Write a ledger (台账) of an organisation and everything below it as Excel or PDF."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=sorted(KINDS), help="which ledger")
        parser.add_argument("--org", required=True, help="code of the organisation, such as 01")
        parser.add_argument("--month", default="", help="only what is due in this month: 2022-05")
        parser.add_argument("--format", required=True, choices=Export.Format.values)
        parser.add_argument("--output", required=True, help="the file to write")

    def handle(self, *, kind, org, month, format, output, **options):
        organization = Organization.objects.filter(code=org).first()
        if organization is None:
            raise CommandError(f"No organisation has the code {org!r}.")
        if month:
            try:
                Month.parse(month)
            except ValueError as error:
                raise CommandError(str(error)) from None
        path = Path(output)
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}.")
        asked = KINDS[kind].asked(organization, {"month": month}, by=None, at=timezone.now())
        try:
            if format not in KINDS[kind].formats:
                raise CommandError(f"{kind} is made as {' or '.join(KINDS[kind].formats)}.")
            rows = self._write(KINDS[kind], asked, format, path)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        record(
            "export.finished",
            by=None,
            organization=organization,
            kind=kind,
            format=format,
            rows=rows,
        )
        self.stdout.write(f"{path}: {rows} rows")

    def _write(self, kind, asked, format, path):
        """Under a code of its own, as every file that leaves; an archive brings its own."""
        if format == Export.Format.ZIP:
            return write(kind, asked, format, path).rows
        layout = kind.layout(asked)
        paper = papers.issue(
            kind.key,
            organization=asked.organization,
            version=f"console {uuid.uuid4().hex}",
            title=layout.title,
            scope=layout.scope_label,
            by=None,
            now=asked.at,
        )
        rows = write(kind, asked, format, path, paper=paper).rows
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        whole = PaperFile(
            role=PaperFile.Role.WHOLE, path=path.name, sha256=sha256, size=path.stat().st_size
        )
        papers.enter(paper, [whole])
        return rows
