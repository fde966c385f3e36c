"""WSGI entry point for gunicorn."""

import gc
import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver

from branchyear.lib.routes import path_to

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "branchyear.settings")

application = get_wsgi_application()
# Load every address and every page now: gunicorn preloads this module before it makes its workers, which then
# share what is loaded, and no visitor waits for the import of views or for a template to be read.
get_resolver().url_patterns  # noqa: B018
for folder in map(Path, settings.TEMPLATES[0]["DIRS"]):
    for page in folder.rglob("*.html"):
        get_template(page.relative_to(folder).as_posix())
# What may take long without needing the processor: files for a slow line, a password that waits to be checked. It gets
# a thread, so that its web process answers others meanwhile (branchyear/lib/webworker.py).
application.aside = (
    settings.STATIC_URL,
    *map(path_to, ("login", "password", "branches:tokens", "tasks:library", "reports:exports")),
    path_to("members:take_numbers", 0).partition("0")[0],
)
# All of it lives as long as the process. Looking through its half a million objects for rubbish cost some pages
# 5 ms and, in a worker, a copy of the memory it shares; what one request leaves is found by looking less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 100)
# A page asks the database a dozen times, and after each answer its thread waits for its turn: for up to 5 ms, as Python
# comes, while another thread counts (docs/performance.md, B4: p95 0.12 s with that, 0.07 s with this).
sys.setswitchinterval(0.0001)
