"""A table that was never counted is counted before a large question."""

import pytest
from django.db import connection

from branchyear.lib.statistics import know_the_tables

pytestmark = pytest.mark.engines


def test_a_new_table_is_counted_and_sqlite_is_left_alone(db):
    postgres = connection.vendor == "postgresql"
    told = []

    def listen(execute, sql, params, many, context):
        told.append(sql)
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE newcomers AS SELECT 1 AS one UNION ALL SELECT 2")
        with connection.execute_wrapper(listen):
            know_the_tables(cursor)

        if not postgres:
            assert told == []
            return
        assert [sql.split()[0] for sql in told] == ["SELECT", "ANALYZE"]
        assert "newcomers" in told[1]
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'newcomers'")
        assert cursor.fetchone() == (2,)
