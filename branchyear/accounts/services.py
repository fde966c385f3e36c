"""What happens to accounts."""

from axes.utils import reset as reset_failures
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from branchyear.accounts import lockout
from branchyear.accounts.models import User
from branchyear.accounts.passwords import one_time_password
from branchyear.lib.errors import Refused


def open_account(*, username, name, email="", phone=""):
    """Make an account with a one-time password; returns ``(user, password)``.

    The password is shown once to whoever opened the account and is not kept anywhere in clear.
    """
    return open_accounts([{"username": username, "name": name, "email": email, "phone": phone}])[0]


@transaction.atomic
def open_accounts(people):
    """Make many accounts, all or none; returns ``(user, password)`` for each, in the order given."""
    people = [{key: value.strip() for key, value in person.items()} for person in people]
    names = [person["username"] for person in people]
    taken = User.objects.annotate(lower=Lower("username")).filter(lower__in=map(str.lower, names))
    for name in [*taken.values_list("username", flat=True), *_twice(names)]:
        given = next(n for n in names if n.lower() == name.lower())
        raise Refused(f"账号“{given}”已存在，请换一个账号名。", field="username")
    opened = []
    for person in people:
        password = one_time_password()
        opened.append((User(password=_hash_of_one_time(password), **person), password))
    User.objects.bulk_create([user for user, _ in opened], batch_size=500)
    return opened


def _twice(names):
    """Names that stand twice in the list, whatever their case."""
    seen = set()
    return [n for n in names if n.lower() in seen or seen.add(n.lower())]


def _hash_of_one_time(password):
    """Quick to make, so that a thousand accounts are opened in seconds.

    A slow hash protects passwords that people choose; this one is random (about 70 bits) and good for
    choosing one only. At the first log-in Django stores it anew with the preferred hasher.
    """
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=1000)


def reset_password(user):
    """Give a new one-time password and lift a lock; returns the password."""
    password = one_time_password()
    user.password = _hash_of_one_time(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    reset_failures(username=user.username)
    return password


def change_account(user, **facts):
    """Correct name, e-mail or telephone; returns the names of the columns that changed."""
    unknown = set(facts) - {"name", "email", "phone"}
    if unknown:
        raise TypeError(f"not plain facts: {unknown}")
    changed = [key for key, value in facts.items() if getattr(user, key) != value]
    for key in changed:
        setattr(user, key, facts[key])
    if changed:
        user.save(update_fields=changed)
    return changed


def set_active(user, active):
    """Close or reopen an account; a closed one is out at its next click. True if it changed."""
    changed = User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active)
    user.is_active = active
    return bool(changed)


def close_sessions(user):
    """Every browser in which this person is logged in is out at its next click."""
    open_ones = Session.objects.filter(expire_date__gt=timezone.now())
    mine = [
        session.pk
        for session in open_ones.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=mine).delete()


def unlock(user):
    """Lift a lock after too many wrong passwords; True if there was one."""
    was_locked = lockout.is_locked(user.username)
    reset_failures(username=user.username)
    return was_locked


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
