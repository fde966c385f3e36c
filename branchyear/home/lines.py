"""One line of the list of things to do."""

from dataclasses import dataclass
from datetime import date

SHOWN = 8  # so many lines; the others are counted


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, why, by when, and the one button that leads there."""

    what: str
    why: str
    url: str
    button: str
    due: date | None = None
    status: str = ""
    urgent: bool = False
