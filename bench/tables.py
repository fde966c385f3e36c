"""What a database in use knows of its tables."""


def counted():
    """PostgreSQL counts them by itself before long; nobody counts SQLite's, so it is measured without."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
