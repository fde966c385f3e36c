"""The trail kept off this host: files of JSON lines that a log collector or a nightly copy takes away.

Each line is an entry with its place in the chain and its digest. A file is written aside and put in its place
whole, and never touched again; the next shipment begins where the last file ends. Whoever then changed the trail
here, chain and all, is found out by ``verify_audit --shipped FOLDER``. Sources: 等保2.0 三级 8.1.4.3 (定期备份,
避免未预期的删除、修改或覆盖), 网络安全法 第二十一条 (not less than six months): nothing is ever removed, here or there.
"""

import json
import os
from datetime import UTC
from pathlib import Path

from django.core.serializers.json import DjangoJSONEncoder

from branchyear.audit import chain
from branchyear.audit.models import Entry, Link

PER_FILE = 50_000


def ship(folder):
    """Write what is not there yet; returns the files made."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chain.extend()
    made, position = [], _last(folder)
    while links := list(Link.objects.filter(position__gt=position).order_by("position")[:PER_FILE]):
        path = folder / f"audit-{links[0].position:012d}-{links[-1].position:012d}.jsonl"
        draft = path.with_suffix(f".{os.getpid()}.part")
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(_lines(links))
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(0o440)
        draft.rename(path)
        made.append(path)
        position = links[-1].position
    return made


def _lines(links):
    for start in range(0, len(links), chain.BATCH):
        some = links[start : start + chain.BATCH]
        entries = {
            values[0]: values
            for values in Entry.objects.filter(pk__in=[x.entry_id for x in some]).values_list(
                *chain.FIELDS
            )
        }
        for link in some:
            values = entries.get(link.entry_id)
            told = dict(zip(chain.FIELDS, values, strict=True)) if values else {"id": link.entry_id}
            if values:
                told["at"] = told["at"].astimezone(UTC).isoformat(timespec="microseconds")
            line = {"position": link.position, "digest": link.digest, **told}
            yield json.dumps(line, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def files_of(folder):
    """The shipped files, in the order of the chain."""
    return sorted(Path(folder).glob("audit-*-*.jsonl"))


def _last(folder):
    files = files_of(folder)
    return int(files[-1].stem.rsplit("-", 1)[1]) if files else 0


def compare(folder, verdict):
    """Hold the chain in the database against what was shipped; faults go into ``verdict``. Returns how many
    lines were compared."""
    compared, wanted = 0, 1
    for path in files_of(folder):
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        here = dict(
            Link.objects.filter(
                position__gte=lines[0]["position"], position__lte=lines[-1]["position"]
            ).values_list("position", "digest")
        )
        for line in lines:
            position = line["position"]
            if position != wanted:
                verdict.note(f"异地副本缺少第{wanted}至第{position - 1}环（{path.name}）。")
            if here.get(position) != line["digest"]:
                verdict.note(
                    f"链上第{position}环与异地副本不一致（{path.name}，第{line['id']}号审计记录）。"
                )
            wanted, compared = position + 1, compared + 1
    return compared
