"""What is installed: apps, middleware, templates."""

from branchyear.settings.environment import BASE_DIR

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
    "branchyear.middleware.ContentPolicy",
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
            "builtins": ["branchyear.templatetags.routes"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "branchyear.context.frame",
            ],
        },
    },
]

FORM_RENDERER = "branchyear.lib.widgets.Written"
