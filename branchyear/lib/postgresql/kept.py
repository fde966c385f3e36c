"""Statements kept on one connection and asked by libpq itself.

Half of what a small question costs is not PostgreSQL's: a cursor, its conversions, and the turns of a generator around
each word on the line. A statement that is asked again and again needs none of them. Values and rows are put into words
and read by psycopg's own adapters, with whatever Django has registered on the connection. Psycopg itself prepares nothing
here (``prepare_threshold`` is ``None``), and so has no reason to give up everything prepared after a rollback.
"""

import re

from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import OperationalError, error_from_result

MOST = (
    500  # statements of one connection; then all are given up and prepared again as they are asked
)

GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
_PLACE = re.compile(r"%(s|%)")


class Kept:
    def __init__(self, connection):
        self.connection, self.line = connection, connection.pgconn
        self.names = {}  # by text and the types of its values

    def can_be_asked(self):
        """Not at the begin of a transaction, which psycopg would begin first, nor in its pipeline."""
        status = self.line.transaction_status
        if status == pq.TransactionStatus.IDLE:
            return self.connection.autocommit
        return status == pq.TransactionStatus.INTRANS

    def rows(self, sql, params):
        """Every row of a statement with ``%s`` for its values, as a list of tuples; psycopg's errors."""
        adapter = Transformer(self.connection)
        values = adapter.dump_sequence(params, [PyFormat.AUTO] * len(params))
        key = (sql, adapter.types)
        name = self.names.get(key) or self._prepared(key)
        answer = self.line.exec_prepared(name, values, adapter.formats)
        self._check(answer)
        adapter.set_pgresult(answer)
        return adapter.load_rows(0, answer.ntuples, tuple)

    def _prepared(self, key):
        if len(self.names) >= MOST:
            for name in self.names.values():
                self._check(self.line.exec_(b"DEALLOCATE " + name))
            self.names.clear()
        sql, types = key
        name = b"kept_%d" % len(self.names)
        self._check(self.line.prepare(name, _numbered(sql).encode(), types))
        self.names[key] = name
        return name

    def _check(self, answer):
        if answer.status in GOOD:
            return
        if self.line.status == pq.ConnStatus.BAD:  # such an answer has no class of its own
            raise OperationalError(self.line.get_error_message())
        raise error_from_result(answer, encoding=self.connection.info.encoding)


def _numbered(sql):
    """``%s`` as PostgreSQL has it: ``$1``, ``$2``, …"""
    number = 0

    def place(found):
        nonlocal number
        if found[1] == "%":
            return "%"
        number += 1
        return f"${number}"

    return _PLACE.sub(place, sql)
