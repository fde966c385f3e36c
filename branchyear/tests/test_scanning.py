"""Uploads pass the virus scanner, where there is one. A small clamd stands here: the real one's signatures are
a gigabyte; its answers are those of clamd 1.4."""

import io
import socketserver
import threading

import pytest

from branchyear.lib.errors import BadFile
from branchyear.lib.uploads import scanning
from branchyear.lib.uploads.reading import size_checked
from branchyear.monitoring import health
from tasks import files
from tasks.tests.make import make_pdf

# The industry's harmless test file, in two halves so that no scanner takes this one away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    def handle(self):
        line = self.request.makefile("rb")
        command = b""
        while not command.endswith(b"\0"):
            command += line.read(1)
        if command == b"zPING\0":
            self.request.sendall(b"PONG\0")
            return
        content = b""
        while length := int.from_bytes(line.read(4), "big"):
            content += line.read(length)
        if len(content) > 1024 * 1024:
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        found = b"Eicar-Test-Signature FOUND" if EICAR in content else b"OK"
        self.request.sendall(b"stream: " + found + b"\0")


@pytest.fixture
def clamd(settings):
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CLAMD = f"127.0.0.1:{server.server_address[1]}"
    yield
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("clamd")
def test_a_clean_file_passes_and_is_left_at_its_start():
    file = io.BytesIO(b"a" * 200_000)

    scanning.scanned(file, "名册.xlsx")

    assert file.tell() == 0


@pytest.mark.usefixtures("clamd")
def test_an_infected_one_is_refused_by_name_as_a_material_and_as_a_workbook():
    with pytest.raises(BadFile, match="“决议.pdf”含有病毒"):
        files.examine(make_pdf("决议.pdf", EICAR.decode()))
    with pytest.raises(BadFile, match="该文件含有病毒"):
        size_checked(io.BytesIO(b"PK" + EICAR))


@pytest.mark.usefixtures("clamd")
def test_what_the_scanner_cannot_look_at_is_kept_out():
    with pytest.raises(BadFile, match="病毒扫描暂时不可用"):
        scanning.scanned(io.BytesIO(b"a" * 2_000_000))


def test_a_silent_scanner_keeps_files_out_and_is_seen(settings, db):
    settings.CLAMD = "127.0.0.1:1"

    with pytest.raises(BadFile, match="病毒扫描暂时不可用") as refused:
        scanning.scanned(io.BytesIO(b"a"))

    assert refused.value.field == "file"
    assert health.report()["scanner"] == {"ok": False}


def test_without_one_nothing_is_asked(db):
    scanning.scanned(io.BytesIO(b"a"))

    assert "scanner" not in health.report()
