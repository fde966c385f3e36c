"""The engine of printed documents: WeasyPrint with our fonts only, and nothing ever fetched.

The only module that imports WeasyPrint, and it does so late: Pango is a system library, and a
machine without it must still serve everything else (`check_printing` tells the operator).

The fetcher knows `data:` and a dict of our own files in memory; the fonts are found by our own
fontconfig file, which names static/fonts/ and nothing else, so that the same text gives the same
pages on every machine.
"""

import contextlib
import ctypes
import os
import threading
import warnings
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.checks import Warning as CheckWarning

from branchyear.lib.errors import Refused
from branchyear.lib.layout import legible
from branchyear.lib.typeset.faces import FONTS, printable

STATIC = FONTS.parent
MISSING = "服务器缺少PDF排版组件（Pango），暂时不能生成这份PDF。请先使用页面或Word、Excel，并请系统管理员安装该组件。"

# Pango and fontconfig keep state of their own: one document at a time in one process.
_lock = threading.RLock()


class Printing(Refused):
    """PDFs cannot be made on this machine; the sentence says what helps."""


@contextlib.contextmanager
def press():
    """WeasyPrint with our fonts only, for one document at a time."""
    with _lock:
        yield _load()


@lru_cache(maxsize=1)
def _load():
    with _own_fontconfig():
        try:
            import weasyprint  # noqa: PLC0415 -- needs Pango, a system library
        except OSError as error:
            raise Printing(MISSING) from error
        return _Engine(weasyprint)


@contextlib.contextmanager
def _own_fontconfig():
    """Point fontconfig at our fonts while it reads its configuration, and only then: a browser
    started from this process later must find the fonts of the machine again."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(_fontconfig_file())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def _fontconfig_file() -> Path:
    folder = Path(settings.VAR_DIR) / "fontconfig"
    folder.mkdir(parents=True, exist_ok=True)
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{_xml(FONTS)}</dir><cachedir>{_xml(folder / 'cache')}</cachedir></fontconfig>\n"
    )
    path = folder / "fonts.conf"
    if not path.exists() or path.read_text() != text:
        fresh = folder / f"fonts.conf.{os.getpid()}"
        fresh.write_text(text)
        fresh.replace(path)
    return path


def _xml(path) -> str:
    return escape(str(path))


class _Engine:
    """The library, a fetcher that fetches nothing, the fonts and the parsed stylesheets."""

    def __init__(self, weasyprint):
        self.weasyprint = weasyprint
        self.fonts = weasyprint.text.fonts.FontConfiguration()
        self.fetcher = fetcher_class()({})

    @cache  # noqa: B019 -- one engine lives as long as the process
    def sheet(self, name):
        return self.css((STATIC / "css" / name).read_text(encoding="utf-8"))

    def css(self, text):
        return self.weasyprint.CSS(string=text, font_config=self.fonts, url_fetcher=self.fetcher)

    def lay_out(self, html: str, sheets):
        html = legible(html).translate(printable())
        document = self.weasyprint.HTML(string=html, url_fetcher=self.fetcher)
        return document.render(font_config=self.fonts, stylesheets=sheets)


@lru_cache(maxsize=1)
def fetcher_class():
    """The class of fetchers that serve `asset:` names from a dict, `data:`, and nothing else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 -- needs Pango

    class OwnAssetsOnly(URLFetcher):
        def __init__(self, assets: Mapping[str, tuple[str, bytes]]):
            super().__init__(allowed_protocols=("data",), allow_redirects=False)
            self.assets = dict(assets)
            self.refused: list[str] = []

        def fetch(self, url, headers=None):
            if url in self.assets:
                content_type, content = self.assets[url]
                return URLFetcherResponse(url, content, {"Content-Type": content_type})
            if not url.lower().startswith("data:"):
                self.refused.append(url)
                raise ValueError("only the portal's own assets may be printed")
            return super().fetch(url, headers)

    return OwnAssetsOnly


_LIBRARIES = (
    ("libpango-1.0-0", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("libpangoft2-1.0-0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
)


def check_printing(app_configs=None, **kwargs):
    """System check: can this machine make PDFs? A warning, since everything else works without.

    Looks for the libraries only; loading WeasyPrint would slow down every command.
    """
    if all(any(_loads(name) for name in names) for names in _LIBRARIES):
        return []
    return [
        CheckWarning(
            MISSING,
            hint="apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
            id="branchyear.W041",
        )
    ]


def _loads(name) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
