"""A pytest plugin: which address, when asked to do something, changed rows, and whether it wrote its entry in the trail.

``pytest -p scripts.faults.trail_plugin``; the result goes as JSON to the file named by ``TRAIL_FILE``.
"""

import json
import os
import re
from collections import defaultdict
from pathlib import Path

WRITES = re.compile(r'^\s*(?:INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.I)
# Takes the row so that another act waits, and leaves it as it is.
TAKES = re.compile(r'^\s*UPDATE "?(\w+)"? SET "revision" = \(?"?\1"?\."revision"\)? WHERE', re.I)
ENTRY = "audit_entry"
# Not content: who is logged in or locked out, forms already posted, what follows from the act, marks of having
# read a notice.
QUIET = re.compile(
    r"django_session|axes_|once_|audit_link|outbox_job|notifications_|tokens_|monitoring_|django_admin_log"
)
SAFE = {"GET", "HEAD", "OPTIONS"}

found = defaultdict(lambda: {"changed": 0, "entered": 0, "tables": []})


def pytest_configure(config):
    from django.core.handlers.base import BaseHandler

    original = BaseHandler.get_response

    def get_response(self, request):
        if request.method in SAFE:
            return original(self, request)
        from django.db import connection

        tables = set()

        def noted(execute, sql, params, many, context):
            result = execute(sql, params, many, context)
            match = WRITES.match(sql)
            # Of an INSERT … RETURNING SQLite tells the number of rows only when they are fetched.
            some = sql.lstrip()[:6].upper() == "INSERT" or context["cursor"].rowcount
            if match and some and not TAKES.match(sql):
                tables.add(match[1])
            return result

        with connection.execute_wrapper(noted):
            answer = original(self, request)
        match = request.resolver_match
        changed = {table for table in tables - {ENTRY} if not QUIET.match(table)}
        if match and changed and answer.status_code < 400:
            line = found[f"{request.method} {match.view_name}"]
            line["changed"] += 1
            line["entered"] += ENTRY in tables
            if ENTRY not in tables:
                line["tables"] = sorted({*line["tables"], *changed})
        return answer

    BaseHandler.get_response = get_response


def pytest_sessionfinish(session):
    Path(os.environ["TRAIL_FILE"]).write_text(json.dumps(found, indent=1))
