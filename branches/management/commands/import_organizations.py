"""``manage.py import_organizations FILE [--dry-run] [--result PATH] [--template]``"""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from branches import importing, workbooks
from branches.services import imports
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused


class Command(BaseCommand):
    help = (
        "Import organisations, accounts and offices from an Excel list. All or nothing; the same list "
        "again changes nothing. One-time passwords stand in the result workbook only."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, row by row"
        )
        parser.add_argument(
            "--template", action="store_true", help="write the empty list to FILE, import nothing"
        )
        parser.add_argument(
            "--result", type=Path, help="where to write the result (default: beside the list)"
        )

    def handle(self, *, file, dry_run, result, template, verbosity, **options):
        target = result or file.with_name(f"{file.stem}_导入结果.xlsx")
        try:
            if template:
                self._write_template(file)
            else:
                self._import_list(file, target, dry_run, verbosity)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except FileExistsError as error:
            what = "文件已存在" if template else "结果文件已存在，为免覆盖一次性密码"
            raise CommandError(f"{what}，请先移走：{error.filename}") from None
        except PermissionError as error:
            # Often a list in the home of root, which the portal's own account may not enter.
            raise CommandError(f"平台运行账号无权读写：{error.filename}") from None

    def _write_template(self, file):
        with self._private(file) as book:
            workbooks.write_template(book)
        self.stdout.write(f"空白名册已写入：{file}")

    def _import_list(self, file, target, dry_run, verbosity):
        if not file.is_file():
            raise CommandError(f"找不到文件：{file}")
        plan = importing.plan(file)
        self._report(plan, verbosity)
        if not plan.is_sound:
            raise CommandError(f"表中有错误，没有导入。{plan.summary}")
        if dry_run:
            self.stdout.write(f"检查通过，没有导入。{plan.summary}")
            return
        done = self._import(file, target)
        self.stdout.write(
            f"已导入。{done.plan.summary}；新开账号{len(done.opened)}个。结果(含一次性密码):{target}"
        )

    @staticmethod
    def _private(path):
        """A new file for the portal's account alone, never over one that is there."""
        return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")

    def _import(self, file, target):
        """Import and write the result: a result that cannot be written undoes the import."""
        made = self._private(target)
        try:
            with made as book, transaction.atomic():
                done = imports.carry_out(file, on=local_day(), by=None)
                workbooks.write_result(book, done, made_by="命令行", made_at=timezone.now())
        except BaseException:
            target.unlink()
            raise
        return done

    def _report(self, plan, verbosity):
        for heading in plan.unknown:
            self.stdout.write(f"不认识的列，已略过：{heading}")
        for row in plan.rows:
            if row.verdict != "不变" or verbosity > 1:
                text = "；".join(row.sentences)
                self.stdout.write(
                    f"第{row.number}行 {row.code} {row.name} {row.verdict} {text}".rstrip()
                )
