"""From the fields of a table of payments to entries for the service, every text kept."""

from branchyear.lib import uploads
from members.dues import read_money
from members.services.dues import Entry

FIELDS = ("amount", "paid_on", "channel", "note")


def read_lines(lines, post, *, common_day, fill=False):
    """Put what was typed into each line; the entries that say something, or None when a text is unusable.

    An empty sum beside a stored one takes it back; beside none it says nothing. With ``fill`` every
    empty line whose due is known is registered in full.
    """
    entries, sound = [], True
    for line in lines:
        if f"amount_{line.name}" not in post:
            continue
        line.typed = {name: post.get(f"{name}_{line.name}", "").strip() for name in FIELDS}
        if fill and not line.typed["amount"] and not line.is_settled and line.due:
            line.typed["amount"] = f"{line.due:.2f}"
        try:
            amount = read_money(line.typed["amount"])
        except ValueError as error:
            line.problems["amount"] = str(error)
            sound = False
            continue
        if amount is None and not line.paid:
            if line.row is None or line.typed["note"] == line.row.note:
                continue
        if amount and not line.typed["paid_on"]:
            line.typed["paid_on"] = common_day
        try:
            paid_on = uploads.date(line.typed["paid_on"]) if amount else None
        except uploads.BadCell as error:
            line.problems["paid_on"] = str(error)
            sound = False
            continue
        seen = post.get(f"revision_{line.name}", "")
        entries.append(
            Entry(
                member_id=line.member.pk,
                month=line.month,
                amount=amount or read_money("0"),
                paid_on=paid_on,
                channel=line.typed["channel"],
                note=line.typed["note"],
                revision=int(seen) if seen.isascii() and seen.isdigit() else 0,
            )
        )
    return entries if sound else None


def forget_saved(lines, stale):
    """After saving: lines that were kept show what is stored again; stale ones keep their text."""
    for line in lines:
        if line.key in stale:
            line.theirs = stale[line.key]
        else:
            line.typed = {}
