"""A back-up taken in, and held against its manifest."""

from django.core.management.base import BaseCommand, CommandError

from branchyear.backups import restoring
from branchyear.backups.errors import Impossible


class Command(BaseCommand):
    help = "Restore a back-up into an empty database and verify it; nothing is touched if the back-up is not whole."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("path")
        parser.add_argument("--replace", action="store_true", help="over a database with accounts")

    def handle(self, *, path, replace, **options):
        try:
            result = restoring.restore(path, replace=replace)
        except Impossible as impossible:
            raise CommandError(str(impossible)) from None
        self.stdout.write(
            f"已恢复：{result.rows}行，{result.files}个文件，审计链{result.links}环。"
        )
        for fault in result.faults:
            self.stderr.write(fault)
        if result.faults:
            raise CommandError("恢复后的数据与备份清单不一致，请勿投入使用。")
        self.stdout.write("行数、文件校验值、审计链均与备份清单一致。")
        if result.behind:
            self.stdout.write("程序比备份新，请接着执行 manage.py migrate。")
