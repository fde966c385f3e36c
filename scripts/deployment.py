"""The files of ``deploy/`` brought to life on one machine, in a folder of its own: systemd's part is played here.

Nothing is copied by hand: every path, port and secret is put in place of the one that stands in the file, and a
file in which something to be replaced does not stand is an error. What a unit would start is started (``ExecStart``
and ``Environment`` of the unit, its user's group and mask), sockets are held here while services restart.
"""

import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from scripts import processes, servers

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
NAME = "portal.example.gov.cn"
GROUP = "www-data"  # nginx's, which reads the private files


class Wrong(Exception):
    """What did not come out as it should; the sentence goes into the table."""


def rendered(path, changes):
    """The file's text with every ``old`` replaced; each must stand in it."""
    text = path.read_text()
    for old, new in changes.items():
        if old not in text:
            raise Wrong(f"{path.relative_to(ROOT)} does not hold {old!r}")
        text = text.replace(old, str(new))
    return text


def unit(name, instance=""):
    """``(ExecStart commands, Environment)`` of a unit with its drop-ins, as systemd reads them."""
    folder = DEPLOY / "systemd"
    files = [folder / name, *sorted((folder / f"{name.replace('@', f'@{instance}')}.d").glob("*"))]
    commands, environment = [], {}
    for line in "\n".join(file.read_text() for file in files).splitlines():
        key, _, value = line.partition("=")
        value = value.replace("%i", instance).replace("%%", "%")
        if key == "ExecStart":
            commands.append(value)
        elif key == "Environment":
            environment.update(word.split("=", 1) for word in shlex.split(value))
    return commands, environment


def wait_for_port(port, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


class Host:
    """One machine with the portal on it, below ``home``."""

    def __init__(self, home, *, database, redis_port, redis_password, smtp_port, keys=None):
        self.home = home
        self.var, self.etc, self.run, self.logs, self.backups = (
            home / name for name in ("var", "etc", "run", "log", "backups")
        )
        for folder in (self.var, self.etc, self.run, self.logs, self.backups):
            folder.mkdir()
        for folder in (home, self.var):  # nginx goes through, to static and private files
            shutil.chown(folder, group=GROUP)
            folder.chmod(0o710)
        self.ports = [servers.free_port(), servers.free_port()]
        self.http, self.https = servers.free_port(), servers.free_port()
        self.keys = keys or {
            name: secrets.token_urlsafe(48) for name in ("SECRET_KEY", "FIELD_KEY")
        }
        self.running, self.sockets = {}, {}
        self.certify()
        self.environment = self.read_environment(database, redis_port, redis_password, smtp_port)
        self.configure_nginx()

    def certify(self):
        tls = self.etc / "tls"
        tls.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
             "-keyout", tls / "privkey.pem", "-out", tls / "fullchain.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        self.certificate = tls / "fullchain.pem"

    def read_environment(self, database, redis_port, redis_password, smtp_port):
        text = rendered(
            DEPLOY / "env.example",
            {
                "SECRET_KEY=change-me\n": f"SECRET_KEY={self.keys['SECRET_KEY']}\n",
                "FIELD_KEY=change-me-too": f"FIELD_KEY={self.keys['FIELD_KEY']}",
                "postgres://branchyear:change-me@127.0.0.1:5432/branchyear": database,
                "redis://:change-me@127.0.0.1:6379/0": f"redis://:{redis_password}@127.0.0.1:{redis_port}/0",
                "/var/lib/branchyear": self.var,
                "EMAIL_HOST=mail.example.gov.cn": "EMAIL_HOST=127.0.0.1",
                "EMAIL_PORT=587": f"EMAIL_PORT={smtp_port}",
                # The sink neither asks who we are nor speaks TLS.
                "EMAIL_HOST_USER=portal": "EMAIL_HOST_USER=",
                "EMAIL_HOST_PASSWORD=change-me": "EMAIL_HOST_PASSWORD=",
                "EMAIL_USE_TLS=true": "EMAIL_USE_TLS=false",
            },
        )
        (self.etc / "env").write_text(text)
        pairs = (line.split("=", 1) for line in text.splitlines() if re.match(r"[A-Z_]+=", line))
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.run),
            "LANG": "C.UTF-8",
            **{name: value.strip('"') for name, value in pairs},
        }

    def configure_nginx(self):
        changes = {
            "listen 80": f"listen 127.0.0.1:{self.http}",
            "listen 443": f"listen 127.0.0.1:{self.https}",
            "127.0.0.1:8001": f"127.0.0.1:{self.ports[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{self.ports[1]}",
            "/etc/branchyear": self.etc,
            "/var/lib/branchyear": self.var,
            "/var/log/nginx": self.logs,
        }
        (self.etc / "site.conf").write_text(rendered(DEPLOY / "nginx/branchyear.conf", changes))
        shutil.copy(DEPLOY / "nginx/proxy.conf", self.etc / "nginx-proxy.conf")
        temps = "\n".join(
            f"  {kind}_temp_path {self.run}/nginx-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.etc / "nginx.conf").write_text(
            f"user {GROUP};\nworker_processes 1;\npid {self.run}/nginx.pid;\n"
            f"error_log {self.logs}/nginx.log warn;\nevents {{}}\nhttp {{\n{temps}\n"
            f"  include /etc/nginx/mime.types;\n  include {self.etc}/site.conf;\n}}\n"
        )

    # --- Starting and stopping -------------------------------------------------------------------

    def placed(self, words, release):
        """A command of a unit with our paths. An older release has its own code, with the ``deploy/`` that fits it."""
        for old, new in (
            ("/opt/branchyear/current/deploy", release / "deploy"),
            ("/opt/branchyear/current", release),
            ("/var/lib/branchyear", self.var),
            ("/var/backups/branchyear", self.backups),
            ("/run/branchyear", self.run),
        ):
            words = words.replace(old, str(new))
        return words

    def commands(self, name, instance="", *, release=ROOT):
        starts, added = unit(name, instance)
        environment = {**self.environment, **{k: self.placed(v, release) for k, v in added.items()}}
        for start in starts:
            words = re.sub(
                r"\$\{(\w+)\}",
                lambda found: environment[found[1]],
                self.placed(start, release).replace("$$", "\0"),
            ).replace("\0", "$")
            yield shlex.split(words), environment

    def start(self, name, instance="", *, release=ROOT, label=None):
        """A service of that unit; for a web instance its socket is held here."""
        [(argv, environment)] = self.commands(name, instance, release=release)
        options = {}
        if name == "branchyear-web@.service":
            held = self.sockets.get(instance) or self.hold(instance)
            # What systemd does for a service with a socket.
            give = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{held.fileno()}'
            argv = ["bash", "-c", give, "sh", *argv]
            options["pass_fds"] = [held.fileno()]
        label = label or name.partition(".")[0].replace("@", "") + instance
        with (self.logs / f"{label}.log").open("ab") as log:
            self.running[label] = processes.start(
                argv, cwd=release, env=environment, stdout=log, stderr=log,
                group=GROUP, umask=0o077, **options,
            )  # fmt: skip
        return label

    def hold(self, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(port)))
        listener.listen(512)
        self.sockets[port] = listener
        return listener

    def once(self, name, *, release=ROOT):
        """A one-shot unit; what it said."""
        said = ""
        for argv, environment in self.commands(name, release=release):
            said += self.command(argv, environment, release)
        return said

    def manage(self, *words, release=ROOT):
        """As ``branchyear-manage`` does."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "branchyear.settings"}
        return self.command([sys.executable, "manage.py", *words], environment, release)

    def command(self, argv, environment, release):
        done = subprocess.run(
            [str(part) for part in argv], cwd=release, env=environment, text=True, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            group=GROUP, umask=0o077,
        )  # fmt: skip
        if done.returncode:
            raise Wrong(f"{' '.join(map(str, argv[-3:]))}: {done.stdout.strip()[-600:]}")
        return done.stdout

    def start_nginx(self):
        conf = self.etc / "nginx.conf"
        said = self.command(["nginx", "-t", "-c", conf], self.environment, ROOT)
        self.running["nginx"] = processes.start(["nginx", "-c", conf, "-g", "daemon off;"])
        for port in (self.http, self.https):
            wait_for_port(port)
        return said

    def stop(self, *labels, grace=45):
        labels = labels or [*self.running]
        processes.stop([self.running.pop(label) for label in labels], grace=grace)

    def kill(self, label):
        processes.kill_group(self.running.pop(label))

    def wait_for_web(self, port, seconds=120):
        """Until the instance on ``port`` answers by itself."""
        import http.client

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=30)
            try:
                connection.request("GET", "/healthz", headers={"Host": "127.0.0.1"})
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            finally:
                connection.close()
            time.sleep(0.3)
        raise Wrong(f"no answer on port {port}")

    def close(self):
        self.stop(grace=20)
        for held in self.sockets.values():
            held.close()
