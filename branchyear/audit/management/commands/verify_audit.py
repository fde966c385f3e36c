"""Whether the trail is whole."""

from django.core.management.base import BaseCommand, CommandError

from branchyear.audit import chain, shipping
from branchyear.audit.signals import verified


class Command(BaseCommand):
    help = "Verify the chain of the audit trail; ends with 1 and names the places when it is not whole."

    def add_arguments(self, parser):
        parser.add_argument(
            "--expect",
            metavar="POSITION:DIGEST",
            help="a link noted earlier and kept elsewhere (the manifest of a back-up names one)",
        )

        parser.add_argument(
            "--shipped",
            metavar="FOLDER",
            help="files of ship_audit, kept elsewhere, that the chain is held against",
        )

    def handle(self, *, expect=None, shipped=None, **options):
        verdict = chain.verify(expect=_parsed(expect))
        if shipped:
            compared = shipping.compare(shipped, verdict)
            self.stdout.write(f"与异地副本核对{compared}环。")
        verified.send(type(self), verdict=verdict)
        position, digest = chain.head()
        self.stdout.write(f"审计链共{verdict.links}环，末环 {position}:{digest}")
        for sentence in verdict.faults:
            self.stderr.write(sentence)
        if verdict.more:
            self.stderr.write(f"另有{verdict.more}处。")
        if not verdict.is_whole:
            raise CommandError("审计记录不完整或被改动。")
        self.stdout.write("审计记录完整，未发现改动。")


def _parsed(expect):
    if not expect:
        return None
    position, _, digest = expect.partition(":")
    if not position.isdigit() or len(digest) != 64:
        raise CommandError("请写成 序位:校验值 的形式，如备份清单中的 audit_head。")
    return int(position), digest
