"""The first administrators come in by the server's own console."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from branches.scope import scope_of
from branchyear.accounts.models import User
from branchyear.audit.models import Entry


def appoint(*arguments):
    out = StringIO()
    call_command("appoint", *arguments, stdout=out)
    return out.getvalue()


def test_a_new_person_gets_an_account_and_the_office(org):
    said = appoint("xitong", "system_admin", "--org", "00", "--name", "何管理")

    user = User.objects.get(username="xitong")
    assert scope_of(user).is_administrator
    assert user.must_change_password
    assert "一次性密码" in said
    assert set(Entry.objects.values_list("verb", flat=True)) >= {
        "account.opened",
        "appointment.made",
    }


def test_a_known_person_keeps_the_password(people):
    said = appoint("nobody", "audit_admin", "--org", "00")

    assert "一次性密码" not in said
    assert scope_of(User.objects.get(username="nobody")).is_administrator


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x", "system_admin", "--org", "99"], "没有编码为"),
        (["x", "system_admin", "--org", "00"], "--name"),
        (["nobody", "secretary", "--org", "00"], "不能设在"),
        (["nobody", "inspector", "--org", "01-01"], "截止日期"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(arguments, sentence, people):
    count = User.objects.count()

    with pytest.raises(CommandError, match=sentence):
        appoint(*arguments)

    assert User.objects.count() == count
