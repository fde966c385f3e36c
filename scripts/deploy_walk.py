"""What is looked at in the trial of the deployment, by machines and by people, in order and with parts broken."""

import gzip
import json
import re
import time

from scripts.deploy_tools import (
    BEAT,
    PASSWORD,
    WORKER,
    deep,
    digest,
    last_line,
    local,
    plain,
    until_well,
    wait,
)
from scripts.deployment import NAME
from scripts.tls_visitor import Visitor

SEEN_WITHIN = 120  # seconds (R13)


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
    cookie = next((c for c in answer.cookies if c.startswith("__Host-sessionid=")), "")
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
    table.same(
        "without the broker people log in", visitor.log_in(world["people"][0], PASSWORD).status, 302
    )
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
