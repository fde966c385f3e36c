"""The holidays and worked weekends of the years that were announced when this was made."""

from django.db import migrations

from tasks.workdays import load_announced


def enter(apps, schema_editor):
    load_announced(apps.get_model("tasks", "CalendarDay"))


class Migration(migrations.Migration):
    dependencies = [("tasks", "0011_clocks")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
