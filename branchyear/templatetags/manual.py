"""``{% picture "home" "what it shows" %}``: one picture of the user manual, as the journeys took it."""

from functools import cache

from django import template
from django.conf import settings
from PIL import Image

register = template.Library()


@register.inclusion_tag("help/_picture.html")
def picture(name, words):
    """``static/help/name.webp``, in its own size; ``words`` say it to who cannot see it."""
    width, height = _size(name)
    return {"path": f"help/{name}.webp", "words": words, "width": width, "height": height}


@cache
def _size(name):
    """Told to the browser beforehand, so that a jump to a place on the page stays there while pictures come."""
    with Image.open(settings.BASE_DIR / "static" / "help" / f"{name}.webp") as image:
        return image.size
