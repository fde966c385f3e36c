"""Sessions that know whose they are (``SESSION_ENGINE``)."""

from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

# What is kept in the session itself and copied into columns when it is saved.
STARTED, SEEN, ADDRESS, AGENT = "started", "seen", "from", "agent"

# What must be done before anything else (branchyear/door.py).
SECOND_FACTOR, AWAITED, PASSED = "second_factor", "awaited", "passed"
PASSWORD_IS_OLD = "old_password"  # noqa: S105 a name


def _moment(timestamp):
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        from branchyear.accounts.models import (
            OpenSession,
        )  # apps are not loaded when this module is

        return OpenSession

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.ip = data.get(ADDRESS)
        row.agent = data.get(AGENT, "")[:300]
        row.started_at = _moment(data.get(STARTED))
        row.seen_at = _moment(data.get(SEEN) or data.get(STARTED))
        return row
