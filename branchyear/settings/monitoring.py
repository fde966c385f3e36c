"""Who looks after it: the log and the metrics."""

from branchyear.settings.environment import PRODUCTION, env

METRICS_TOKEN = env("METRICS_TOKEN", "")  # /metrics for a Prometheus on another host

# To standard error, where systemd and containers take it. No address, no query, no name, no number of a person
# (branchyear/monitoring/logs.py).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "branchyear.monitoring.logs.Lines",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "branchyear.monitoring.logs.JsonLines"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if PRODUCTION else "line",
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "ERROR"},  # our own audit trail says the same
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        # Addresses that do not exist stand in it, whatever was typed there; ours says their number.
        "django.request": {"level": "ERROR"},
        # Its own door to the console, with names and queries in it.
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
