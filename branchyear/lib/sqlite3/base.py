"""Django's SQLite, but nobody who waits for the write lock is passed over for long.

SQLite lets a writer who finds the lock taken look again after 1, 2, 5, 10 … and from then on 100 milliseconds. Of
twenty who write without a pause some looked a hundred times at the wrong moment: 11 seconds were measured. Here a
writer begins anew after 53 milliseconds, with the short waits, until the connection's ``timeout`` is over.
"""

import time

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

ROUND = 53  # milliseconds: SQLite's first six waits (1, 2, 5, 10, 15, 20) together
PATIENCE = 5.0  # seconds; Python's own timeout where the settings name none


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self):
        """``BEGIN IMMEDIATE``; raises OperationalError (database is locked) when ``timeout`` seconds were in vain."""
        if self.transaction_mode != "IMMEDIATE":  # takes no lock yet
            super()._start_transaction_under_autocommit()
            return
        patience = self.settings_dict["OPTIONS"].get("timeout", PATIENCE)
        until = time.monotonic() + patience
        self.connection.execute(f"PRAGMA busy_timeout = {ROUND}")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()
                except OperationalError as error:
                    if str(error) != "database is locked" or time.monotonic() >= until:
                        raise
                    time.sleep(0.001)  # should SQLite ever not wait itself
                else:
                    return
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
