"""A printed ledger (B6), ours against one WeasyPrint document of the same rows, in the same run.

Ten columns of Chinese text, numbers and dates, about twelve rows to a page. Each arm runs in a fresh process, from
its start to the file on the disk, in turns; by the wall, by the processor and by the highest memory of the whole
tree of processes. The pages of both must say the same: the same rows on the same page, its number, the totals.

Limits: at least 1.8 times faster by the wall, at most 0.4 of the memory, at most 3 times the file. 880 rows
(70 pages), or with ``BENCH_FULL=1`` 4,400 rows (350 pages); ``BENCH_PAIRS`` says how often (2).
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "bench" / "pdf"
FASTER, MEMORY, SIZE = 1.8, 0.4, 3.0
FULL = os.environ.get("BENCH_FULL") == "1"
ROWS = 4400 if FULL else 880
PAIRS = int(os.environ.get("BENCH_PAIRS", "2" if FULL else "1"))
WORDS = (
    "坚持支部按期换届党员大会选举产生委员会书记副书记组织宣传纪检分工明确，台账齐全；材料已上传，经直属党组织审核通过。"
    "本季度开展主题党日活动一次，全体党员参加，讨论了年度计划的落实情况、存在的问题和下一步打算。"
)


def layout():
    from branchyear.lib.dates import CHINA
    from branchyear.lib.layout import Column, Layout

    return Layout(
        "八项任务完成情况台账",
        (
            Column("n", "序号", 6, "integer"),
            Column("office", "直属党组织", 18),
            Column("branch", "党支部", 18),
            Column("item", "条目内容", 24),
            Column("state", "状态", 10, "status"),
            Column("done_on", "完成日期", 12, "date"),
            Column("score", "分值", 8, "decimal", "sum"),
            Column("files", "佐证数", 8, "integer", "sum"),
            Column("note", "情况说明", 36),
            Column("reviewer", "审核单位", 18),
        ),
        unit="市直机关工委",
        period="2022年5月25日",
        made_by="王芳",
        made_at=datetime(2022, 5, 25, 17, 30, tzinfo=CHINA),
        notes=("依据党内法规和惯例拟定。",),
    )


def rows(count):
    draw = random.Random(2022)

    def said(least, most):
        start = draw.randrange(len(WORDS))
        return (WORDS[start:] + WORDS * 2)[: draw.randint(least, most)]

    for number in range(1, count + 1):
        yield {
            "n": number,
            "office": f"市{said(2, 4)}局机关党委",
            "branch": f"第{number}支部",
            "item": said(12, 24),
            "state": ("审核通过", "已提交", "未填报")[number % 3],
            "done_on": date(2022, 3, 1) + timedelta(days=number % 90) if number % 7 else None,
            "score": Decimal(number % 5) + Decimal("0.5"),
            "files": number % 13,
            "note": said(30, 70),
            "reviewer": f"市{said(2, 4)}局机关党委",
        }


def ours(count, path):
    from branchyear.lib import pdf

    return pdf.render_ledger(path, layout(), rows(count), total=count)


def theirs(count, path):
    """One document, as one would write it: a table, widths of columns, page numbers by counters."""
    from django.template import Context, Engine

    from branchyear.lib.layout import Totals
    from branchyear.lib.pdf.engine import press
    from branchyear.lib.pdf.geometry import UNBROKEN
    from branchyear.lib.pdf.ledgers import texts_of

    frame = layout()
    columns, totals = frame.columns, Totals(frame)
    looks = [
        f"{column.alignment} whole" if column.kind in UNBROKEN else column.alignment
        for column in columns
    ]
    texts = [list(zip(looks, texts, strict=True)) for texts in texts_of(frame, rows(count), totals)]
    span = totals.label_span
    context = {
        "layout": frame,
        "rows": texts,
        "label_span": span,
        "totals": [
            (look, totals.text(column))
            for look, column in zip(looks[span:], columns[span:], strict=True)
        ],
    }
    template = Engine().from_string((HERE / "ledger.html").read_text(encoding="utf-8"))
    html = template.render(Context(context, use_l10n=False))
    with press() as engine:
        style = engine.css((HERE / "ledger.css").read_text(encoding="utf-8") + _measures(frame))
        document = engine.lay_out(html, [style])
        document.write_pdf(path)
        return len(document.pages)


def _measures(frame):
    """What depends on the columns, as CSS: their widths, the size of the letters that fits them."""
    from branchyear.lib.pdf.geometry import Geometry

    measures = Geometry(frame)
    whole = sum(column.width for column in frame.columns) / 100
    rules = [
        f"table {{ font-size: {measures.size}pt }}",
        f"th, td {{ padding: {measures.pad}pt {measures.pad_side}pt }}",
        f"th, td {{ line-height: {measures.leading / measures.size:.4f} }}",
    ]
    for at, column in enumerate(frame.columns):
        rules.append(f".column-{at} {{ width: {column.width / whole:.4f}% }}")
    return "\n".join(rules)


ARMS = {"ours": ours, "weasyprint": theirs}


# --- Measuring ------------------------------------------------------------------------------------


def run(name, path, var):
    """One arm in a process of its own."""
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, __file__, name, str(ROWS), str(path)],
        cwd=ROOT,
        env={**os.environ, "BRANCHYEAR_VAR": var, "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"},
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} failed")
    return {
        "wall": time.monotonic() - started,
        "processor": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss / 1024,
        "size": path.stat().st_size / 1024,
    }


def compare(mine, other):
    """What is wrong, in words; nothing if the pages say the same."""
    from pypdf import PdfReader

    pages, others = PdfReader(mine).pages, PdfReader(other).pages
    if len(pages) != len(others):
        return f"{len(pages)} pages and {len(others)}"
    for number, (page, its) in enumerate(zip(pages, others, strict=True), 1):
        text, reference = ("".join(one.extract_text().split()) for one in (page, its))
        if f"第{number}页共{len(pages)}页" not in text:
            return f"page {number} does not say so"
        if Counter(text) != Counter(reference):
            return f"page {number} says something else"
    return ""


def main():
    load = os.getloadavg()[0]
    found = {name: [] for name in ARMS}
    with tempfile.TemporaryDirectory(prefix="bench-pdf-") as folder:
        paths = {name: Path(folder) / f"{name}.pdf" for name in ARMS}
        for _ in range(PAIRS):
            for name in ARMS:
                found[name].append(run(name, paths[name], folder))
        wrong = compare(*paths.values())
    print(f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after; {ROWS} rows, {PAIRS} pairs")

    def middle(name, what):
        return statistics.median(one[what] for one in found[name])

    def share(what):
        return middle("ours", what) / middle("weasyprint", what)

    say = [
        (f"a ledger of {ROWS} rows", middle("ours", "wall"), "s", None),
        ("the same, processor", middle("ours", "processor"), "s", None),
        ("one WeasyPrint document", middle("weasyprint", "wall"), "s", None),
        ("the same, processor", middle("weasyprint", "processor"), "s", None),
        ("times faster by the wall", 1 / share("wall"), "x", FASTER),
        ("times faster by the processor", 1 / share("processor"), "x", None),
        ("memory", middle("ours", "memory"), "MB", None),
        ("memory, of WeasyPrint's", share("memory"), "", MEMORY),
        ("file", middle("ours", "size"), "KB", None),
        ("file, of WeasyPrint's", share("size"), "", SIZE),
    ]
    for name, value, unit, limit in say:
        print(json.dumps({"name": name, "value": value, "unit": unit, "limit": limit}))
    checks = {
        "fast enough": 1 / share("wall") >= FASTER,
        "little memory": share("memory") <= MEMORY,
        "small file": share("size") <= SIZE,
        f"the pages say the same {wrong}": not wrong,
    }
    for name, holds in checks.items():
        if not holds:
            print(f"FAILED: {name}")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["DJANGO_SETTINGS_MODULE"] = "branchyear.settings"  # but no app of the portal
        ARMS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main())
