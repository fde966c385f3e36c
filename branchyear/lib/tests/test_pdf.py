import io
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pypdf import PdfReader

from branchyear.lib import pdf
from branchyear.lib.pdf import engine
from branchyear.lib.typeset import faces


def words(page):
    """The text of a page without the spaces and line ends that its layout brings."""
    return "".join(page.extract_text().split())


@pytest.fixture
def template(settings, tmp_path):
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]

    def write(body):
        (tmp_path / "report.html").write_text(
            "{% extends 'print/document.html' %}{% block body %}" + body + "{% endblock body %}"
        )
        return "report.html"

    return write


def document(template, context, **options):
    memory = io.BytesIO()
    options = {"title": "2022年5月工作报告", "author": "第一党支部"} | options
    pages = pdf.render_document(memory, template, context, **options)
    reader = PdfReader(memory)
    assert len(reader.pages) == pages
    return reader


def test_a_report_has_22_lines_of_28_characters_on_a_page(template):
    name = template("<style>h1 { display: none }</style><p class='flush'>{{ text }}</p>")

    assert len(document(name, {"text": "国" * 28 * 22}).pages) == 1
    assert len(document(name, {"text": "国" * (28 * 22 + 1)}).pages) == 2


def test_a_report_is_numbered_at_the_outer_corners(template):
    reader = document(template("<p>{{ text }}</p>"), {"text": "国" * 700})

    places = []
    for page in reader.pages:
        found = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, *_, found=found: (
                found.append(cm[0] * tm[4] + cm[4]) if "— " in text else None
            )
        )
        places.append(found[0])
    lasts = [page.extract_text().strip().splitlines()[-1] for page in reader.pages]
    assert lasts == ["— 1 —", "— 2 —"]
    assert places[0] > 420
    assert places[1] < 160


def test_a_report_has_a_title_an_author_and_bookmarks(template):
    reader = document(template("<h2>一、基本情况</h2><p>{{ text }}</p>"), {"text": "<i>正文</i>"})

    assert (reader.metadata.title, reader.metadata.author) == ("2022年5月工作报告", "第一党支部")
    assert "<i>正文</i>" in words(reader.pages[0])
    outline = reader.outline
    assert (outline[0].title, outline[1][0].title) == ("2022年5月工作报告", "一、基本情况")


def test_a_report_is_tagged_and_the_same_to_the_byte_every_time(template):
    name = template("<h2>一、基本情况</h2><table><tr><th>甲</th><td>乙</td></tr></table>")
    files = [io.BytesIO(), io.BytesIO()]

    for file in files:
        options = {"title": "报告", "author": "张三", "watermark": "张三 <2022>", "code": "x"}
        pdf.render_document(file, name, {}, **options)

    assert files[0].getvalue() == files[1].getvalue()
    reader = PdfReader(files[0])
    found = set(kinds(reader))
    assert {"/Figure", "/H1", "/H2", "/Table", "/TR", "/TH", "/TD"} <= found
    assert "/P" not in found  # the watermark is a ground, not text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def kinds(reader):
    """What the elements of the reading order are, from the top."""
    waiting = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, dict):
            yield element.get("/S")
            below = element.get("/K", [])
            waiting += below if isinstance(below, list) else [below]


# --- Nothing is fetched


@pytest.fixture
def sink():
    """A web server that only counts who calls, and redirects every caller to a file."""

    class Sink(BaseHTTPRequestHandler):
        calls: list = []  # noqa: RUF012

        def do_GET(self):
            self.calls.append(self.path)
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
            self.end_headers()

        def log_message(self, *args):
            pass

    Sink.calls = []
    server = HTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Sink.calls
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_address_in_a_document_is_ever_called(sink, tmp_path):
    address, calls = sink
    canary = tmp_path / "canary.svg"
    canary.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>CANARY</text></svg>')
    nested = f"<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}/nested'/></svg>"
    targets = [f"{address}/x", canary.as_uri(), str(canary), "ftp://127.0.0.1/x", "//127.0.0.1/x"]
    html = "".join(
        f'<link rel="stylesheet" href="{target}"><link rel="attachment" href="{target}">'
        f'<img src="{target}"><object data="{target}"></object><embed src="{target}">'
        f'<a rel="attachment" href="{target}">x</a><p style="background: url({target})">y</p>'
        f'<style>@import "{target}"; @font-face {{ font-family: f; src: url({target}) }}</style>'
        for target in targets
    )
    html = f'<base href="{tmp_path.as_uri()}/">{html}<img src="data:image/svg+xml,{nested}">'

    with engine.press() as press:
        press.fetcher.refused.clear()
        content = press.lay_out(html, []).write_pdf()
        refused = set(press.fetcher.refused)

    assert calls == []
    assert {f"{address}/x", f"{address}/nested", canary.as_uri(), "ftp://127.0.0.1/x"} <= refused
    reader = PdfReader(io.BytesIO(content))
    assert "CANARY" not in "".join(words(page) for page in reader.pages)
    assert reader.attachments == {}


def test_the_fetcher_serves_our_own_assets_and_data_only():
    pdf.check_printing()
    fetcher = engine.fetcher_class()({"asset:a.css": ("text/css", b"p{}")})

    assert fetcher.fetch("asset:a.css").read() == b"p{}"
    assert fetcher.fetch("data:,x").read() == b"x"
    for address in (
        "asset:b.css",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "FILE:///x",
        "ftp://x/",
    ):
        with pytest.raises(ValueError, match="own assets"):
            fetcher.fetch(address)


# --- Fonts and the machine


def test_the_machine_s_own_fonts_are_found_again_afterwards(template):
    document(template("<p>正文</p>"), {})

    assert "FONTCONFIG_FILE" not in os.environ


def test_the_fonts_stay_small_enough_for_the_repository():
    assert sum(path.stat().st_size for path in faces.FONTS.iterdir()) < 30_000_000


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch):
    assert pdf.check_printing() == []
    monkeypatch.setattr(engine, "_LIBRARIES", (("libpango-that-is-not-there",),))

    (warning,) = pdf.check_printing()

    assert warning.id == "branchyear.W041"
    assert "apt-get install libpango-1.0-0" in warning.hint
