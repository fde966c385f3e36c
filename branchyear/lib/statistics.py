"""What the database must know of its tables before a large question is put to it."""

_UNKNOWN = """
SELECT quote_ident(schemaname) || '.' || quote_ident(relname) FROM pg_stat_user_tables
WHERE last_analyze IS NULL AND last_autoanalyze IS NULL AND schemaname = current_schema()
AND pg_relation_size(relid) > 0
"""


def know_the_tables(cursor):
    """PostgreSQL plans for an empty table where it never counted one. It counts by itself only a minute after
    the commit, and a city that was just brought in (or is brought in by this transaction) is asked before
    that: a rule then takes minutes instead of a second. Only what was never counted is; SQLite needs none of it.
    """
    if cursor.db.vendor != "postgresql":
        return
    cursor.execute(_UNKNOWN)
    if tables := [name for (name,) in cursor.fetchall()]:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
