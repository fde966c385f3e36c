"""WSGI entry point for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings")

application = get_wsgi_application()
# Load every address now: gunicorn preloads this module before it makes its workers, which then
# share what is loaded, and the first visitor does not wait for the import of all views.
get_resolver().url_patterns  # noqa: B018
