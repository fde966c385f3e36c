"""``manage.py import_roster FILE --org CODE [--dry-run]``"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from branches.models import Organization
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused
from members.models import Verdict
from members.services import imports


class Command(BaseCommand):
    help = (
        "Import a roster from an Excel file. All or nothing: with one row wrong, not allowed or in "
        "conflict nothing is saved and the exit code is 1. The same file again changes nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--org",
            required=True,
            metavar="CODE",
            help="the branch or organisation it is the roster of",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, row by row"
        )

    def handle(self, *, file, org, dry_run, verbosity, **options):
        organization = Organization.objects.open().filter(code=org).first()
        if organization is None:
            raise CommandError(f"没有编码为“{org}”的党组织，或已撤销。")
        if not file.is_file():
            raise CommandError(f"找不到文件：{file}")

        def report(row):
            if row.verdict != Verdict.SAME or row.warnings or verbosity > 1:
                self.stdout.write(line_of(row))

        act = imports.dry_run if dry_run else imports.carry_out
        try:
            with file.open("rb") as opened:
                plan = act(
                    opened, organization=organization, by=None, today=local_day(), report=report
                )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        for note in plan.notes:
            self.stdout.write(note)
        if not dry_run:
            self.stdout.write(f"已导入。{plan.summary}。")
        elif plan.is_sound and not plan.counts[Verdict.CONFLICT]:
            self.stdout.write(f"检查通过，没有导入。{plan.summary}。")
        else:
            raise CommandError(f"表中有问题，没有导入。{plan.summary}。")


def line_of(row):
    """One row of the report."""
    parts = [f"{cell}：{sentence}" for cell, sentence in row.problems]
    if not parts:
        parts = [
            f"{label}：{old or '(空)'} → {new or '(空)'}" if label != "列入" else new
            for label, old, new in row.told
        ]
    parts += [f"提醒 {cell}：{sentence}" for cell, sentence in row.warnings]
    text = "；".join(parts)
    return f"第{row.number}行 {row.branch_name} {row.name} {Verdict(row.verdict).label} {text}".rstrip()
