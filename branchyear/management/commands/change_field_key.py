"""A new FIELD_KEY for everything that is stored."""

from django.core.management.base import BaseCommand, CommandError

from branchyear import rekeying
from branchyear.lib import crypto

EVERY = 20  # parts of 500 rows between two lines of progress


class Command(BaseCommand):
    help = (
        "Bring everything encrypted under FIELD_KEY, while the portal serves; FIELD_KEY_FALLBACKS names the keys it is "
        "under so far. May be stopped and begun again. Ends with 1 while anything is left (docs/operations.md, Secrets)."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--check",
            action="store_true",
            help="only count; ends with 1 while a value is left under an old key",
        )

    def handle(self, *, check, **options):
        writing, *others = map(crypto.fingerprint, crypto.secrets())
        self.stdout.write(
            f"现用密钥指纹 {writing}；旧密钥指纹 {'、'.join(others) or '无（FIELD_KEY_FALLBACKS 未设置）'}。"
        )
        outcome = (rekeying.count if check else rekeying.change)(tell=self._tell)
        for one in outcome.counts:
            words = [f"共{one.values}个"]
            words += [f"本次更换{one.changed}个"] if one.changed else []
            words += [f"尚余{one.left}个"] if one.left else []
            words += [f"无法读取{one.unreadable}个"] if one.unreadable else []
            self.stdout.write(f"{one.name}：{'，'.join(words)}")
        for clash in outcome.clashes:
            self.stderr.write(f"{clash}：公民身份号码与另一条记录相同，请先在名册中更正其一。")
        if any(one.unreadable for one in outcome.counts):
            raise CommandError(
                "有的数据用所列密钥都无法读取。请把加密它们的密钥写入 FIELD_KEY_FALLBACKS。"
            )
        if not outcome.is_done:
            raise CommandError(
                "仍有数据未由现用密钥加密。"
                + ("" if check else "请确认各实例均已换用新密钥，再次执行本命令。")
            )
        self.stdout.write("没有数据留在旧密钥下。")

    def _tell(self, name, rows):
        if rows % (EVERY * rekeying.BATCH) == 0:
            self.stdout.write(f"{name}：已处理{rows}行……")
