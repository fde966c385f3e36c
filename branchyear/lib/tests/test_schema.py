"""A new database and one that went through every migration have the same tables."""

from django.db.migrations.loader import MigrationLoader


def tables(replace):
    """What the migrations lead to, told apart from the order in which they said it."""
    loader = MigrationLoader(None, replace_migrations=replace)
    told = {}
    for key, model in loader.project_state().models.items():
        options = {
            name: sorted((each.name for each in value), key=str)
            if name in ("indexes", "constraints")
            else value
            for name, value in model.options.items()
            if value
        }
        fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
        told[key] = (fields, options, model.bases)
    return told


def test_a_new_database_has_the_tables_of_one_that_went_through_every_migration():
    assert tables(replace=True) == tables(replace=False)


def test_a_new_database_goes_through_the_tables_of_an_app_at_once():
    loader = MigrationLoader(None)

    first = {app: loader.graph.root_nodes(app) for app in ("branches", "members", "tasks")}

    assert all("squashed" in name for nodes in first.values() for _, name in nodes)
