"""The ways a notice leaves the portal besides the in-box, which always has it. One class, one entry here.

E-mail is on. The hooks of 企业微信, 政务钉钉 and an SMS gateway are off until the environment names their
address; they say how many and where to look, never what about or whom.
"""

from branchyear.notifications.channels.base import Channel
from branchyear.notifications.channels.email import Email
from branchyear.notifications.channels.hooks import DingTalk, Sms, WeCom

CHANNELS = {channel.code: channel for channel in (Email(), WeCom(), DingTalk(), Sms())}


def channels_for(kind):
    """The channels that are on and carry notices of this kind."""
    return [channel for channel in CHANNELS.values() if channel.carries(kind) and channel.is_on()]


__all__ = ["CHANNELS", "Channel", "channels_for"]
