"""Settings for tests: the real ones, made quick and kept apart."""

import atexit
import os
import shutil
import tempfile

if "BRANCHYEAR_VAR" not in os.environ:
    # Workers and child processes inherit the folder; it goes with the process that made it.
    _folder, _maker = tempfile.mkdtemp(prefix="branchyear-test-"), os.getpid()
    os.environ["BRANCHYEAR_VAR"] = _folder
    atexit.register(lambda: os.getpid() == _maker and shutil.rmtree(_folder, ignore_errors=True))
os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("FIELD_KEY", "only-for-tests-" + "y" * 40)

from branchyear.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # one-time passwords
]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True  # live tests start a real worker with the real settings
CELERY_TASK_EAGER_PROPAGATES = True
CAPTCHA_AFTER = (
    99  # tests lock accounts by five wrong passwords in a row; test_captcha.py puts it back
)
SITE_URL = "http://testserver"
STATIC_ROOT = VAR_DIR / "static"  # noqa: F405
STATIC_ROOT.mkdir(exist_ok=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory: threads that work at the same time need a connection each, as in production.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}  # noqa: F405
# Test processes side by side keep their files apart: some tests count what lies in the folder.
MEDIA_ROOT = VAR_DIR / "files" / os.environ.get("PYTEST_XDIST_WORKER", "one")  # noqa: F405
if REDIS_URL:  # noqa: F405
    # One Redis for test processes side by side: each empties what is its own before every test.
    CACHES["default"]["KEY_PREFIX"] = f"cache-{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"  # noqa: F405
