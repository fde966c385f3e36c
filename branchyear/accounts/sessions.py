"""Sessions that know whose they are (``SESSION_ENGINE``)."""

from datetime import UTC, datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from branchyear.lib.bulk import update_where
from branchyear.lib.composed import Composed

# What is kept in the session itself and copied into columns when it is saved.
STARTED, SEEN, ADDRESS, AGENT = "started", "seen", "from", "agent"

# What must be done before anything else (branchyear/door.py).
SECOND_FACTOR, AWAITED, PASSED = "second_factor", "awaited", "passed"
PASSWORD_IS_OLD = "old_password"  # noqa: S105 a name

WRITTEN = ("session_data", "expire_date", "user_id", "ip", "agent", "started_at", "seen_at")


def _moment(timestamp):
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None


def _open(key, now):
    rows = SessionStore.get_model_class().objects.filter(session_key=key, expire_date__gt=now)
    return rows.only("session_data")  # the rest tells others about it


_still_open = Composed(_open, key=CharField(), now=DateTimeField())


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        from branchyear.accounts.models import (
            OpenSession,
        )  # apps are not loaded when this module is

        return OpenSession

    def _get_session_from_db(self):
        found = _still_open(key=self.session_key, now=timezone.now())
        if found:
            return found[0]
        self._session_key = None  # as Django's own does: a new one is made, not this one again
        return None

    def save(self, must_create=False):
        """As Django's own; a session that is there already, whose last click is noted every minute, in one statement
        that was written before."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        row = self.create_model_instance(self._get_session())
        columns = {name: getattr(row, name) for name in WRITTEN}
        try:
            found = update_where(type(row), {"session_key": row.session_key}, columns)
        except DatabaseError as error:
            raise UpdateError from error
        if not found:  # ended elsewhere meanwhile
            raise UpdateError
        return None

    def create_model_instance(self, data):
        row = super().create_model_instance(data)
        row.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        row.ip = data.get(ADDRESS)
        row.agent = data.get(AGENT, "")[:300]
        row.started_at = _moment(data.get(STARTED))
        row.seen_at = _moment(data.get(SEEN) or data.get(STARTED))
        return row
