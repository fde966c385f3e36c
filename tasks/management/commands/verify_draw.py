"""``manage.py verify_draw``: compute a draw again, from its downloaded document or from the database."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tasks import drawing
from tasks.models import Draw
from tasks.services import inspections


class Command(BaseCommand):
    help = "Compute a committed draw again (docs/draw.md): FILE is its JSON, --draw its number in the database."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--draw", type=int)

    def handle(self, *, file, draw, **options):
        if (file is None) == (draw is None):
            raise CommandError("请给出复算数据文件，或用 --draw 给出抽取的编号。")
        checks = self._from_file(file) if file else self._stored(draw)
        for check in checks:
            self.stdout.write(f"{'一致' if check.ok else '不一致'}  {check.what}")
        if not all(check.ok for check in checks):
            raise CommandError("复算结果与公布的不一致。")

    def _from_file(self, file):
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            if document.get("format") != drawing.FORMAT:
                raise CommandError(f"“{file}”不是抽取的复算数据。")
            return drawing.check(document)
        except OSError as error:
            raise CommandError(f"读不了“{file}”：{error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CommandError(f"“{file}”不是完整的复算数据。") from error

    def _stored(self, pk):
        draw = Draw.objects.select_related("inspection").filter(pk=pk).first()
        if draw is None:
            raise CommandError(f"没有编号为{pk}的抽取。")
        return inspections.check_draw(draw)
