"""Members are found by their surname as it is said: 曾 by zeng, not only by ceng."""

from functools import reduce
from operator import or_

from django.db import migrations
from django.db.models import Q

from branchyear.lib.text import SURNAMES, pinyin_key

AT_A_TIME = 500


def say(apps, schema_editor):
    members = apps.get_model("members", "Member").objects
    so_called = reduce(or_, (Q(name__startswith=surname) for surname in SURNAMES))
    changed = []
    for member in members.filter(so_called).only("name", "name_key").iterator():
        key = pinyin_key(member.name)
        if key != member.name_key:
            member.name_key = key
            changed.append(member)
        if len(changed) == AT_A_TIME:
            members.bulk_update(changed, ["name_key"])
            changed = []
    members.bulk_update(changed, ["name_key"])


class Migration(migrations.Migration):
    dependencies = [("members", "0012_second_person")]

    operations = [migrations.RunPython(say, migrations.RunPython.noop, elidable=True)]
