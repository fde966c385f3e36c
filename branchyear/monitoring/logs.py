"""What the log says: lines for people locally, one JSON object a line in production; never a person's number.

Standard library only, so that gunicorn can use it before Django is there (``deploy/gunicorn.conf.py``).
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

# An ID number has 15 or 18 digits, a telephone 11, however they are spaced; a long number of another kind
# (of a meeting, of a certificate) is no loss.
NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d[ -]?){10,}\d[\dXx]?(?![0-9A-Za-z])")
# What databases add to a refused row are the row's values; the first line names the constraint.
VALUES = re.compile(r"^\s*(?:DETAIL|CONTEXT|QUERY|STATEMENT):.*$", re.M)
EXTRA = ("route", "method", "status", "ms", "bytes", "user", "job", "kind", "queue")


def without_numbers(text):
    return NUMBER.sub("▇", VALUES.sub("  (values left out)", text))


def _request_number(record):
    if number := getattr(record, "request_id", ""):
        return number
    try:
        from branchyear.audit.context import request_id  # gunicorn itself runs without
    except ImportError:
        return ""
    return request_id.get()


class Lines(logging.Formatter):
    def format(self, record):
        return without_numbers(super().format(record))


class JsonLines(logging.Formatter):
    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": _request_number(record),
            "process": record.process,
            **{name: getattr(record, name) for name in EXTRA if hasattr(record, name)},
            "said": without_numbers(record.getMessage()),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = without_numbers("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, ensure_ascii=False, default=str)
