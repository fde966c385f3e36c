"""A small sum between guesses (验证码): after three wrong passwords every further try costs a human glance.

It slows programs down, no more: what stops them is the lock. Asked by our own page, no outside service; the sum is
a picture of Chinese numerals, and for whoever cannot see it a question in words that a screen reader speaks.

The right answer stays in the session and is good for one try.
"""

import base64
import random
import secrets
from io import BytesIO

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from branchyear.accounts.lockout import network_of_request, recent

KEY = "captcha"
NUMERALS = "零一二三四五六七八九十"
WORDS = (
    "组织生活",
    "支部委员",
    "民主评议",
    "谈心谈话",
    "党费收缴",
    "主题党日",
    "换届选举",
    "发展党员",
)
ORDINALS = "一二三四"
_SPOKEN = {
    **{sign: str(number) for number, sign in enumerate(NUMERALS)},
    **{f"十{NUMERALS[number]}": f"1{number}" for number in range(1, 10)},
}


def is_needed(request, username):
    """Whether the next try for this account, or from this network, must answer one."""
    if username and _total(recent(username)) >= settings.CAPTCHA_AFTER:
        return True
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    here = AccessAttempt.objects.filter(
        ip_address=network_of_request(request), attempt_time__gte=since
    )
    return _total(here) >= settings.CAPTCHA_AFTER_FROM_NETWORK


def _total(attempts):
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0


def ask(request, *, in_words=False):
    """A new question: ``{"words": …}`` or ``{"picture": data address}``; its answer goes into the session."""
    if in_words:
        word, place = secrets.choice(WORDS), secrets.randbelow(4)
        request.session[KEY] = word[place]
        return {"words": f"请写出“{word}”的第{ORDINALS[place]}个字"}
    one, two = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    if secrets.randbelow(2):
        text, answer = f"{NUMERALS[one]}加{NUMERALS[two]}", one + two
    else:
        one, two = max(one, two), min(one, two)
        text, answer = f"{NUMERALS[one]}减{NUMERALS[two]}", one - two
    request.session[KEY] = str(answer)
    return {"picture": _picture(text)}


def is_right(request, given):
    """Whether the answer is the one asked for; it is forgotten either way."""
    wanted = request.session.pop(KEY, None)
    return wanted is not None and _plain(given) == wanted


def _plain(given):
    """Digits however they were typed: 12, １２, 十二."""
    text = "".join(given.split())
    if text in _SPOKEN:
        return _SPOKEN[text]
    return str(int(text)) if text.isdecimal() and len(text) < 4 else text


def _picture(text):
    """The sum, each sign turned a little, with lines across; a PNG as data address."""
    draw_random = random.SystemRandom()
    font = ImageFont.truetype(str(settings.BASE_DIR / "static/fonts/GovHei-Regular.otf"), 34)
    picture = Image.new("RGB", (168, 56), "#FFFFFF")
    for number, sign in enumerate(text):
        tile = Image.new("L", (48, 48), 0)
        ImageDraw.Draw(tile).text((7, 2), sign, font=font, fill=255)
        tile = tile.rotate(draw_random.uniform(-22, 22), resample=Image.Resampling.BICUBIC)
        colour = tuple(draw_random.randrange(0, 110) for _ in range(3))
        place = (6 + number * 52 + draw_random.randrange(-4, 5), draw_random.randrange(0, 9))
        picture.paste(Image.new("RGB", tile.size, colour), place, tile)
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        ends = [draw_random.randrange(0, side) for side in (168, 56, 168, 56)]
        pen.line(ends, fill=tuple(draw_random.randrange(90, 190) for _ in range(3)), width=1)
    file = BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
