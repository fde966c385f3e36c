"""A table that was never counted is counted before a large question."""

import pytest
from django.db import connection

from branchyear.lib.statistics import know_the_tables

pytestmark = pytest.mark.engines


def test_a_new_table_is_counted_once_and_sqlite_is_left_alone(db, django_assert_num_queries):
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE newcomers AS SELECT 1 AS one UNION ALL SELECT 2")

        with django_assert_num_queries(2 if postgres else 0):
            know_the_tables(cursor)

        if postgres:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'newcomers'")
            assert cursor.fetchone() == (2,)
            with django_assert_num_queries(1):
                know_the_tables(cursor)
