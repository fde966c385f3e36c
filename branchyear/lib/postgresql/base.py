"""Django's PostgreSQL, with statements that keep their plan.

Planning a statement about one branch takes PostgreSQL longer than answering it. Inside ``preparing()`` a statement is
sent with its values apart and prepared at its first question on this connection, so that the next ones are only
answered. For texts that stay the same and mean few rows whatever the values are (``branchyear.lib.composed``): the plan
that is kept does not know them.

And a connection that was asked a moment ago is not asked first whether it still lives: the kernel knows.
"""

import select
import time
from contextlib import contextmanager

from django.db.backends.postgresql import base
from django.db.utils import NotSupportedError

NEVER = 1_000_000_000  # so often must a statement be asked before psycopg prepares it unbidden
FRESH = 5  # seconds after a question for which a silent line counts as a live one


def _can_be_read(line):
    waiting = select.poll()
    waiting.register(line, select.POLLIN)
    return bool(waiting.poll(0))


class PreparingCursor(base.ServerBindingCursor):
    def execute(self, query, params=None):
        return super().execute(query, params, prepare=True)


class DatabaseWrapper(base.DatabaseWrapper):
    is_preparing = False
    asked_at = 0

    def is_usable(self):
        """Before a request's first statement. A server that ended the connection has closed the line or sent its
        last word, either of which can be read; a line that was cut without a word (a lost network) shows only by
        asking, which is done after ``FRESH`` seconds of silence."""
        if self.connection is None or self.connection.closed:
            return False
        if time.monotonic() - self.asked_at < FRESH and not _can_be_read(self.connection.fileno()):
            return True
        return super().is_usable()

    @contextmanager
    def preparing(self):
        """Statements inside are prepared, unless the connection's options forbid it (``prepare=no`` in the address)."""
        self.is_preparing = self.settings_dict["OPTIONS"].get("prepare") != "no"
        try:
            yield
        finally:
            self.is_preparing = False

    def get_connection_params(self):
        params = super().get_connection_params()
        params.pop("prepare", None)
        if params["prepare_threshold"] is None:  # would forbid what is asked for by name, too
            params["prepare_threshold"] = NEVER
        return params

    def create_cursor(self, name=None):
        self.asked_at = time.monotonic()
        if name or not self.is_preparing:
            return super().create_cursor(name)
        usual, self.connection.cursor_factory = self.connection.cursor_factory, PreparingCursor
        try:
            return super().create_cursor()
        finally:
            self.connection.cursor_factory = usual

    def may_ask_again(self, error):
        """Whether a prepared statement failed only since a column has another type now (an upgrade at work), and
        nothing else was begun: then the connection is given up with all it had prepared."""
        if not isinstance(error, NotSupportedError) or self.in_atomic_block:
            return False
        self.close()
        return True
