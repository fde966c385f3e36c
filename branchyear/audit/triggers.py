"""The database itself refuses to change or remove an audit entry or a link of its chain, whoever asks."""

TABLES = ("audit_entry", "audit_link")


def install(connection):
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                """
                CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS
                $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or removed'; END $$
                LANGUAGE plpgsql
                """
            )
        for table in TABLES:
            if table in there:  # not while migrated back to nothing
                for statement in _install(connection.vendor, table):
                    cursor.execute(statement)


def remove(connection):
    """Only for migrations backwards and for tests that empty the database."""
    there = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in TABLES:
            if table in there:
                for statement in _remove(connection.vendor, table):
                    cursor.execute(statement)


def _names(table):
    """Of the two triggers on SQLite: ``audit_no_update`` and ``audit_no_delete`` on the entries."""
    prefix = table.removesuffix("_entry")
    return f"{prefix}_no_update", f"{prefix}_no_delete"


def _install(vendor, table):
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {act} ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'audit entries are never changed or removed'); END"
            for name, act in zip(_names(table), ("UPDATE", "DELETE"), strict=True)
        ]
    return [
        f"DROP TRIGGER IF EXISTS audit_append_only ON {table}",
        f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuse()",
    ]


def _remove(vendor, table):
    if vendor == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {name}" for name in _names(table)]
    return [f"DROP TRIGGER IF EXISTS audit_append_only ON {table}"]
