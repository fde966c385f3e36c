"""A large roster from Excel, against the way one would write it first.

``import_roster``'s own service reads, judges and saves a workbook of a whole city's members; beside it, in
the same run and on the same rows, openpyxl reads and ``update_or_create`` saves person by person. Both do the
same for each person: the checks of soundness, two numbers encrypted, two blind indexes, the sound of the name,
an entry in the trail. Each arm is a process of its own with a database of its own, so that times do not mix and
the peak of memory is that arm's alone; the arms take turns, and the median of the pairs counts.

The slow way reads the whole file but saves a part of the people, since it takes minutes: the time of each person
is scaled up, that of the first ones, with everything a process does once, is not. Ours is counted whole.

Limits, by processor time, so that what else a machine does cannot decide: five times as fast; at most 256 MB above
the process's start; of 100 planted errors all are told and nothing is saved; both arms leave the same people behind.

Without arguments 10,000 rows; with ``BENCH_FULL=1`` 100,000. ``BENCH_PAIRS`` says how often (3).
"""

import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("BENCH_FULL", "") not in {"", "0"}
ROWS = 100_000 if FULL else 10_000
BRANCHES = 420 if FULL else 42
SAMPLE = 4_000 if FULL else 1_000  # persons the slow arm saves; its time is scaled up from them
WARM = 100  # the first of them, in whose time is what a process does once
PAIRS = int(os.environ.get("BENCH_PAIRS", "3"))
PLANTED = 100
MEMORY_LIMIT = 256
FASTER = 5
TODAY = date(2022, 5, 10)
HEAD = (
    "序号", "所在党支部", "姓名", "性别", "民族", "籍贯", "出生日期", "公民身份号码", "学历", "学位",
    "参加工作时间", "入党时间", "转正时间", "党员类别", "所在处(科)室", "行政职务", "联系电话", "离退休",
    "组织关系转入时间", "备注",
)  # fmt: skip
COMPARED = (
    "name", "sex", "ethnicity", "native_place", "birth_date", "id_number", "education", "degree",
    "worked_from", "admitted_on", "formal_on", "category", "unit", "post", "phone", "is_retired",
    "joined_branch_on", "remarks",
)  # fmt: skip


# --- What is imported -----------------------------------------------------------------------------


def people(count):
    """Rows of invented people, the same every time; ID numbers begin with 99, a region of nobody."""
    import random

    from branchyear.demo.people import biography

    rng = random.Random(2022)
    for at in range(count):
        who = biography(rng, at, retired=at % 9 == 0, today=TODAY)
        if who["formal_on"] and who["formal_on"] > TODAY:
            who.update(category="probationary", formal_on=None)
        yield (
            at + 1, f"第{at % BRANCHES + 1}党支部", who["name"],
            "女" if who["sex"] == "female" else "男", who["ethnicity"], who["native_place"],
            who["birth_date"], who["id_number"], who["education"], who["degree"], who["worked_from"],
            who["admitted_on"], who["formal_on"],
            "预备党员" if who["category"] == "probationary" else "正式党员",
            f"业务{at % 30 + 1}处", who["post"], who["phone"], "是" if who["is_retired"] else "",
            min(who["joined_branch_on"], TODAY), "",
        )  # fmt: skip


def make(path, planted):
    """The workbook as Excel writes it: shared texts, real dates. Every so often one cell is wrong."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("名册")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(HEAD) - 1, "市直机关党员名册")
    sheet.write_row(1, 0, HEAD)
    every = ROWS // planted if planted else 0
    wrong = {}
    for at, row in enumerate(people(ROWS)):
        number = at + 3
        if every and at % every == every // 2 and len(wrong) < planted:
            column, value = (
                (7, row[7][:-1] + ("0" if row[7][-1] != "0" else "1")),  # the check sign
                (6, row[6] + timedelta(days=1)),  # not the day in the number
                (3, "未知"),
                (11, "二〇〇八年"),
            )[len(wrong) % 4]
            row = (*row[:column], value, *row[column + 1 :])
            wrong[number] = "ABCDEFGHIJKLMNOPQRST"[column]
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at + 2, column, value, day)
            elif isinstance(value, int):
                sheet.write_number(at + 2, column, value)
            elif value:
                sheet.write_string(at + 2, column, value)
    book.close()
    Path(f"{path}.wrong.json").write_text(json.dumps(wrong))


# --- The arms, each in a process of its own -------------------------------------------------------


def ours(path):
    from branches.models import Organization
    from members.services import imports

    committee = Organization.objects.get(code="00-01")
    problems = []

    def report(row):
        problems.extend((row.number, cell) for cell, _ in row.problems)

    start, clock = peak_mb(), Clock()
    with open(path, "rb") as file:
        try:
            imports.carry_out(file, organization=committee, by=None, today=TODAY, report=report)
        except imports.Refused as refusal:
            print(refusal)
    return {
        **clock.read(),
        "memory": peak_mb() - start,
        "problems": problems,
        **left(),
    }


def naive(path):
    """openpyxl and ``update_or_create``, one person after the other, in one transaction."""
    from django.db import transaction
    from openpyxl import load_workbook

    from branches.models import Organization

    reading = Clock()
    book = load_workbook(path, read_only=True, data_only=True)
    rows = list(book.active.iter_rows(min_row=3, values_only=True))
    branches = {b.name: b for b in Organization.objects.branches()}
    once = reading.read()
    with transaction.atomic():
        warming = Clock()
        save_each(rows[:WARM], branches)
        once = {name: once[name] + spent for name, spent in warming.read().items()}
        saving = Clock()
        save_each(rows[WARM:SAMPLE], branches)
    scale = (len(rows) - WARM) / (SAMPLE - WARM)
    return {
        **{name: once[name] + spent * scale for name, spent in saving.read().items()},
        **left(),
    }


def save_each(rows, branches):
    from branchyear.audit.services import record
    from branchyear.lib.crypto import blind_index
    from members import soundness
    from members.models import Member

    for row in rows:
        cell = dict(zip(HEAD, row, strict=True))

        def day(title, cell=cell):
            return cell[title].date() if cell[title] else None

        facts = {
            "organization": branches[cell["所在党支部"]],
            "name": cell["姓名"],
            "sex": "female" if cell["性别"] == "女" else "male",
            "ethnicity": cell["民族"] or "",
            "native_place": cell["籍贯"] or "",
            "birth_date": day("出生日期"),
            "id_number": cell["公民身份号码"],
            "education": cell["学历"] or "",
            "degree": cell["学位"] or "",
            "worked_from": day("参加工作时间"),
            "admitted_on": day("入党时间"),
            "formal_on": day("转正时间"),
            "category": "probationary" if cell["党员类别"] == "预备党员" else "formal",
            "unit": cell["所在处(科)室"] or "",
            "post": cell["行政职务"] or "",
            "phone": cell["联系电话"] or "",
            "is_retired": cell["离退休"] == "是",
            "joined_branch_on": day("组织关系转入时间"),
            "remarks": cell["备注"] or "",
        }
        asked = {name: facts[name] for name in soundness.READS if name in facts}
        if any(finding.is_error for finding in soundness.findings(today=TODAY, **asked)):
            raise ValueError(f"unsound: {row}")
        index = blind_index(facts["id_number"])
        member, is_new = Member.objects.update_or_create(id_number_index=index, defaults=facts)
        verb = "member.added" if is_new else "member.changed"
        record(verb, member, by=None, organization=facts["organization"])


class Clock:
    """Seconds on the wall and of the processor, children included, since it was made."""

    def __init__(self):
        self.wall, self.busy = time.monotonic(), self._busy()

    def read(self):
        return {"seconds": time.monotonic() - self.wall, "busy": self._busy() - self.busy}

    def _busy(self):
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(u.ru_utime + u.ru_stime for u in used)


def left():
    """How many people there are, and a digest of the first of them as they are stored."""
    from members.models import Member

    digest = hashlib.sha256()
    first = sorted(
        tuple(str(getattr(m, name)) for name in COMPARED) + (m.organization.name,)
        for m in Member.objects.filter(pk__lte=SAMPLE).select_related("organization")
    )
    for row in first:
        digest.update(repr(row).encode())
    return {"members": Member.objects.count(), "digest": digest.hexdigest()}


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def found(_):
    """The organisations the people belong to."""

    from bench.tables import migrated
    from branches.models import Kind
    from branches.services import organizations

    migrated()

    def establish(parent, kind, code, name, order=0):
        return organizations.establish(
            parent=parent, kind=kind, code=code, name=name, on=date(2018, 1, 1), by=None,
            order_number=order,
        )  # fmt: skip

    city = establish(None, Kind.CITY_DEPARTMENT, "00", "市委组织部")
    committee = establish(city, Kind.WORK_COMMITTEE, "00-01", "市直机关工委")
    organ = establish(committee, Kind.PRIMARY_COMMITTEE, "01", "某局机关党委", 1)
    organizations.establish_many(
        [
            {
                "parent": organ, "kind": Kind.BRANCH, "code": f"01-{at:03d}", "name": f"第{at}党支部",
                "order_number": at, "on": date(2018, 1, 1), "document_no": "",
            }
            for at in range(1, BRANCHES + 1)
        ],
        by=None,
    )  # fmt: skip
    return {}


ARMS = {"found": found, "ours": ours, "naive": naive}


def arm(name, folder, path=""):
    """Run one arm in a fresh process; what it says."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(path)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": str(folder), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    with tempfile.TemporaryDirectory(prefix="bench-roster-") as made:
        folder = Path(made)
        arm("found", folder / "base")
        good, bad = folder / "good.xlsx", folder / "bad.xlsx"
        for path, planted in ((good, 0), (bad, PLANTED)):
            arm("make", folder / "base", f"{path}:{planted}")
        results = {"ours": [], "naive": []}

        def run(act, path):
            shutil.copytree(folder / "base", folder / "run")
            result = arm(act, folder / "run", path)
            shutil.rmtree(folder / "run")
            return result

        refused = run("ours", bad)
        for _ in range(PAIRS):
            for name in results:
                results[name].append(run(name, good))
        wrong = json.loads(Path(f"{bad}.wrong.json").read_text())
    mine, slow = results["ours"][0], results["naive"][0]
    told = {str(number): cell.rstrip("0123456789") for number, cell in refused["problems"]}

    def median(name, what):
        return statistics.median(result[what] for result in results[name])

    def times_as_fast(what):
        pairs = zip(results["naive"], results["ours"], strict=True)
        return statistics.median(theirs[what] / ours[what] for theirs, ours in pairs)

    ratio = times_as_fast("busy")
    memory = max(result["memory"] for result in results["ours"])
    say = [
        (f"{ROWS:,} rows, processor time", median("ours", "busy"), "s", None),
        ("openpyxl + update_or_create, the same, scaled", median("naive", "busy"), "s", None),
        ("times as fast", ratio, "x", FASTER),
        (f"{ROWS:,} rows, on the wall", median("ours", "seconds"), "s", None),
        ("the slow way on the wall, scaled", median("naive", "seconds"), "s", None),
        ("times as fast on the wall", times_as_fast("seconds"), "x", None),
        ("memory above the start", memory, "MB", MEMORY_LIMIT),
        ("memory with errors", refused["memory"], "MB", MEMORY_LIMIT),
        ("planted errors told", len(told), "", PLANTED),
        ("saved in spite of errors", refused["members"], "", 0),
        ("members saved", mine["members"], "", ROWS),
    ]
    for name, value, unit, limit in say:
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    checks = {
        "fast enough": ratio >= FASTER,
        "memory": max(memory, refused["memory"]) <= MEMORY_LIMIT,
        "every planted error, and no other": told == wrong,
        "nothing saved on error": refused["members"] == 0,
        "everybody saved": mine["members"] == ROWS,
        "the same people as the slow way": mine["digest"] == slow["digest"],
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings_test"
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        import django

        django.setup()
        if sys.argv[1] == "make":
            target, _, errors = sys.argv[2].rpartition(":")
            make(Path(target), int(errors))
            print("{}")
        else:
            print(json.dumps(ARMS[sys.argv[1]](sys.argv[2])))
    else:
        sys.exit(main())
