"""System checks: what would hurt in production is said before the start."""

from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.utils import timezone

from branchyear.guard import nobody_is_counted_or_ranked
from branchyear.lib.pdf import check_printing

register(check_printing)
register(nobody_is_counted_or_ranked)


@register(Tags.security, deploy=True)
def production_settings(app_configs, **kwargs):
    problems = []
    if settings.DEBUG:
        problems.append(Error("DEBUG is on.", hint="Unset DEBUG.", id="branchyear.E001"))
    if not settings.REDIS_URL:
        problems.append(
            Warning(
                "The embedded broker serves one host only.",
                hint="Set REDIS_URL.",
                id="branchyear.W001",
            )
        )
    if not settings.EMAIL_HOST:
        problems.append(
            Warning(
                "No mail server: letters are only written to files.",
                hint="Set EMAIL_HOST.",
                id="branchyear.W002",
            )
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        problems.append(
            Warning(
                "SQLite serves one host only.",
                hint="Set DATABASE_URL to PostgreSQL.",
                id="branchyear.W003",
            )
        )
    return problems


@register(Tags.database, deploy=True)
def nobody_is_superuser(app_configs, databases=None, **kwargs):
    """A superuser's account is shut in production (``AppointmentBackend``); better there is none."""
    if not databases or "default" not in databases:
        return []
    from branchyear.accounts.models import User  # apps are not loaded when this module is

    names = list(User.objects.filter(is_superuser=True).values_list("username", flat=True)[:5])
    if not names:
        return []
    return [
        Warning(
            f"Superusers: {', '.join(names)}. They cannot log in in production.",
            hint="Give the three administrators' offices with `manage.py appoint` instead.",
            id="branchyear.W007",
        )
    ]


KEPT_AFTER = timedelta(days=7)  # both instances' restart and a look at the figures take an hour


@register(Tags.database, deploy=True)
def no_old_key_is_kept_for_nothing(app_configs, databases=None, **kwargs):
    """A key that was changed because it became known still opens back-ups; it need not lie beside the portal, too."""
    if not databases or "default" not in databases or not settings.FIELD_KEY_FALLBACKS:
        return []
    from branchyear import rekeying  # apps are not loaded when this module is

    finished = rekeying.finished_at()
    if finished is None or timezone.now() - finished < KEPT_AFTER:
        return []
    return [
        Warning(
            f"FIELD_KEY_FALLBACKS still names keys, although FIELD_KEY was changed on {finished:%Y-%m-%d}.",
            hint="`manage.py change_field_key --check`, then take FIELD_KEY_FALLBACKS out (docs/operations.md, Secrets).",
            id="branchyear.W008",
        )
    ]


@register(Tags.database)
def sqlite_takes_the_write_lock_first(app_configs, **kwargs):
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    if options.get("transaction_mode") != "IMMEDIATE":
        return [
            Error(
                "SQLite without IMMEDIATE loses writes under load.",
                hint="Set transaction_mode to IMMEDIATE.",
                id="branchyear.E002",
            )
        ]
    return []


# CVE-2025-49844 (CVSS 10): a script frees the server's memory and runs code. The first mended of each line.
REDIS_MENDED = {(7, 2): 11, (7, 4): 6, (8, 0): 4, (8, 2): 2}


@register(Tags.security, deploy=True)
def redis_is_behind_a_lock(app_configs, **kwargs):
    """Whoever reaches the broker can order work: a password, TLS where others are on the way, no known hole."""
    if not settings.REDIS_URL:
        return []
    address, problems = urlsplit(settings.REDIS_URL), []
    is_near = address.scheme == "unix" or _is_loopback(address.hostname)
    if not address.password:
        problems.append(
            Warning(
                "Redis asks for no password.",
                hint="Set requirepass (or an ACL user) and put it into REDIS_URL.",
                id="branchyear.W004",
            )
        )
    if not (is_near or settings.REDIS_NETWORK_IS_PRIVATE or address.scheme == "rediss"):
        problems.append(
            Warning(
                "Redis on another host is spoken to without TLS.",
                hint="rediss:// in REDIS_URL, or REDIS_NETWORK_IS_PRIVATE=true where nobody else is on the way.",
                id="branchyear.W005",
            )
        )
    version = None if settings.REDIS_IS_PATCHED else _redis_version()
    if version and not is_mended(version):
        problems.append(
            Warning(
                f"Redis {version} has CVE-2025-49844.",
                hint="7.2.11, 7.4.6, 8.0.4, 8.2.2 or newer; REDIS_IS_PATCHED=true where the distribution "
                "mended an older number.",
                id="branchyear.W006",
            )
        )
    return problems


def is_mended(version):
    """Whether that version of Redis (or Valkey) is past the hole; what cannot be read is not."""
    parts = [int(part) if part.isdigit() else 0 for part in version.split(".")[:3]]
    major, minor, patch = [*parts, 0, 0, 0][:3]
    if (major, minor) in REDIS_MENDED:
        return patch >= REDIS_MENDED[major, minor]
    return (major, minor) > max(REDIS_MENDED)


def _redis_version():
    """What the server says of itself; nothing where it does not answer (``/healthz/deep`` says so)."""
    server = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)
    try:
        return server.info("server").get("redis_version", "")
    except (redis.RedisError, OSError):
        return None
    finally:
        server.close()


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False
