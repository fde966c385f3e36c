"""Pictures for the twin check, drawn: photographs of rooms and papers of the same few forms, and what people do
to pictures before they use them a second time. The same seed draws the same picture."""

import io
import random
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

FONT = Path(settings.BASE_DIR) / "static" / "fonts" / "GovHei-Regular.otf"
WORDS = (
    "支部党员大会主题党日学习教育会议记录同意通过研究讨论安排部署工作落实发言认真要求全体党员按时参加"
    "组织生活谈心谈话民主评议志愿服务先锋示范岗整改台账责任清单"
)
SIZE = (800, 600)


def room(seed, people=None):
    """A meeting: a wall, a window, a table and people. With ``people`` the room stays and they change."""
    walls, crowd = random.Random(seed), random.Random(f"{seed}:{people}")
    image = Image.new("RGB", SIZE, tuple(walls.randrange(120, 240) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    horizon = walls.randrange(250, 380)
    draw.rectangle((0, horizon, 800, 600), fill=tuple(walls.randrange(60, 160) for _ in range(3)))
    for _ in range(walls.randrange(2, 5)):
        x, y, w, h = (walls.randrange(a, b) for a, b in ((0, 650), (20, 160), (60, 240), (50, 150)))
        draw.rectangle((x, y, x + w, y + h), fill=tuple(walls.randrange(256) for _ in range(3)))
    x, y = walls.randrange(50, 350), walls.randrange(380, 470)
    draw.polygon(
        [(x, y), (x + 380, y), (x + 450, y + 130), (x - 70, y + 130)],
        fill=tuple(walls.randrange(40, 130) for _ in range(3)),
    )
    for _ in range(crowd.randrange(5, 11)):
        x, y, r = crowd.randrange(40, 760), crowd.randrange(220, 480), crowd.randrange(22, 42)
        shirt = tuple(crowd.randrange(20, 230) for _ in range(3))
        draw.ellipse((x - r, y + r, x + r, y + 5 * r), fill=shirt)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(220, 180, 150))
    return grained(image, seed)


def paper(seed, form=0):
    """A scanned page: the same head and lines in every paper of a form, other words."""
    rng = random.Random(f"paper:{seed}")
    image = Image.new("RGB", (600, 800), (250, 249, 246))
    draw = ImageDraw.Draw(image)
    draw.text((150, 40), ("会议记录", "签到表", "学习笔记")[form], font=_font(48), fill="black")
    if form == 1:
        for n in range(12):
            draw.line((50, 130 + n * 50, 550, 130 + n * 50), fill="black", width=2)
        for x in (50, 200, 375, 550):
            draw.line((x, 130, x, 680), fill="black", width=2)
        for n in range(rng.randrange(5, 11)):
            for x in (65, 215, 390):
                word = "".join(rng.sample(WORDS, rng.randrange(2, 5)))
                draw.text((x, 140 + n * 50), word, font=_font(26), fill=(20, 20, 60))
    else:
        for n in range(rng.randrange(9, 17)):
            line = "".join(rng.choice(WORDS) for _ in range(rng.randrange(8, 23)))
            draw.text((50, 130 + n * 38), line, font=_font(22), fill=(25, 25, 25))
        if form == 0:
            x, y = rng.randrange(300, 420), rng.randrange(580, 650)
            draw.ellipse((x, y, x + 110, y + 110), outline=(200, 30, 30), width=6)
    return grained(image, seed)


def _font(size):
    return ImageFont.truetype(str(FONT), size)


def grained(image, seed, strength=8):
    """The grain of a camera or a scanner."""
    rng = random.Random(f"grain:{seed}")
    noise = Image.frombytes("L", (100, 75), rng.randbytes(7500)).resize(image.size)
    grain = Image.merge("RGB", [noise] * 3)
    return Image.blend(image, grain, strength / 255).filter(ImageFilter.GaussianBlur(0.6))


def trimmed(image, *shares):
    """With the edges cut off: left, top, right, bottom (one share for all)."""
    left, top, right, bottom = shares if len(shares) == 4 else shares * 4
    width, height = image.size
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    return image.crop(tuple(round(edge) for edge in box))


def stamped(image):
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    draw.text((20, copy.height - 50), "2022-04-15 14:30", font=_font(30), fill="white")
    return copy


# What people do to a picture before they use it a second time: name → (change, quality).
COPIES = {
    "recompressed, quality 60": (lambda i: i, 60),
    "recompressed, quality 25": (lambda i: i, 25),
    "resized to half": (lambda i: i.resize((i.width // 2, i.height // 2)), 85),
    "resized to a quarter": (lambda i: i.resize((i.width // 4, i.height // 4)), 80),
    "enlarged": (lambda i: i.resize((i.width * 2, i.height * 2)), 85),
    "brighter": (lambda i: ImageEnhance.Brightness(i).enhance(1.25), 85),
    "more contrast": (lambda i: ImageEnhance.Contrast(i).enhance(1.4), 85),
    "grey": (lambda i: i.convert("L").convert("RGB"), 85),
    "dated": (stamped, 85),
    "trimmed by 3 %": (lambda i: trimmed(i, 0.03), 85),
    "trimmed by 5 %": (lambda i: trimmed(i, 0.05), 85),
    "trimmed by 9 %": (lambda i: trimmed(i, 0.09), 85),
    "trimmed unevenly": (lambda i: trimmed(i, 0.01, 0.06, 0.04, 0.02), 85),
    "trimmed by 20 %": (lambda i: trimmed(i, 0.2), 85),
    "turned round": (lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 85),
}
# Not promised: trimmed on one side more than on another, much of the picture gone, mirrored.
BEYOND = {"trimmed unevenly", "trimmed by 20 %", "turned round"}


def jpeg(image, quality=90):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return buffer


def originals(rooms=24, papers=12, seed=0):
    """``[(name, picture)]``: rooms, the same rooms with other people, papers of three forms."""
    numbers = [f"{seed}-{n}" if seed else n for n in range(max(rooms, papers))]
    found = [(f"room {n}", room(n)) for n in numbers[:rooms]]
    found += [(f"room {n} again", room(n, people="others")) for n in numbers[: rooms // 3]]
    found += [
        (f"form {form} paper {n}", paper(f"{form}-{n}", form))
        for form in range(3)
        for n in numbers[:papers]
    ]
    return found
