"""What migrations do to rows that exist."""

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps
from django.db import connection

from branchyear.lib.crypto import blind_index
from members.models import Member
from members.tests.make import id_number, make_member


def test_known_numbers_get_their_tail_and_twice_changes_nothing(org):
    number = id_number()
    make_member(org.north, id_number=number)
    make_member(org.north, "无号")
    Member.objects.update(id_tail_index="")
    fill = import_module("members.migrations.0003_tail_of_known_numbers").fill
    editor = SimpleNamespace(connection=connection)

    fill(apps, editor)
    fill(apps, editor)

    assert set(Member.objects.values_list("id_tail_index", flat=True)) == {
        "",
        blind_index(number[-4:]),
    }


def test_members_are_found_by_their_surname_as_it_is_said(org):
    said = make_member(org.north, "单伟")
    other = make_member(org.north, "张单")
    Member.objects.filter(pk=said.pk).update(name_key="danwei dw")
    Member.objects.filter(pk=other.pk).update(name_key="kept")
    say = import_module("members.migrations.0013_surnames_as_they_are_said").say
    editor = SimpleNamespace(connection=connection)

    say(apps, editor)
    say(apps, editor)

    assert Member.objects.get(pk=said.pk).name_key == "shanwei sw danwei dw"
    assert Member.objects.get(pk=other.pk).name_key == "kept"
