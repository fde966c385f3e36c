"""The table of docs/reliability.md."""

from scripts.faults import report


def test_a_run_replaces_its_own_line_and_leaves_the_text_around(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "FIGURES", tmp_path / "figures.json")
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    report.PAGE.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    facts = {"kept": True, "seconds": 1, "date": "2026-11-26", "commit": "c", "machine": "2 cores"}

    report.keep("r10", figures={"rows": 1200}, **facts)
    report.keep("r1", figures={"lost": 3}, **facts)
    report.keep("r1", figures={"lost": 0, "web, s": [0.1, 2.5]}, **facts)
    report.write()

    text = report.PAGE.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    lines = [line for line in text.splitlines() if "2026-11-26" in line]
    assert [line[:6] for line in lines] == ["| R1 |", "| R10 "]
    assert "lost 0; web, s 0.1–2.5" in lines[0]
    assert "rows 1,200" in lines[1]
