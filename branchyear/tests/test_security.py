"""What holds for every answer, every way in and the settings of production; and that the tables of docs/security.md
name tests that exist."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as portal
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils.module_loading import import_string

from branchyear.audit.models import Entry
from branchyear.middleware import ContentPolicy

ROOT = Path(portal.BASE_DIR)
OWN = "Passw0rd-2022"
PRODUCTION = {
    "BRANCHYEAR_ENV": "production",
    "SECRET_KEY": "x" * 60,
    "FIELD_KEY": "y" * 60,
    "ALLOWED_HOSTS": "portal.invalid",
    "DEBUG": "1",
}


def settings_of(tmp_path, **environment):
    """The settings as a process with this environment has them; a failed start is its complaint."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
    code = (
        "import json, branchyear.settings as s;"
        "print(json.dumps({k: getattr(s, k) for k in dir(s) if k.isupper()}, default=str))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**kept, "BRANCHYEAR_VAR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    return settings_of(tmp_path_factory.mktemp("var"), **PRODUCTION)


# --- the tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["asvs", "djbh"])
def test_every_test_that_a_table_names_exists(table):
    missing, unproven = set(), []

    for row in csv.DictReader((ROOT / f"docs/{table}.csv").open(encoding="utf-8")):
        for proof in row["proof"].split():
            path, name = proof.split("::")
            file = ROOT / path
            if not file.is_file() or not re.search(rf"^def {name}\(", file.read_text(), re.M):
                missing.add(proof)
        if row["state"] not in {"met", "part", "deviation", "n.a.", "open"}:
            unproven.append(row)
        if row["state"] != "met" and not row["how"]:
            unproven.append(row)
        if row["state"] == "met" and not (row["proof"] or row["how"]):
            unproven.append(row)

    assert missing == set()
    assert unproven == []


def test_no_requirement_is_answered_twice():
    ids = [row["id"] for row in csv.DictReader((ROOT / "docs/asvs.csv").open(encoding="utf-8"))]

    assert len(ids) == len(set(ids))


# --- every answer -------------------------------------------------------------------------------------


def test_every_answer_carries_its_guards(people, sign_in):
    client = sign_in(people.secretary)
    answers = [
        client.get(path)
        for path in ("/", "/account/", "/api/v1/members/", "/nowhere/", "/admin/", "/healthz")
    ]

    for answer in answers:
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"
        assert "Access-Control-Allow-Origin" not in answer
        assert "charset=utf-8" in answer["Content-Type"] or "json" in answer["Content-Type"]


def test_an_answer_with_a_policy_of_its_own_keeps_it(rf, settings):
    middleware = ContentPolicy(lambda request: HttpResponse())
    own, exempt = HttpResponse(), HttpResponse()
    own._csp_update = {"img-src": "https://tiles.example"}
    exempt._csp_exempt = True
    request = rf.get("/")

    shared = middleware.process_response(request, HttpResponse())["Content-Security-Policy"]

    assert "default-src 'none'" in shared
    assert "tiles.example" in middleware.process_response(request, own)["Content-Security-Policy"]
    assert "Content-Security-Policy" not in middleware.process_response(request, exempt)
    again = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    assert middleware.process_response(request, again)["Content-Security-Policy"] == "sandbox"


def test_the_way_out_is_on_every_page(people, sign_in):
    client = sign_in(people.secretary)

    for path in ("/", "/account/", "/notices/", "/help/"):
        assert 'action="/logout/"' in client.get(path).content.decode()


def test_leaving_clears_the_browsers_cache(people, sign_in):
    assert sign_in(people.secretary).post("/logout/")["Clear-Site-Data"] == '"cache"'


def test_a_post_without_its_token_is_refused(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.secretary, backend="branches.backends.AppointmentBackend")

    assert client.post("/notices/read-all/", {}).status_code == 403
    assert client.post("/account/sessions/end/", {"session": "others"}).status_code == 403


def test_a_refused_act_is_on_the_trail(people, sign_in):
    sign_in(people.secretary).post("/admin/")

    assert Entry.objects.filter(verb="access.denied", actor=people.secretary).count() == 1


def test_trace_is_not_answered(people, sign_in):
    assert sign_in(people.secretary).generic("TRACE", "/").status_code == 405


def test_no_folder_is_listed(people, sign_in):
    client = sign_in(people.secretary)

    assert {client.get(p).status_code for p in ("/static/", "/static/js/", "/files/")} == {404}


# --- every way in -------------------------------------------------------------------------------------

# Where a password or a code is looked at: the door, and what asks again. Each counts its failures
# (accounts/tests/test_lockout.py, test_second_factor.py); the admin site's own door leads to the portal's.
WAYS_IN = {"login", "password", "second_factor", "second_factor_off", "second_factor_setup"}
LED_ON = {
    "admin:login",
    "admin:logout",
    "admin:password_change",
    "admin:password_change_done",  # a sentence, no form
    "logout",
}


def routes(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern, prefix + space)


def test_no_way_to_prove_oneself_goes_round_the_lock():
    named = {
        name
        for name in routes()
        if re.search(r"log_?in|log_?out|password|passwd|auth|token_obtain|otp|second_factor", name)
        and not re.search(r"authtoken_|_(changelist|add|history|delete|change|autocomplete)$", name)
    }
    looked_at = {
        path.relative_to(ROOT).as_posix()
        for app in ("branchyear", "branches", "members", "tasks", "reports")
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
        and re.search(r"\bcheck_password\(|\bauthenticate\(request|PasswordInput", path.read_text())
    }

    assert named <= WAYS_IN | LED_ON | {"end_session"}
    # The form, the lock itself, the history of passwords, and keys for programs, which come through the door's
    # own ``authenticate``.
    assert looked_at <= {
        "branchyear/accounts/forms.py",
        "branchyear/accounts/lockout.py",
        "branchyear/accounts/passwords.py",
        "branches/forms_tokens.py",
        "branches/views_tokens.py",
    }
    assert portal.AUTHENTICATION_BACKENDS[0] == "axes.backends.AxesStandaloneBackend"


def test_the_password_field_lets_managers_and_paste_work(client, db):
    html = client.get("/login/").content.decode()

    assert 'autocomplete="current-password"' in html
    assert 'type="password"' in html
    assert "onpaste" not in html
    assert 'data-show-password="password"' in html


def test_a_password_is_checked_as_it_was_typed(people, client, sign_in):
    long = "  Gao shan liu shui 党 " + "x" * 70 + " "
    sign_in(people.secretary).post(
        "/password/", {"old_password": OWN, "new_password1": long, "new_password2": long}
    )
    client.post("/logout/")

    stripped = client.post("/login/", {"username": "shuji", "password": long.strip()})
    shortened = client.post("/login/", {"username": "shuji", "password": long[:72]})
    whole = client.post("/login/", {"username": "shuji", "password": long})

    assert (stripped.status_code, shortened.status_code, whole.status_code) == (200, 200, 302)


# --- production ---------------------------------------------------------------------------------------


def test_cookies_of_production_are_bound_to_the_host(production):
    assert production["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert production["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert production["SESSION_COOKIE_SECURE"]
    assert production["CSRF_COOKIE_SECURE"]
    assert production["SESSION_COOKIE_HTTPONLY"]
    assert production["SESSION_COOKIE_SAMESITE"] == production["CSRF_COOKIE_SAMESITE"] == "Lax"


def test_production_speaks_https_only(production):
    assert production["SECURE_SSL_REDIRECT"]
    assert production["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert production["SECURE_HSTS_INCLUDE_SUBDOMAINS"]


def test_production_is_never_in_debug(production):
    assert production["DEBUG"] is False


def test_production_keeps_passwords_in_argon2(production):
    hasher = import_string(production["PASSWORD_HASHERS"][0])
    assert issubclass(hasher, Argon2PasswordHasher)
    assert production["PASSWORD_PROFILE"] == "djbh"


def test_production_asks_administrators_for_a_code_and_closes_idle_accounts(production):
    assert production["SECOND_FACTOR"] == "required"
    assert production["IDLE_ACCOUNT_DAYS"] == 90
    assert production["TRUSTED_PROXIES"] == 1


def test_production_does_not_start_without_its_secrets(tmp_path):
    for name in ("SECRET_KEY", "FIELD_KEY"):
        environment = {key: value for key, value in PRODUCTION.items() if key != name}
        assert f"In production {name} must be set" in settings_of(tmp_path, **environment)


def test_a_wrong_setting_of_safety_stops_the_start(tmp_path):
    for name, value in (("PASSWORD_PROFILE", "none"), ("SECOND_FACTOR", "no")):
        assert f"{name} must be" in settings_of(tmp_path, **{**PRODUCTION, name: value})


def test_nothing_of_ours_calls_out_but_the_hooks():
    callers = {
        path.relative_to(ROOT).as_posix()
        for app in ("branchyear", "branches", "members", "tasks", "reports")
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
        and re.search(
            r"\burlopen\(|^import requests|http\.client|HTTPSConnection|\bbuild_opener\(",
            path.read_text(),
            re.M,
        )
    }

    assert {path.rpartition("/")[0] for path in callers} <= {
        "branchyear/notifications/channels",
        "branchyear/lib/pdf",
    }
