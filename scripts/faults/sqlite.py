"""R6: on SQLite, as ``make run`` has it, writers wait for each other and none is turned away.

Twenty processes each add one to the same row, read first and then written, in one transaction. The control arm does
the same in SQLite's own way of beginning (DEFERRED) and must show the error, or the trial would prove nothing.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

from scripts.faults.fleet import ROOT

WRITERS = 20
BUSY_TIMEOUT = 20.0  # seconds, as in the settings


def run(each=1000, control=50):
    with tempfile.TemporaryDirectory(prefix="branchyear-faults-") as var:
        env = {
            **os.environ, "BRANCHYEAR_VAR": var, "DJANGO_SETTINGS_MODULE": "branchyear.settings",
            "DATABASE_URL": "", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        ask = [sys.executable, "-m", "scripts.faults.sqlite"]
        subprocess.run([*ask, "prepare"], cwd=ROOT, env=env, check=True)
        arms = {}
        for arm, times in (("IMMEDIATE", each), ("DEFERRED", control)):
            running = [
                subprocess.Popen(
                    [*ask, arm, str(times)], cwd=ROOT, env=env, stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, text=True,
                )
                for _ in range(WRITERS)
            ]  # fmt: skip
            for one in running:
                one.stdout.readline()  # loaded and connected
            began = time.monotonic()
            for one in running:
                one.stdin.write("go\n")
                one.stdin.flush()
            told = [json.loads(one.communicate()[0]) for one in running]
            arms[arm] = {
                "locked": sum(one["locked"] for one in told),
                "longest": max(one["longest"] for one in told),
                "seconds": time.monotonic() - began,
                "counted": int(
                    subprocess.check_output([*ask, "read", arm], cwd=ROOT, env=env, text=True)
                ),
            }
    ours, plain = arms["IMMEDIATE"], arms["DEFERRED"]
    figures = {
        "writers": WRITERS, "writes": WRITERS * each, "counter": ours["counted"],
        "database is locked": ours["locked"], "longest wait, s": round(ours["longest"], 2),
        "seconds": round(ours["seconds"]), "control arm, writes": WRITERS * control,
        "control arm, database is locked": plain["locked"],
    }  # fmt: skip
    wrong = []
    if ours["locked"] or ours["counted"] != WRITERS * each:
        wrong.append(f"{ours}")
    if ours["longest"] > BUSY_TIMEOUT / 2:
        wrong.append(f"a writer waited {ours['longest']:.1f} s")
    if not plain["locked"]:
        wrong.append("the control arm shows no error: the trial proves nothing")
    return figures, wrong


def write(arm, times):
    """Add one, so many times; errors counted, never tried again."""
    from django.db import OperationalError, connection, transaction

    connection.settings_dict["OPTIONS"] = {
        **connection.settings_dict["OPTIONS"], "transaction_mode": arm
    }  # fmt: skip
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    locked, longest = 0, 0.0
    for _ in range(times):
        began = time.monotonic()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT number FROM trial WHERE arm = %s", [arm])
                number = cursor.fetchone()[0]
                time.sleep(0.001)  # as long as a service thinks
                cursor.execute("UPDATE trial SET number = %s WHERE arm = %s", [number + 1, arm])
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            locked += 1
        longest = max(longest, time.monotonic() - began)
    print(json.dumps({"locked": locked, "longest": longest}))


def main(act, *words):
    import django

    django.setup()
    from django.db import connection

    if act in {"IMMEDIATE", "DEFERRED"}:  # opens its own connection, in its own way
        write(act, int(words[0]))
        return
    with connection.cursor() as cursor:
        if act == "prepare":
            cursor.execute("CREATE TABLE trial (arm text, number integer)")
            cursor.execute("INSERT INTO trial VALUES ('IMMEDIATE', 0), ('DEFERRED', 0)")
        else:
            cursor.execute("SELECT number FROM trial WHERE arm = %s", words)
            print(cursor.fetchone()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
