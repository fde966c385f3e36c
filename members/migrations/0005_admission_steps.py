"""The 25 steps of admission as data, so that an administrator can edit them."""

from django.db import migrations

from members.admission import seed_steps


def load(apps, schema_editor):
    """Steps that are there already stay as they were edited."""
    model = apps.get_model("members", "AdmissionStep")
    for step in seed_steps():
        model.objects.get_or_create(code=step["code"], defaults=step)


def unload(apps, schema_editor):
    """Those that nobody has taken."""
    taken = apps.get_model("members", "AdmissionProgress").objects.values("step")
    apps.get_model("members", "AdmissionStep").objects.exclude(pk__in=taken).delete()


class Migration(migrations.Migration):
    dependencies = [("members", "0004_admission_limits")]

    operations = [migrations.RunPython(load, unload)]
