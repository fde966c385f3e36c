"""Channels: one connection for many letters, hooks that say a count and a link, nothing lost or twice."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from branchyear.notifications import services
from branchyear.notifications.models import Delivery
from branchyear.notifications.sending import send_many
from branchyear.notifications.tests.test_notifications import RETURNED
from branchyear.outbox.models import Job

Status = Delivery.Status


class Counting(EmailBackend):
    """Counts connections; the mailbox of one address is gone, the line breaks after some letters."""

    opened, breaks_after = 0, None

    def open(self):
        Counting.opened += 1

    def send_messages(self, letters):
        from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

        if Counting.breaks_after is not None and len(mail.outbox) >= Counting.breaks_after:
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        if letters[0].to == ["shuji2@example.test"]:
            raise SMTPRecipientsRefused({letters[0].to[0]: (550, b"No such user")})
        return super().send_messages(letters)


@pytest.fixture
def line(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Counting"
    Counting.opened, Counting.breaks_after = 0, None
    return Counting


def told(*users):
    services.notify("item.returned", users, key="k", url="/items/1/", **RETURNED)
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def test_many_letters_are_one_job_and_one_connection(people, line):
    pks = told(people.secretary, people.clerk, people.south_secretary)

    job = Job.objects.get(kind="notifications.send_many")
    left = send_many("email", job.payload["deliveries"], now=timezone.now(), key=job.key)

    assert job.payload == {"channel": "email", "deliveries": pks}
    assert (left, line.opened, len(mail.outbox)) == (3, 1, 3)


def test_a_mailbox_that_is_gone_keeps_no_other_letter_back(people, line):
    pks = told(people.second_secretary, people.secretary)

    assert send_many("email", pks, now=timezone.now(), key="k") == 1

    failed = Delivery.objects.get(status=Status.FAILED)
    assert "No such user" in failed.error
    assert Delivery.objects.get(status=Status.SENT).notice.recipient == people.secretary


def test_when_the_line_breaks_the_rest_is_sent_later_and_nothing_twice(people, line):
    pks = told(people.secretary, people.clerk, people.south_secretary)
    line.breaks_after = 2

    with pytest.raises(OSError, match="closed"):
        send_many("email", pks, now=timezone.now(), key="k")
    line.breaks_after = None
    send_many("email", pks, now=timezone.now(), key="k")

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(
        Delivery.objects.filter(status=Status.SENT).values_list("address", flat=True)
    )
    assert len(mail.outbox) == 3


@pytest.fixture
def hook():
    """A messenger's robot on this machine: keeps what it is sent, says ``answer``."""

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append(json.loads(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(server.answer).encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Robot)
    server.got, server.answer = [], {"errcode": 0}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_hooks_are_off_until_they_have_an_address(people):
    told(people.secretary)

    assert set(Delivery.objects.values_list("channel", flat=True)) == {"email"}


@pytest.mark.parametrize("code", ["wecom", "dingtalk", "sms"])
def test_a_hook_says_how_many_and_where_and_nothing_else(code, people, hook, settings):
    settings.NOTIFY_HOOKS = {code: f"http://127.0.0.1:{hook.server_port}/robot"}
    people.secretary.phone = "10012345678"
    people.secretary.save(update_fields=["phone"])
    told(people.secretary)
    delivery = Delivery.objects.get(channel=code)

    assert send_many(code, [delivery.pk], now=timezone.now(), key="k") == 1
    assert send_many(code, [delivery.pk], now=timezone.now(), key="k") == 0

    said = json.dumps(hook.got, ensure_ascii=False)
    assert len(hook.got) == 1
    assert "http://testserver/notices/" in said
    assert not [word for word in (str(people.secretary), *RETURNED.values()) if word in said]
    assert delivery.address == people.secretary.username


def test_a_robot_that_refuses_is_tried_again(people, hook, settings):
    settings.NOTIFY_HOOKS = {"wecom": f"http://127.0.0.1:{hook.server_port}/robot"}
    told(people.secretary)
    delivery = Delivery.objects.get(channel="wecom")
    hook.answer = {"errcode": 45009, "errmsg": "api freq out of limit"}

    with pytest.raises(OSError, match="45009"):
        send_many("wecom", [delivery.pk], now=timezone.now(), key="k")
    hook.answer = {"errcode": 0}

    assert send_many("wecom", [delivery.pk], now=timezone.now(), key="k") == 1


def test_more_calls_than_a_minute_allows_wait_for_the_next(people, hook, settings):
    settings.NOTIFY_HOOKS = {"wecom": f"http://127.0.0.1:{hook.server_port}/robot"}
    settings.NOTIFY_PER_MINUTE = 1
    told(people.secretary, people.clerk)
    first, second = Delivery.objects.filter(channel="wecom").values_list("pk", flat=True)
    now = timezone.now()

    assert send_many("wecom", [first], now=now, key="a") == 1
    assert send_many("wecom", [second], now=now + timedelta(seconds=1), key="b") == 0

    later = Job.objects.get(key__startswith="b@")
    assert send_many("wecom", [second], now=later.run_after, key=later.key) == 1
