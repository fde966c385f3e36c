"""The API: its doors, rates and keys."""

from datetime import timedelta

from branchyear.settings.door import TRUSTED_PROXIES
from branchyear.settings.environment import env

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
