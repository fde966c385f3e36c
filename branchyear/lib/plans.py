"""A word to SQLite's planner, which has no figures about our tables (nobody runs ANALYZE) and so must guess."""

from django.db.models import Func


class Beside(Func):
    """A column that only tells rows apart and is never the way to them: SQLite reads no index for it.

    ``filter(In(Beside("item"), items))`` on rows below a path: without it SQLite goes through every row of the city that
    has one of the items, and looks at the path last. PostgreSQL counts its rows and needs no word.
    """

    arity = 1
    template = "+%(expressions)s"

    def as_postgresql(self, compiler, connection, **options):
        return self.as_sql(compiler, connection, template="%(expressions)s", **options)
