"""Who may come in: log-in, passwords, locks, the code from the telephone, sessions."""

from datetime import timedelta
from ipaddress import ip_network

from django.core.exceptions import ImproperlyConfigured

from branchyear.settings.environment import PRODUCTION, env, env_list

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "branches.backends.AppointmentBackend",
]
PASSWORD_HASHERS = [
    "branchyear.accounts.hashing.Hasher",
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
if PRODUCTION:
    SESSION_COOKIE_SECURE = True
    # Bound to this very host and https by the browser itself.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    CSRF_COOKIE_SECURE = True
