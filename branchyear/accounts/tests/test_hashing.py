"""A password is checked beside the pages: by a thread of lower rank, and not by all at once."""

import multiprocessing
import os
import threading
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from branchyear.accounts import hashing

HASHER = hashing.Hasher()


@pytest.fixture(scope="module")
def hashed():
    return HASHER.encode("Zhibu-2026-jcjs", HASHER.salt())


def test_what_it_makes_is_djangos_own(hashed):
    assert Argon2PasswordHasher().verify("Zhibu-2026-jcjs", hashed)
    assert HASHER.verify(
        "Zhibu-2026-jcjs", Argon2PasswordHasher().encode("Zhibu-2026-jcjs", "c2FsdHNhbHQ")
    )
    assert not HASHER.must_update(hashed)


def test_a_wrong_password_is_wrong(hashed):
    assert HASHER.verify("Zhibu-2026-jcjs", hashed)
    assert not HASHER.verify("zhibu-2026-jcjs", hashed)


def test_the_thread_that_checks_has_a_lower_rank():
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    theirs = hashing._beside(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert theirs == min(19, ours + hashing.RANK)
    assert os.getpriority(os.PRIO_PROCESS, 0) == ours


def _hold(number, log):
    with hashing.turn():
        log.put((number, "in", time.monotonic()))
        time.sleep(0.05)
        log.put((number, "out", time.monotonic()))


def test_no_more_at_once_than_there_are_turns_in_whatever_processes(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    fork = multiprocessing.get_context("fork")
    log = fork.SimpleQueue()
    people = [fork.Process(target=_hold, args=(number, log)) for number in range(6)]
    for person in people:
        person.start()
    steps = sorted((log.get() for _ in range(12)), key=lambda step: step[2])
    for person in people:
        person.join()
    inside, most = 0, 0
    for _, what, _ in steps:
        inside += 1 if what == "in" else -1
        most = max(most, inside)
    assert most <= max(1, len(os.sched_getaffinity(0)) // 2)


def test_a_killed_process_gives_its_turn_back(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    fork = multiprocessing.get_context("fork")
    held = fork.Event()

    def hold():
        with hashing.turn():
            held.set()
            time.sleep(60)

    people = [fork.Process(target=hold) for _ in range(len(os.sched_getaffinity(0)))]
    for person in people:
        person.start()
    assert held.wait(10)
    for person in people:
        person.kill()
        person.join()
    with hashing.turn():
        pass


def test_a_forked_process_checks_with_a_thread_of_its_own(hashed):
    fork = multiprocessing.get_context("fork")
    said = fork.SimpleQueue()
    child = fork.Process(target=lambda: said.put(HASHER.verify("Zhibu-2026-jcjs", hashed)))
    child.start()
    assert said.get() is True
    child.join()
