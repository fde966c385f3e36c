"""Keys of the former kind (in clear, for ever) are not taken over: nobody can tell what they are still used for."""

from django.db import migrations

OLD = "authtoken_token"


def forget_old_keys(apps, schema_editor):
    connection = schema_editor.connection
    if OLD in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM authtoken_token")


class Migration(migrations.Migration):
    dependencies = [("tokens", "0001_keys_for_programs")]

    operations = [migrations.RunPython(forget_old_keys, migrations.RunPython.noop)]
