"""Settings: one file, the environment is read here and nowhere else.

In the order a newcomer asks: where am I, what is installed, who may come in, where is
the data, how does it look, how is mail sent, what does Celery do, our own constants.
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from branchyear.lib import filebroker
from branchyear.lib.mounts import is_over_the_network

BASE_DIR = Path(__file__).resolve().parent.parent


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


# --- Where am I -------------------------------------------------------------------------------

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

# --- What is installed --------------------------------------------------------------------------

INSTALLED_APPS = [
    "branchyear",
    "branchyear.accounts",
    "branchyear.once",
    "branchyear.tokens",
    "branchyear.audit",
    "branchyear.outbox",
    "branchyear.notifications",
    "branchyear.monitoring",
    "branches",
    "members",
    "tasks",
    "reports",
    "branchyear.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "treebeard",
    "import_export",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "branchyear.monitoring.middleware.Observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "branchyear.middleware.RequestContext",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "branchyear.door.SessionEnds",
    "branchyear.door.LoginRequired",
    "branchyear.door.FirstPassword",
    "branchyear.door.SecondFactor",
    "branchyear.middleware.Once",
    "branchyear.middleware.Refusals",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "branchyear.urls"
WSGI_APPLICATION = "branchyear.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "branchyear.context.frame",
            ],
        },
    },
]

# --- Who may come in ----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "branches.backends.AppointmentBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# djbh: what 等保2.0 asks of a password; asvs: what OWASP ASVS 5.0 asks (branchyear/accounts/passwords.py).
PASSWORD_PROFILE = env("PASSWORD_PROFILE", "djbh")
if PASSWORD_PROFILE not in {"djbh", "asvs"}:
    raise ImproperlyConfigured("PASSWORD_PROFILE must be djbh or asvs.")
PASSWORD_NOTICE_DAYS = 7  # so long before the end the person is told at log-in
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "branchyear.accounts.passwords.FollowsProfile"},
    {"NAME": "branchyear.accounts.passwords.NotUsedBefore"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Proxies of our own in front of the web processes; each adds an address to X-Forwarded-For. 0: that header says nothing.
TRUSTED_PROXIES = int(env("TRUSTED_PROXIES", "1" if PRODUCTION else "0"))
# The machines from which the admin site is opened (CIDR, with commas); none named: every machine.
ADMIN_ADDRESSES = [ip_network(part, strict=False) for part in env_list("ADMIN_ADDRESSES")]

# Five wrong passwords lock the account for a quarter of an hour (等保2.0: 登录失败处理), for the network they came
# from; twenty from wherever lock it everywhere but where its person was last (branchyear/accounts/lockout.py).
AXES_HANDLER = "branchyear.accounts.lockout.Handler"
AXES_FAILURE_LIMIT = 5
LOCK_EVERYWHERE_AFTER = 20
AXES_COOLOFF_TIME = timedelta(minutes=15)
CAPTCHA_AFTER = 3  # wrong passwords for an account, from wherever
CAPTCHA_AFTER_FROM_NETWORK = (
    10  # from a network, for whatever accounts: one password tried on many names
)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or guessing on would lock for ever
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "branchyear.accounts.lockout.network_of_request"
# axes keeps what was posted; none of this may be kept.
AXES_SENSITIVE_PARAMETERS = ["old_password", "new_password1", "new_password2", "code", "captcha"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "branchyear.accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# W006 fears locks that a new address gets round; twenty from anywhere are counted by account alone.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

# The code from the telephone (branchyear/accounts/second_factor.py): off | optional | required. Required means: of
# the roles named in the admin site (两种鉴别 of whoever administers, 等保2.0 三级); everybody else may.
SECOND_FACTOR = env("SECOND_FACTOR", "required" if PRODUCTION else "optional")
if SECOND_FACTOR not in {"off", "optional", "required"}:
    raise ImproperlyConfigured("SECOND_FACTOR must be off, optional or required.")
SECOND_FACTOR_ISSUER = env("SECOND_FACTOR_ISSUER", "基本建设年")
# An account that nobody used for so many days is closed, its person warned so many days before (等保2.0: 及时停用多余、
# 过期的账户). 0: never. Who reports once a month is far from it.
IDLE_ACCOUNT_DAYS = int(env("IDLE_ACCOUNT_DAYS", "90" if PRODUCTION else "0"))
IDLE_WARNING_DAYS = 14

SESSION_ENGINE = "branchyear.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_AT_MOST = timedelta(hours=12)  # a working day at most, however busy
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
IDLE_LOGOUT_AFTER = timedelta(minutes=30)  # 等保2.0: 登录连接超时自动退出
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "branchyear.views.csrf_failure"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    # Bound to this very host and https by the browser itself.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", True)
    # Asked by machines on the inner side: by containers, balancers, Prometheus.
    SECURE_REDIRECT_EXEMPT = [r"^healthz(/deep)?$", r"^metrics$"]
    SECURE_HSTS_SECONDS = int(env("SECURE_HSTS_SECONDS", "31536000"))
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
}

# --- Where is the data --------------------------------------------------------------------------

DATABASE_URL = os.environ.get("DATABASE_URL", "")
if DATABASE_URL:
    # A kept connection is asked first whether it still lives: after a restart of the server the next
    # request of every thread would fail otherwise.
    DATABASES = {
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
else:
    if is_over_the_network(VAR_DIR):
        raise ImproperlyConfigured(
            f"{VAR_DIR} lies on a network file system, where SQLite loses data. "
            "Set BRANCHYEAR_VAR to a local disk, or DATABASE_URL to PostgreSQL."
        )
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
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

# Counts (how often somebody asks) and marks (a request at work) that all web processes share; without Redis each
# process has its own, which is as good on one machine with few of them.
if os.environ.get("REDIS_URL"):
    CACHES = {
        "default": {
            "BACKEND": "branchyear.lib.cache.SharedCache",
            "LOCATION": os.environ["REDIS_URL"],
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

# --- How does it look -----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "branchyear.formats"  # dates as <input type="date"> wants them
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_MAX_AGE = 3600
# Collecting is part of the first start: neither the print fonts nor source maps are compressed,
# which took minutes (23 MB of fonts alone) for files that no page asks for.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "otf", "ttf", "map")

# --- How is mail sent -------------------------------------------------------------------------------

EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "党支部基本建设年管理平台 <noreply@localhost>")
if EMAIL_HOST:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
else:
    # Without a mail server the letters are kept where an operator can read them.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# Hooks of other messengers, off while they have no address. They say how many and where to look, no more.
NOTIFY_HOOKS = {
    "wecom": os.environ.get("NOTIFY_WECOM_URL", ""),
    "dingtalk": os.environ.get("NOTIFY_DINGTALK_URL", ""),
    "sms": os.environ.get("NOTIFY_SMS_URL", ""),
}
for _name, _address in NOTIFY_HOOKS.items():
    if _address and not _address.startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"NOTIFY_{_name.upper()}_URL must begin with https://.")
NOTIFY_PER_MINUTE = int(env("NOTIFY_PER_MINUTE", "20"))  # what the robots of both messengers allow

# --- What does Celery do ------------------------------------------------------------------------------

REDIS_URL = os.environ.get("REDIS_URL", "")
# Said by the operator, for ``check --deploy``: nobody else is on the way to Redis (a network of containers); the
# distribution has mended CVE-2025-49844 under an older number (Debian 12: 7.0.15-1~deb12u6 and later).
REDIS_NETWORK_IS_PRIVATE = env_bool("REDIS_NETWORK_IS_PRIVATE")
REDIS_IS_PATCHED = env_bool("REDIS_IS_PATCHED")
BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Twice the hard time limit and more: a job is not given to a second worker while it runs.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2}
else:
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = (
        f"{filebroker.SCHEME}://localhost"  # without a host kombu warns at every message
    )
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,  # a worker that has just done a job looks for the next that often
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page that queues a job tries twice and goes on: the job is a row, the broker only wakes.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "branchyear.monitoring.scheduler:Scheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {}
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- Who looks after it -----------------------------------------------------------------------------------

METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")  # /metrics for a Prometheus on another host

# --- API --------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # DRF steps around LoginRequiredMiddleware, so the lock on its door is here.
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "branchyear.rest.tokens.InScope",
    ],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "branchyear.rest.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["branchyear.rest.rates.ByPerson"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "branchyear.rest.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "branchyear.rest.keyset.Keyset",
    "DEFAULT_FILTER_BACKENDS": ["branchyear.rest.filters.NamedFilters"],
    "EXCEPTION_HANDLER": "branchyear.rest.problems.explain",
    "PAGE_SIZE": 50,
    "NUM_PROXIES": TRUSTED_PROXIES,  # throttles count by the same address as everything else
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "党支部基本建设年管理平台 API",
    "DESCRIPTION": "使用说明见 docs/api.md。所见范围与网页相同，每项操作与网页办理的是同一件事。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    # Choices stand at their field: thirty resources have a "state", each its own.
    "POSTPROCESSING_HOOKS": [],
}
# Requests a minute, for each person and for each key apart. A page of the portal asks a handful, a nightly copy of
# a city's 11,000 members in pages of 500 some twenty: ten times that is a program gone wild.
API_PER_MINUTE = {
    "read": int(env("API_READS_PER_MINUTE", "600")),
    "write": int(env("API_WRITES_PER_MINUTE", "120")),
}
# Wrong keys from one address, then a quarter of an hour's pause, as with passwords (等保2.0: 登录失败处理).
API_WRONG_KEYS = int(env("API_WRONG_KEYS", "20"))
API_WRONG_KEYS_FOR = timedelta(minutes=15)
API_TOKEN_DAYS = 90  # how long a key is good unless asked otherwise
API_TOKEN_MOST_DAYS = 365
API_TOKENS_EACH = 10  # keys that one person may have at a time

# --- Our own constants ------------------------------------------------------------------------------

CLAMD = os.environ.get("CLAMD", "")  # a virus scanner's socket or host:port; uploads pass it first
EVIDENCE_MAX_BYTES = 20 * 1024 * 1024  # a scanned resolution of ten pages is about 8 MB
EVIDENCE_MAX_PER_ITEM = 30
EXPORT_KEEP_DAYS = 90  # the export centre keeps a quarter; the ledger can always be made again
DOSSIER_KEEP_DAYS = 14  # an inspection is over by then; asked again it is the same to the last byte
DOSSIER_MAX_BYTES = (
    4 * 1024**3
)  # a branch has some hundred megabytes; above that one asks task by task
ROSTER_UPLOAD_KEEP_DAYS = 30  # time to mend a rejected list; the file itself goes once it is saved
JOB_MAX_ATTEMPTS = 5  # then the job goes to the dead letters and an administrator is shown it
JOB_MAX_STARTS = 20  # of long work: a killed worker is not its fault, and it goes on where it stood
# How often the rows are looked for that nobody woke (broker down, worker killed).
OUTBOX_SWEEP_SECONDS = float(env("OUTBOX_SWEEP_SECONDS", "30"))
# How long a queue's line at the broker may be for the sweep to add to it (a file for each in the embedded one).
OUTBOX_LINE = 2000 if REDIS_URL else 100
# Who works on a job says three times in this while that he lives: a killed worker's job is free after it.
JOB_ALIVE = timedelta(seconds=int(env("JOB_ALIVE_SECONDS", "90")))
JOB_LEASE = JOB_ALIVE
# Above that a ledger is printed in parts, by as many workers as there are. Measured on a city's 17,640 lines (878
# pages): in one go 10 s of processor time; in parts 1 s to read, 5 s that workers share, 4 s to join.
EXPORT_SPLIT_ROWS = int(env("EXPORT_SPLIT_ROWS", "5000"))
# From so many branches on the overview's items are counted beforehand (reports/services/rollups.py).
ROLLUPS_FROM_BRANCHES = int(env("ROLLUPS_FROM_BRANCHES", "2000"))
# A whole city's ledger as PDF is a thousand pages; every other job ends within Celery's five minutes.
JOB_TIME_LIMITS = {"heavy": {"soft_time_limit": 1740, "time_limit": 1800}}
# Elected is who has the votes of more than half of those present ("present") or due ("due"). Two of three
# sources on the election regulation of 2020 say present; a city whose rule says due sets it here.
ELECTED_BY = env("ELECTED_BY", "present")
DEMO_PASSWORD = env("DEMO_PASSWORD", "jcjs-demo-2022")

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
