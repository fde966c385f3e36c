"""Take the trail off this host."""

from django.core.management.base import BaseCommand

from branchyear.audit import shipping


class Command(BaseCommand):
    help = (
        "Write what is new in the audit trail to FOLDER as JSON lines, each with its place in the chain and its "
        "digest. Run it by the clock and copy FOLDER to another host; verify_audit --shipped holds both together."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, *, folder, **options):
        made = shipping.ship(folder)
        for path in made:
            self.stdout.write(str(path))
        self.stdout.write(f"新增{len(made)}个文件。" if made else "没有新的审计记录。")
