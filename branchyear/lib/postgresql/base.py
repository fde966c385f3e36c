"""Django's PostgreSQL, with statements that keep their plan.

Planning a statement about one branch takes PostgreSQL longer than answering it. What ``rows_of()`` is asked is sent
with its values apart and prepared at its first question on this connection, so that the next ones are only
answered. For texts that stay the same and mean few rows whatever the values are (``branchyear.lib.composed``): the plan
that is kept does not know them.

And a connection that was asked a moment ago is not asked first whether it still lives: the kernel knows.
"""

import select
import time

from django.db.backends.postgresql import base
from django.db.utils import NotSupportedError

from branchyear.lib.postgresql.kept import Kept

FRESH = 5  # seconds after a question for which a silent line counts as a live one

GENERIC = "-c plan_cache_mode=force_generic_plan"


def _can_be_read(line):
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    return bool(waiting.poll(0))


class DatabaseWrapper(base.DatabaseWrapper):
    asked_at = 0
    kept = None

    def is_usable(self):
        """Before a request's first statement. A server that ended the connection has closed the line or sent its
        last word, either of which can be read; a line that was cut without a word (a lost network) shows only by
        asking, which is done after ``FRESH`` seconds of silence."""
        if self.connection is None or self.connection.closed:
            return False
        if time.monotonic() - self.asked_at < FRESH and not _can_be_read(self.connection.fileno()):
            return True
        return super().is_usable()

    def rows_of(self, sql, params):
        """Every row of a statement that is worth its plan, as tuples; prepared unless the connection's options forbid
        it (``prepare=no`` in the address)."""
        # Who watches the questions sees those of cursors.
        watched = self.execute_wrappers or self.queries_logged
        if watched or self.settings_dict["OPTIONS"].get("prepare") == "no" or not self._may_ask():
            with self.cursor() as cursor:
                cursor.execute(sql, params)
                return cursor.fetchall()
        self.validate_no_broken_transaction()
        self.asked_at = time.monotonic()
        with self.wrap_database_errors:
            return self.kept.rows(sql, params)

    def _may_ask(self):
        """As before each cursor: there is a connection, this thread's, and it lives."""
        self.validate_thread_sharing()
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self.kept is None or self.kept.connection is not self.connection:
            self.kept = Kept(self.connection)
        return self.kept.can_be_asked()

    def get_connection_params(self):
        params = super().get_connection_params()
        if params.pop("prepare", None) != "no":
            # Only what is kept has its values apart, and it means few rows whatever they are. PostgreSQL would plan it
            # anew five times, and a long statement at every question, since it takes the few for more.
            params["options"] = f"{params.get('options', '')} {GENERIC}".strip()
        return params

    def create_cursor(self, name=None):
        self.asked_at = time.monotonic()
        return super().create_cursor(name)

    def may_ask_again(self, error):
        """Whether a prepared statement failed only since a column has another type now (an upgrade at work), and
        nothing else was begun: then the connection is given up with all it had prepared."""
        if not isinstance(error, NotSupportedError) or self.in_atomic_block:
            return False
        self.close()
        return True
