"""Whether the ID numbers registered before agree with birth date and sex (rule R10)."""

from itertools import islice

from django.db import migrations

from members.soundness import id_disagreement

BATCH = 2000


def fill(apps, schema_editor):
    Member = apps.get_model("members", "Member")
    known = (
        Member.objects.using(schema_editor.connection.alias)
        .exclude(id_number_index=None)
        .only("id_number", "birth_date", "sex")
        .order_by("pk")
    )
    last = 0
    while part := list(islice(known.filter(pk__gt=last), BATCH)):
        last = part[-1].pk
        wrong = []
        for member in part:
            member.id_problem = id_disagreement(member.id_number, member.birth_date, member.sex)
            if member.id_problem:
                wrong.append(member)
        known.bulk_update(wrong, ["id_problem"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("members", "0010_id_problem_and_unit_head")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
