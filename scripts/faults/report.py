"""Figures of the campaign: kept as JSON, shown as the table in docs/reliability.md."""

import json

from scripts.faults.fleet import ROOT

FIGURES = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- table: make faults -->", "<!-- end of the table -->"


def keep(name, **facts):
    """One part's last full run takes the place of the one before."""
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[name] = facts
    order = sorted(kept, key=lambda part: int(part[1:]))
    FIGURES.write_text(
        json.dumps({part: kept[part] for part in order}, ensure_ascii=False, indent=1) + "\n"
    )


def write():
    """The table, between its two marks; everything around it stays."""
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n\n" + table() + "\n\n" + END + after)


def table():
    from scripts.faults.parts import PARTS

    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    lines = [
        "| | promise | required | measured | kept | when, on what |",
        "|---|---|---|---|---|---|",
    ]
    for name, part in PARTS.items():
        facts = kept.get(name)
        measured = words_of(facts["figures"]) if facts else "not run in full yet"
        when = f"{facts['date']}, {facts['commit']}, {facts['machine']}" if facts else ""
        is_kept = ("yes" if facts["kept"] else "**no**") if facts else ""
        lines.append(
            f"| {name.upper()} | {part.promise} | {part.required} | {measured} | {is_kept} | {when} |"
        )
    return "\n".join(lines)


def words_of(figures):
    """The figures in one cell."""
    return "; ".join(f"{name} {shown(value)}" for name, value in figures.items())


def shown(value):
    if isinstance(value, dict):
        return "(" + ", ".join(f"{key} {shown(each)}" for key, each in value.items()) + ")"
    if isinstance(value, list):
        return "–".join(shown(each) for each in value) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
