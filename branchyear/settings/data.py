"""Where is the data: the database, Redis, the files."""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from branchyear.lib.mounts import is_over_the_network
from branchyear.settings.environment import VAR_DIR, env, env_bool

DATABASE_URL = env("DATABASE_URL", "")
if DATABASE_URL:
    # A kept connection is asked first whether it still lives: after a restart of the server the next
    # request of every thread would fail otherwise.
    DATABASES = {
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = "branchyear.lib.postgresql"
else:
    if is_over_the_network(VAR_DIR):
        raise ImproperlyConfigured(
            f"{VAR_DIR} lies on a network file system, where SQLite loses data. "
            "Set BRANCHYEAR_VAR to a local disk, or DATABASE_URL to PostgreSQL."
        )
    DATABASES = {
        "default": {
            "ENGINE": "branchyear.lib.sqlite3",
            "NAME": VAR_DIR / "branchyear.sqlite3",
            # Opening the file and setting it up takes longer than most requests' statements.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # WAL lets readers read while one writes; IMMEDIATE takes the write lock at the
                # start, so that the timeout works and no transaction fails half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                    "PRAGMA busy_timeout=20000;PRAGMA foreign_keys=ON;PRAGMA cache_size=-32000;"
                ),
            },
        }
    }

REDIS_URL = env("REDIS_URL", "")
# Said by the operator, for ``check --deploy``: nobody else is on the way to Redis (a network of containers); the
# distribution has mended CVE-2025-49844 under an older number (Debian 12: 7.0.15-1~deb12u6 and later).
REDIS_NETWORK_IS_PRIVATE = env_bool("REDIS_NETWORK_IS_PRIVATE")
REDIS_IS_PATCHED = env_bool("REDIS_IS_PATCHED")
# Counts (how often somebody asks) and marks (a request at work) that all web processes share; without Redis each
# process has its own, which is as good on one machine with few of them.
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "branchyear.lib.cache.SharedCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "cache",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }

MEDIA_ROOT = VAR_DIR / "files"  # private: no URL leads here, only views that check scope
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "branchyear.lib.staticfiles.CollectedFiles"},
}
# Where the web server in front serves MEDIA_ROOT from, to answers that say so only ("internal" in
# deploy/nginx/branchyear.conf). It reads them as a member of our group. "" = we send them ourselves.
PRIVATE_FILES_ACCEL = env("PRIVATE_FILES_ACCEL", "")
if PRIVATE_FILES_ACCEL and not (
    PRIVATE_FILES_ACCEL.startswith("/") and PRIVATE_FILES_ACCEL.endswith("/")
):
    raise ImproperlyConfigured("PRIVATE_FILES_ACCEL must begin and end with a slash.")
FILE_UPLOAD_PERMISSIONS = 0o640 if PRIVATE_FILES_ACCEL else 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750 if PRIVATE_FILES_ACCEL else 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a whole branch on one page stays well below
CLAMD = env("CLAMD", "")  # a virus scanner's socket or host:port; uploads pass it first
