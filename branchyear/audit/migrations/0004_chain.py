from django.db import migrations, models

from branchyear.audit import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_moment_of_the_act"),
    ]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                (
                    "position",
                    models.BigIntegerField(primary_key=True, serialize=False, verbose_name="序位"),
                ),
                ("entry_id", models.BigIntegerField(unique=True, verbose_name="审计记录编号")),
                ("digest", models.CharField(max_length=64, verbose_name="校验值")),
            ],
            options={
                "verbose_name": "审计链",
                "verbose_name_plural": "审计链",
                "ordering": ["position"],
            },
        ),
        migrations.RunPython(install, remove),
    ]
