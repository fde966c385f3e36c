"""The database as one file, and back: SQLite by its own online copy, PostgreSQL by pg_dump and pg_restore."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from branchyear.audit import chain
from branchyear.backups.errors import Impossible


def engine():
    """``SQLite`` or ``PostgreSQL``, for the database of this portal."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def facts(execute, tables):
    """What a manifest says of a database: rows of every table, migrations gone through, end of the audit chain.

    ``execute`` runs a statement and gives a cursor: of the database in use, or of a copy beside it.
    """
    rows = {
        table: execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608  # nosec B608
        for table in sorted(tables)
    }
    gone = execute("SELECT app, name FROM django_migrations").fetchall()
    last = execute("SELECT position, digest FROM audit_link ORDER BY position DESC").fetchone()
    return {
        "rows": rows,
        "migrations": sorted(f"{app}.{name}" for app, name in gone),
        "audit_head": "{}:{}".format(*(last or (0, chain.START))),
    }


def facts_now():
    """The same of the database in use."""
    with connection.cursor() as cursor:

        def execute(statement):
            cursor.execute(statement)
            return cursor

        return facts(execute, connection.introspection.table_names(cursor))


class Sqlite:
    name, member = "sqlite", "database.sqlite3"

    def dump(self, target):
        """The database of one moment in ``target``, while others read and write; returns its ``facts``."""
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            named = copy.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            )
            return facts(copy.execute, [name for (name,) in named])

    def load(self, source):
        with closing(sqlite3.connect(source)) as copy:
            if (said := copy.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
                raise Impossible(f"备份中的数据库已损坏：{said}")
        place = Path(settings.DATABASES["default"]["NAME"])
        connection.close()
        fresh = place.with_name(place.name + ".restored")
        shutil.copyfile(source, fresh)
        for left in ("-wal", "-shm"):
            place.with_name(place.name + left).unlink(missing_ok=True)
        fresh.replace(place)


class Postgres:
    name, member = "postgresql", "database.dump"

    def dump(self, target):
        """As above: the facts and the dump are of one snapshot."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
            self._run(
                "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                f"--snapshot={snapshot}", f"--file={target}",
            )  # fmt: skip
            return facts_now()

    def load(self, source):
        # What is there goes with all that depends on it: --clean would stumble over what only one side has.
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connection.close()
        self._run(
            "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error",
            "--single-transaction", f"--dbname={connection.settings_dict['NAME']}", str(source),
        )  # fmt: skip

    def _run(self, program, *arguments):
        """One of PostgreSQL's programs at our database; the password goes by the environment only."""
        given = connection.settings_dict
        named = {
            "PGHOST": given["HOST"], "PGPORT": str(given["PORT"] or ""), "PGUSER": given["USER"],
            "PGPASSWORD": given["PASSWORD"], "PGDATABASE": given["NAME"],
        }  # fmt: skip
        if (path := shutil.which(program)) is None:
            raise Impossible(
                f"服务器上没有 {program}，请安装 postgresql-client（版本不低于数据库）。"
            )
        done = subprocess.run(  # noqa: S603 -- our own words only
            [path, *arguments],
            env={**os.environ, **{name: value for name, value in named.items() if value}},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Impossible(f"{program} 没有完成：{done.stderr.strip()[-800:]}")
