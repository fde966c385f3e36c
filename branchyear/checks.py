"""System checks: what would hurt in production is said before the start."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

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
            id="branchyear.W005",
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
