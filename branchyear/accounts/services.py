"""What happens to accounts."""

from axes.utils import reset as reset_failures
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone

from branchyear.accounts.models import User
from branchyear.accounts.passwords import one_time_password
from branchyear.lib.errors import Refused


def open_account(*, username, name, email="", phone=""):
    """Make an account with a one-time password; returns ``(user, password)``.

    The password is shown once to whoever opened the account and is not kept anywhere in clear.
    """
    username = username.strip()
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"账号“{username}”已存在,请换一个账号名。", field="username")
    password = one_time_password()
    user = User(username=username, name=name.strip(), email=email.strip(), phone=phone.strip())
    user.set_password(password)
    user.save()
    return user, password


def reset_password(user):
    """Give a new one-time password and lift a lock; returns the password."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    reset_failures(username=user.username)
    return password


@transaction.atomic
def choose_password(user, password):
    """The person sets an own password; ValidationError says what it lacks."""
    validate_password(password, user)
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])


def note_login(user, *, ip, now):
    """Remember this log-in and the one before it, which the person is shown."""
    user.previous_login_at, user.previous_login_ip = user.last_login, user.last_login_ip
    user.last_login_ip = ip
    User.objects.filter(pk=user.pk).update(
        previous_login_at=user.previous_login_at,
        previous_login_ip=user.previous_login_ip,
        last_login_ip=ip,
    )
