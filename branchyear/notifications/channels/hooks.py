"""The hooks of 企业微信, 政务钉钉 and an SMS gateway: one call for many people, a count and a link.

No name, no organisation and no matter leaves the portal this way: what is said there lies on other
people's servers. Off until the environment names the address.
"""

import json
from urllib.request import Request, urlopen

from django.conf import settings

from branchyear.notifications.channels.base import Channel

TIMEOUT = 10  # seconds; a hook that is slower is tried again


class Hook(Channel):
    def is_on(self):
        return bool(self.url)

    @property
    def url(self):
        return settings.NOTIFY_HOOKS.get(self.code, "")

    @property
    def per_minute(self):
        return settings.NOTIFY_PER_MINUTE

    def carries(self, kind):
        return kind.push

    def address_of(self, user):
        return user.username

    def deliver(self, deliveries):
        # Whatever is wrong with the call is wrong for all of them: it raises, and all are tried again.
        request = Request(  # noqa: S310 the operator's own address, checked at the start
            self.url,
            data=json.dumps(self.payload(deliveries), ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310  # nosec B310
            said = json.loads(answer.read() or b"{}")
        if isinstance(said, dict) and said.get("errcode"):
            raise OSError(f"{self.word} {said['errcode']} {said.get('errmsg', '')}")
        for delivery in deliveries:
            yield delivery, None

    def payload(self, deliveries):
        raise NotImplementedError


def text_for(deliveries):
    return f"{len(deliveries)}位同志有新的待办提醒，请登录平台在收件箱查看：{settings.SITE_URL}/notices/"


class WeCom(Hook):
    """A group robot of 企业微信: text with the accounts it mentions."""

    code, word = "wecom", "企业微信"

    def payload(self, deliveries):
        accounts = [delivery.address for delivery in deliveries]
        text = {"content": text_for(deliveries), "mentioned_list": accounts}
        return {"msgtype": "text", "text": text}


class DingTalk(Hook):
    """A group robot of 政务钉钉."""

    code, word = "dingtalk", "政务钉钉"

    def payload(self, deliveries):
        accounts = [delivery.address for delivery in deliveries]
        return {
            "msgtype": "text",
            "text": {"content": text_for(deliveries)},
            "at": {"atUserIds": accounts, "isAtAll": False},
        }


class Sms(Hook):
    """An SMS gateway behind an address of the house: numbers and one text. The number is read when it is
    sent and not kept beside the message."""

    code, word = "sms", "短信"

    def address_of(self, user):
        return user.username if user.phone else ""

    def payload(self, deliveries):
        link = f"{settings.SITE_URL}/notices/"
        return {
            "to": [delivery.notice.recipient.phone for delivery in deliveries],
            "text": f"您有新的待办提醒，请登录党支部基本建设年管理平台查看：{link}",
        }
