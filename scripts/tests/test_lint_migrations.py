"""Each rule of migrations beside running old code finds what it is for, and leaves what is harmless."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from branchyear.lib.schema import AddIndexWhileInUse
from scripts import lint_migrations
from scripts.lint_migrations import offences

pytestmark = pytest.mark.any_engine


def by_rows(apps, schema_editor):
    for row in apps.get_model("tasks", "evidence").objects.all():
        row.save()


def in_batches(apps, schema_editor):
    for row in apps.get_model("tasks", "evidence").objects.iterator(chunk_size=500):
        row.save()


def before():
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=100, null=True)),
        ("size", models.IntegerField()),
    ]
    state.add_model(ModelState("tasks", "Evidence", fields))
    return state


def rules(*operations):
    migration = migrations.Migration("0099_x", "tasks")
    migration.operations = list(operations)
    return [offence.rule for offence in offences(migration, before())]


INDEX = models.Index(fields=["size"], name="by_size")


@pytest.mark.parametrize(
    ("rule", "operation"),
    [
        ("gone", migrations.RemoveField("evidence", "size")),
        ("gone", migrations.DeleteModel("Evidence")),
        ("renamed", migrations.RenameField("evidence", "size", "length")),
        ("renamed", migrations.RenameModel("Evidence", "Material")),
        ("renamed", migrations.AlterModelTable("evidence", "materials")),
        ("not-null", migrations.AddField("evidence", "kind", models.TextField(default=""))),
        ("not-null", migrations.AlterField("evidence", "name", models.CharField(max_length=100))),
        (
            "type",
            migrations.AlterField("evidence", "name", models.CharField(max_length=50, null=True)),
        ),
        ("type", migrations.AlterField("evidence", "size", models.TextField())),
        ("constraint", migrations.AlterField("evidence", "size", models.IntegerField(unique=True))),
        (
            "constraint",
            migrations.AddConstraint(
                "evidence", models.UniqueConstraint(fields=["size"], name="one")
            ),
        ),
        ("index", migrations.AddIndex("evidence", INDEX)),
        ("one-way", migrations.RunPython(in_batches)),
        ("row-by-row", migrations.RunPython(by_rows, migrations.RunPython.noop)),
        ("one-way", migrations.RunSQL("SELECT 1")),
        (
            "gone",
            migrations.SeparateDatabaseAndState([migrations.RemoveField("evidence", "size")], []),
        ),
    ],
)
def test_what_old_code_or_people_would_notice_is_found(rule, operation):
    assert rules(operation) == [rule]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("evidence", "kind", models.TextField(null=True)),
        migrations.AddField("evidence", "kind", models.TextField(db_default="")),
        migrations.AlterField("evidence", "size", models.IntegerField("大小", null=True)),
        migrations.AlterField("evidence", "name", models.CharField(max_length=200, null=True)),
        AddIndexWhileInUse("evidence", INDEX),
        migrations.RunPython(in_batches, migrations.RunPython.noop),
        migrations.RunSQL("SELECT 1", migrations.RunSQL.noop),
        migrations.AlterModelOptions("evidence", {"ordering": ["id"]}),
    ],
)
def test_what_nobody_notices_passes(operation):
    assert rules(operation) == []


def test_a_new_table_is_made_as_one_likes():
    fields = [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())]

    found = rules(
        migrations.CreateModel("Page", fields),
        migrations.AddField("page", "kind", models.TextField(default="")),
        migrations.AddConstraint("page", models.UniqueConstraint(fields=["size"], name="one")),
    )

    assert found == []


def test_data_and_tables_are_changed_apart():
    found = rules(
        migrations.AddField("evidence", "kind", models.TextField(null=True)),
        migrations.RunPython(in_batches, migrations.RunPython.noop),
    )

    assert found == ["mixed"]


@pytest.mark.parametrize(
    ("excuse", "lines"),
    [({}, 1), ({"gone": "no release ever wrote it"}, 0), ({"gone": "why not"}, 1)],
)
def test_a_reason_lets_one_rule_be_broken(monkeypatch, excuse, lines):
    migration = migrations.Migration("0099_x", "tasks")
    migration.operations = [migrations.RemoveField("evidence", "size")]
    module = SimpleNamespace(ZERO_DOWNTIME=excuse)
    monkeypatch.setattr(lint_migrations, "judged", lambda loader: [(migration, module)])
    loader = SimpleNamespace(project_state=lambda node, at_end: before())

    assert len(list(lint_migrations.problems(loader))) == lines


def test_ours_keep_the_rules():
    assert list(lint_migrations.problems(MigrationLoader(None))) == []


@pytest.mark.engines
@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_while_the_table_is_in_use():
    state = ProjectState.from_apps(apps)
    after = state.clone()
    operation = AddIndexWhileInUse(
        "pulse", models.Index(fields=["is_well"], name="trial_of_an_index")
    )
    operation.state_forwards("monitoring", after)

    def names():
        with connection.cursor() as cursor:
            return connection.introspection.get_constraints(cursor, "monitoring_pulse")

    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("monitoring", editor, state, after)
        made = "trial_of_an_index" in names()
        operation.database_backwards("monitoring", editor, after, state)

    assert (made, "trial_of_an_index" in names()) == (True, False)
