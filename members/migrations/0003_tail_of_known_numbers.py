"""Members registered before can be found by the last four signs of their ID number, too."""

from itertools import islice

from django.db import migrations

from branchyear.lib.crypto import blind_index

BATCH = 2000


def fill(apps, schema_editor):
    Member = apps.get_model("members", "Member")
    rows = Member.objects.using(schema_editor.connection.alias)
    waiting = rows.filter(id_tail_index="").exclude(id_number_index=None).order_by("pk")
    last = 0
    while part := list(islice(waiting.filter(pk__gt=last).only("id_number"), BATCH)):
        for member in part:
            member.id_tail_index = blind_index(member.id_number[-4:])
        rows.bulk_update(part, ["id_tail_index"], batch_size=500)
        last = part[-1].pk


class Migration(migrations.Migration):
    dependencies = [("members", "0002_life_of_the_branch")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
