"""Where am I: the environment, our secrets, the names we answer to."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parents[2]


def env(name, default=None):
    """The variable as text; without a default a missing one stops the start, by name."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"The environment variable {name} is not set.")
    return value


def env_bool(name, default=False):
    return str(os.environ.get(name, default)).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name, default=""):
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


BRANCHYEAR_ENV = env("BRANCHYEAR_ENV", "local")  # local | production
PRODUCTION = BRANCHYEAR_ENV == "production"
DEBUG = env_bool("DEBUG", False) and not PRODUCTION
VAR_DIR = Path(env("BRANCHYEAR_VAR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret(name):
    """A secret from the environment; outside production one is made once and kept in var/."""
    value = os.environ.get(name)
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"In production {name} must be set in the environment.")
    path = VAR_DIR / f"{name.lower()}.txt"
    if not path.exists():
        # Written aside and linked into place: of two programs starting together one wins, and
        # neither ever reads half a secret.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


SECRET_KEY = _secret("SECRET_KEY")
# Encrypts ID numbers and telephones, and keys their blind index. Losing it loses them.
FIELD_KEY = _secret("FIELD_KEY")
# Keys that still read while FIELD_KEY is being changed (manage.py change_field_key), with commas.
FIELD_KEY_FALLBACKS = env_list("FIELD_KEY_FALLBACKS")

ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "" if PRODUCTION else "*")
if ALLOWED_HOSTS and "*" not in ALLOWED_HOSTS:
    # Prometheus and health checks on this very machine cannot say another name. Links in letters are made
    # of SITE_URL, and the web server in front hands on its own names only.
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_URL = env("SITE_URL", f"http://127.0.0.1:{env('PORT', '8000')}").rstrip("/")
