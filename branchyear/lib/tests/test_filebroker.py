"""The broker in files: no worker meets half a message."""

import threading
import time
from queue import Empty

import pytest
from kombu import Connection

from branchyear.lib import filebroker
from branchyear.lib.filebroker import SCHEME, Channel


@pytest.fixture
def channel(tmp_path):
    (tmp_path / "queue").mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    with Connection(f"{SCHEME}://localhost", transport_options=options) as line:
        yield line.channel()


def test_what_one_puts_another_gets_once_while_it_is_being_put(channel):
    assert isinstance(channel, Channel)
    got, over = [], threading.Event()

    def take():
        while True:
            done = over.is_set()
            try:
                got.append(channel._get("mail")["n"])
            except Empty:
                if done:
                    return

    takers = [threading.Thread(target=take) for _ in range(2)]
    for taker in takers:
        taker.start()
    for n in range(300):
        channel._put("mail", {"n": n, "text": "字" * 3000})
    over.set()
    for taker in takers:
        taker.join()

    assert sorted(got) == list(range(300))


def test_a_message_that_was_cut_off_is_thrown_away_and_the_next_one_comes(channel, tmp_path):
    (tmp_path / "queue" / "0_cut.mail.msg").write_text("")
    channel._put("mail", {"n": 1})
    (tmp_path / "queue" / "2_half.mail.msg.part").write_text("{")

    assert channel._size("mail") == 2
    assert channel._get("mail") == {"n": 1}
    assert channel._size("mail") == 0


def test_messages_are_taken_in_the_order_they_came(channel, monkeypatch):
    moments = [1_764_000_000.9, 1_764_000_009.1, 1_764_000_010.2, 1_764_000_100.0]
    for moment in moments:
        monkeypatch.setattr(filebroker, "time", lambda moment=moment: moment)
        # The machine's own count may have begun anew meanwhile, and gain a digit at any time.
        monkeypatch.setattr(time, "monotonic", lambda moment=moment: 1e9 - moment / 2)
        channel._put("mail", {"n": moment})
    monkeypatch.undo()
    assert [channel._get("mail")["n"] for _ in moments] == moments
