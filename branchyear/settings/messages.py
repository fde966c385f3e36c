"""How is mail sent, and who else is told: letters, other messengers."""

from django.core.exceptions import ImproperlyConfigured

from branchyear.settings.environment import VAR_DIR, env, env_bool

EMAIL_HOST = env("EMAIL_HOST", "")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
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
    "wecom": env("NOTIFY_WECOM_URL", ""),
    "dingtalk": env("NOTIFY_DINGTALK_URL", ""),
    "sms": env("NOTIFY_SMS_URL", ""),
}
for _name, _address in NOTIFY_HOOKS.items():
    if _address and not _address.startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"NOTIFY_{_name.upper()}_URL must begin with https://.")
NOTIFY_PER_MINUTE = int(env("NOTIFY_PER_MINUTE", "20"))  # what the robots of both messengers allow
