"""What a database in use knows of its tables."""

import os


def counted():
    """PostgreSQL counts them by itself before long; nobody counts SQLite's, so it is measured without."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def migrated():
    """The empty tables. SQLite's are copied from a file that was migrated once for this code (as the tests do it): that
    takes a quarter of a minute, and each city of a bench has a file of its own. So are PostgreSQL's on a server that is
    the bench's own (``BENCH_OWN_SERVER``), where the database is made anew."""
    from django.core.management import call_command
    from django.db import connection

    from branchyear.tests import databases

    if connection.vendor == "sqlite" or os.environ.get("BENCH_OWN_SERVER"):
        connection.close()
        databases.copy(connection.settings_dict["NAME"])
    else:
        call_command("migrate", verbosity=0)
