"""Migrations an upgrade can make while the release before serves on (R11): ``python -m scripts.lint_migrations``.

While an upgrade rolls, old code works on new tables. So nothing it reads may go, nothing it does not write may be
asked of it, and no statement may hold a large table for long. A change that needs it all the same is made in steps
over two releases (add, fill, use; a release later: remove). Where a rule may be broken because nobody can notice, the
migration says so: ``ZERO_DOWNTIME = {"rule": "the reason, in a sentence"}``.
Source: the rules of django-migration-linter, and PostgreSQL's locks (postgresql.org/docs, ALTER TABLE).
"""

import inspect
import os
import sys
from dataclasses import dataclass

from django.db import migrations

# Where a lock of a minute would be noticed: rows by the hundred thousand in a city.
LARGE = {
    "audit.entry", "audit.link", "outbox.job", "once.posting", "notifications.notice", "notifications.delivery",
    "members.member", "members.duesmonth", "members.attendance", "tasks.branchitem", "tasks.itemstep",
    "tasks.evidence", "tasks.itemevidence", "tasks.finding", "reports.urging",
}  # fmt: skip
# Older than these rules, and behind every database there is.
BEFORE = {
    ("accounts", "0002_safety"),
    ("branches", "0006_one_administrators_office"),
    ("reports", "0011_export_centre"),
    ("reports", "0012_more_reminders"),
}
REASON = 15  # characters of a reason that says something

GONE = (migrations.RemoveField, migrations.DeleteModel)
RENAMED = (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)


@dataclass(frozen=True)
class Offence:
    rule: str
    what: str
    advice: str


def offences(migration, state):
    """What in ``migration`` breaks a rule; ``state`` is the project before it (it is moved on)."""
    app, created = migration.app_label, set()
    kinds = [type(operation) for operation in _flat(migration.operations)]
    if migrations.RunPython in kinds and any(_is_schema(kind) for kind in kinds):
        yield Offence(
            "mixed", "RunPython beside changes of tables",
            "put the data into a migration of its own: on PostgreSQL both hold their locks to the end",
        )  # fmt: skip
    for operation in migration.operations:
        for inner in _flat([operation]):
            if isinstance(inner, migrations.CreateModel):
                created.add(inner.name_lower)
                continue
            model = getattr(inner, "model_name_lower", getattr(inner, "name_lower", ""))
            if model not in created:
                yield from _of_operation(inner, app, model, state)
        operation.state_forwards(app, state)


def _flat(operations):
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        elif hasattr(operation, "operations"):  # several models at once (lib/schema.py)
            yield from _flat(operation.operations)
        else:
            yield operation


def _is_schema(kind):
    return issubclass(kind, (migrations.AddField, migrations.AlterField, *GONE, *RENAMED))


def _of_operation(operation, app, model, state):
    label = f"{app}.{model}"
    column = getattr(operation, "name", getattr(operation, "old_name", ""))
    name = f"{label}.{column}" if hasattr(operation, "model_name") and column else label
    if isinstance(operation, GONE):
        yield Offence(
            "gone",
            name,
            "old code still reads it: take it out of the code now, of the tables a release later",
        )
    elif isinstance(operation, RENAMED):
        yield Offence(
            "renamed",
            name,
            "add the new one, write both, fill it, remove the old one a release later",
        )
    elif isinstance(operation, migrations.AddField):
        yield from _added(operation.field, name)
    elif isinstance(operation, migrations.AlterField):
        before = state.models[app, model].fields[operation.name]
        yield from _altered(before, operation.field, name)
    elif isinstance(operation, migrations.AddConstraint):
        yield Offence(
            "constraint",
            name,
            "rows and code of the release before may not keep it: clean up first, add it a release later",
        )
    elif isinstance(operation, migrations.AddIndex) and not _is_concurrent(operation):
        if label in LARGE:
            yield Offence(
                "index",
                name,
                "AddIndexWhileInUse (branchyear/lib/schema.py) in a migration with atomic = False",
            )
    elif isinstance(operation, migrations.RunPython):
        yield from _data(operation)
    elif isinstance(operation, migrations.RunSQL) and operation.reverse_sql is None:
        yield Offence(
            "one-way",
            "RunSQL",
            "give reverse_sql (migrations.RunSQL.noop where nothing needs to be undone)",
        )


def _added(field, name):
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield Offence("not-null", name, "null=True or db_default: old code does not write it")
    if field.unique:
        yield Offence(
            "constraint",
            name,
            "unique on a table in use: add the field, fill it, then the constraint",
        )


def _altered(before, after, name):
    if before.null and not after.null and not after.has_db_default():
        yield Offence(
            "not-null",
            name,
            "old code may still write nothing there: fill it, and ask for it a release later",
        )
    if type(before) is not type(after) and before.get_internal_type() != after.get_internal_type():
        yield Offence(
            "type", name, "a change of type writes the whole table anew: add a new column"
        )
    lengths = getattr(before, "max_length", None), getattr(after, "max_length", None)
    if all(lengths) and lengths[1] < lengths[0]:
        yield Offence("type", name, "shorter than what old code writes")
    if after.unique and not before.unique:
        yield Offence("constraint", name, "rows and code of the release before may not keep it")


def _is_concurrent(operation):
    return type(operation) is not migrations.AddIndex


def _data(operation):
    if operation.reverse_code is None:
        yield Offence(
            "one-way",
            operation.code.__name__,
            "give a reverse (RunPython.noop where nothing needs to be undone)",
        )
    words = inspect.getsource(operation.code)
    in_parts = any(word in words for word in ("batch", "chunk", "iterator(", "islice"))
    if ".save(" in words and not in_parts:
        yield Offence("row-by-row", operation.code.__name__, "update(), or bulk_update in batches")


# --- Over all of the project ------------------------------------------------------------------------


def judged(loader):
    """``(migration, module)`` of those to look at: neither squashed ones, nor what they replace, nor first ones."""
    replaced = {key for each in loader.disk_migrations.values() for key in each.replaces}
    ours = {"branchyear", "branches", "members", "tasks", "reports"}
    for key, migration in sorted(loader.disk_migrations.items()):
        module = sys.modules[type(migration).__module__]
        if module.__name__.partition(".")[0] not in ours:
            continue
        if migration.replaces or key in replaced or migration.initial or key in BEFORE:
            continue
        yield migration, module


def problems(loader):
    """One line for each rule that is broken without a reason."""
    for migration, module in judged(loader):
        excused = getattr(module, "ZERO_DOWNTIME", {})
        state = loader.project_state((migration.app_label, migration.name), at_end=False)
        for offence in offences(migration, state):
            if len(excused.get(offence.rule, "")) < REASON:
                yield f"{migration.app_label}.{migration.name}: {offence.rule}: {offence.what}: {offence.advice}"


def main():
    import django
    from django.db.migrations.loader import MigrationLoader

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings")
    django.setup()
    found = list(problems(MigrationLoader(None)))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
