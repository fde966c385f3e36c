"""A virus scanner before anything that people upload is kept (ASVS 5.4.3; 等保2.0 恶意代码防范).

Off unless ``CLAMD`` names a clamd: ``/run/clamav/clamd.ctl`` or ``host:port``. Once it is named nothing is taken
unlooked at: a scanner that does not answer keeps the file out, with a sentence, and turns ``/healthz/deep`` red.
"""

import logging
import socket
import struct
from contextlib import closing

from django.conf import settings

from branchyear.lib.errors import BadFile

WAIT = 30  # seconds for a file of 20 MB
PIECE = 64 * 1024
INFECTED = "含有病毒或恶意代码，没有保存。请先用杀毒软件清除，或从原件另存一份后再上传。"
SILENT = "病毒扫描暂时不可用，文件没有保存。请过几分钟再上传；一直不行请联系系统管理员。"

logger = logging.getLogger(__name__)


def scanned(file, name=""):
    """Pass only what the scanner finds clean; ``BadFile`` for the rest. Leaves the file at its start."""
    if not settings.CLAMD:
        return
    file.seek(0)
    try:
        answer = _ask(b"zINSTREAM\0", iter(lambda: file.read(PIECE), b""), WAIT)
    except OSError as error:
        logger.error("The virus scanner did not answer: %s", type(error).__name__)
        raise BadFile(SILENT, field="file") from error
    file.seek(0)
    if answer.endswith(b" FOUND"):
        who = f"“{name}”" if name else "该文件"
        logger.warning("The virus scanner refused an upload.")
        raise BadFile(f"{who}{INFECTED}", field="file")
    if not answer.endswith(b" OK"):
        logger.error("The virus scanner could not look at an upload.")
        raise BadFile(SILENT, field="file")


def answers():
    """Whether the scanner is there."""
    try:
        return _ask(b"zPING\0", (), 2) == b"PONG"
    except OSError:
        return False


def _ask(command, pieces, wait):
    """One question in clamd's protocol (clamd(8)): texts end with NUL, pieces begin with their length."""
    with closing(_connected(wait)) as line:
        line.sendall(command)
        for piece in pieces:
            line.sendall(struct.pack("!I", len(piece)) + piece)
        if command.startswith(b"zINSTREAM"):
            line.sendall(struct.pack("!I", 0))
        answer = b""
        while part := line.recv(4096):
            answer += part
    return answer.rstrip(b"\0")


def _connected(wait):
    if settings.CLAMD.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(wait)
        line.connect(settings.CLAMD)
        return line
    host, _, port = settings.CLAMD.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=wait)
