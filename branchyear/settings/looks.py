"""How does it look: language, time, static files."""

from pathlib import Path

from whitenoise.compress import Compressor

from branchyear.settings.environment import BASE_DIR, env

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
