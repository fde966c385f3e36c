"""A mail server that takes every letter and keeps one line of it: recipient and Message-ID.

``python -m scripts.smtp_sink FILE [PORT]`` prints its port and runs until it is stopped.
"""

import asyncio
import re
import sys
from contextlib import contextmanager
from pathlib import Path

if __name__ != "__main__":
    import subprocess

    from scripts import processes

MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.I | re.M)


@contextmanager
def sink(path):
    """Run one in a process of its own; yields its port."""
    server = processes.start(
        [sys.executable, "-m", "scripts.smtp_sink", path], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(server.stdout.readline())
    finally:
        processes.stop([server], grace=5)


def letters(path):
    """``[(recipient, Message-ID)]`` of all letters so far."""
    return [tuple(line.split("\t")) for line in Path(path).read_text().splitlines()]


async def serve(path, port=0):
    with Path(path).open("a", buffering=1) as kept:

        async def talk(reader, writer):
            def say(line):
                writer.write(line + b"\r\n")

            recipients = []
            say(b"220 sink")
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb in (b"EHLO", b"HELO"):
                    say(b"250-sink\r\n250 8BITMIME")
                elif verb == b"RCPT":
                    recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                    say(b"250 OK")
                elif verb == b"DATA":
                    say(b"354 go on")
                    letter = await reader.readuntil(b"\r\n.\r\n")
                    found = MESSAGE_ID.search(letter)
                    for each in recipients:
                        kept.write(f"{each}\t{found[1].decode() if found else ''}\n")
                    recipients = []
                    say(b"250 kept")
                elif verb == b"QUIT":
                    say(b"221 bye")
                    break
                else:
                    say(b"250 OK")
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", port, limit=2**22)
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 the caller reads it
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0))
