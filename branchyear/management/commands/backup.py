"""Everything of the portal in one file."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from branchyear.backups import archive
from branchyear.backups.errors import Impossible
from branchyear.monitoring import services as monitoring


class Command(BaseCommand):
    help = "Back the database and the private files up into one tar file with a manifest; FIELD_KEY is kept apart."

    def add_arguments(self, parser):
        parser.add_argument("path")

    def handle(self, *, path, **options):
        try:
            manifest = archive.make(path, now=timezone.now())
        except Impossible as impossible:
            raise CommandError(str(impossible)) from None
        monitoring.beat("backup", now=timezone.now())
        rows, files = sum(manifest["rows"].values()), len(manifest["members"]) - 1
        self.stdout.write(
            f"已备份到 {path}：{len(manifest['rows'])}张表、{rows}行，{files}个文件。"
        )
        self.stdout.write(
            f"审计链末环 {manifest['audit_head']}，密钥指纹 {manifest['key']}（FIELD_KEY 不在备份中，请另行保管）。"
        )
