"""The database itself refuses to change or remove an audit entry, whoever asks."""

_SQLITE = {
    "audit_no_update": """
        CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
    """,
    "audit_no_delete": """
        CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END
    """,
}


def install(connection):
    if "audit_entry" not in connection.introspection.table_names():
        return  # migrated back to nothing
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in _SQLITE.values():
                cursor.execute(statement)
        else:
            cursor.execute(
                """
                CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger AS
                $$ BEGIN RAISE EXCEPTION 'audit entries are never changed or removed'; END $$
                LANGUAGE plpgsql
                """
            )
            cursor.execute("DROP TRIGGER IF EXISTS audit_append_only ON audit_entry")
            cursor.execute(
                "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit_entry"
                " FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            )


def remove(connection):
    """Only for migrations backwards and for tests that empty the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS audit_append_only ON audit_entry")
