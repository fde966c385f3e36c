"""What happens to accounts."""

from axes.utils import reset as reset_failures
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from branchyear.accounts import lockout, second_factor
from branchyear.accounts.models import OpenSession, PastPassword, User
from branchyear.accounts.passwords import expires_at, one_time_password, profile
from branchyear.accounts.sessions import (
    ADDRESS,
    AGENT,
    AWAITED,
    PASSWORD_IS_OLD,
    SECOND_FACTOR,
    SEEN,
    STARTED,
)
from branchyear.accounts.signals import acted
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
    changed = User.objects.filter(pk=user.pk, is_active=not active).update(
        is_active=active, in_use_since=timezone.now() if active else F("in_use_since")
    )
    user.is_active = active
    return bool(changed)


def close_sessions(user):
    """Every browser in which this person is logged in is out at its next click."""
    OpenSession.objects.filter(user=user).delete()


def open_sessions(user, *, now=None):
    """Where this person is logged in at this moment, the latest used first."""
    now = now or timezone.now()
    return OpenSession.objects.filter(
        user=user,
        expire_date__gt=now,
        seen_at__gt=now - settings.IDLE_LOGOUT_AFTER,
        started_at__gt=now - settings.SESSION_AT_MOST,
    )


@transaction.atomic
def end_other_sessions(user, *, but):
    """The person ends every other session of his; returns how many there were."""
    number, _ = OpenSession.objects.filter(user=user).exclude(session_key=but).delete()
    if number:
        acted.send(User, verb="account.sessions_ended", user=user, detail={"sessions": number})
    return number


@transaction.atomic
def end_session(user, number, *, but):
    """The person ends one of his other sessions, named by ``number_of``."""
    for session in OpenSession.objects.filter(user=user).exclude(session_key=but):
        if number_of(session) == number:
            session.delete()
            acted.send(User, verb="account.sessions_ended", user=user, detail={"sessions": 1})
            return
    raise Refused("该会话已经退出。")


def number_of(session):
    """Names a session on a page without its key, which would open it."""
    return salted_hmac("branchyear.accounts.session", session.session_key).hexdigest()[:20]


def unlock(user):
    """Lift a lock after too many wrong passwords; True if there was one."""
    was_locked = lockout.is_locked(user.username)
    reset_failures(username=user.username)
    return was_locked


@transaction.atomic
def choose_password(user, password):
    """The person sets an own password; ValidationError says what it lacks."""
    validate_password(password, user)
    now, before = timezone.now(), user.password
    user.set_password(password)
    user.must_change_password = False
    user.password_changed_at = now
    user.save(update_fields=["password", "must_change_password", "password_changed_at"])
    PastPassword.objects.create(user=user, password=before, until=now)
    kept = user.past_passwords.values("pk")[: max(profile().past, 5)]
    user.past_passwords.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    acted.send(User, verb="account.password_chosen", user=user, detail={})


def note_login(user, *, ip, now):
    """Remember this log-in and the one before it, which the person is shown."""
    user.previous_login_at, user.previous_login_ip = user.last_login, user.last_login_ip
    user.last_login_ip = ip
    User.objects.filter(pk=user.pk).update(
        previous_login_at=user.previous_login_at,
        previous_login_ip=user.previous_login_ip,
        last_login_ip=ip,
    )


def begin_session(request, user, *, ip, now):
    """What a session knows of itself from its first moment, and what it asks for before anything else."""
    end = expires_at(user)
    if end and end <= now:
        request.session[PASSWORD_IS_OLD] = True
    if second_factor.is_enrolled(user):
        request.session[SECOND_FACTOR] = AWAITED
    request.session.update(
        {
            STARTED: now.timestamp(),
            SEEN: now.timestamp(),
            ADDRESS: ip,
            AGENT: request.headers.get("User-Agent", "")[:300],
        }
    )
