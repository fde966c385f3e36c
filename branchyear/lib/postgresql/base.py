"""Django's PostgreSQL, with statements that keep their plan.

Planning a statement about one branch takes PostgreSQL longer than answering it. Inside ``preparing()`` a statement is
sent with its values apart and prepared at its first question on this connection, so that the next ones are only
answered. For texts that stay the same and mean few rows whatever the values are (``branchyear.lib.composed``): the plan
that is kept does not know them.
"""

from contextlib import contextmanager

from django.db.backends.postgresql import base
from django.db.utils import NotSupportedError

NEVER = 1_000_000_000  # so often must a statement be asked before psycopg prepares it unbidden


class PreparingCursor(base.ServerBindingCursor):
    def execute(self, query, params=None):
        return super().execute(query, params, prepare=True)


class DatabaseWrapper(base.DatabaseWrapper):
    is_preparing = False

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
