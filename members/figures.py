"""What tables of organisations may show about the roll."""

from django.db.models import Count
from django.db.models.functions import Coalesce

from branches.figures import figure
from members.models import Category, Member


@figure
def members(condition):
    """Members on the roll; a Party group's own members are counted once, with their group."""
    return _counts(condition)


@figure
def probationary(condition):
    """Probationary members among them."""
    return _counts(condition, category=Category.PROBATIONARY)


def _counts(condition, **only):
    rows = Member.objects.counted().filter(condition("organization__path"), **only).order_by()
    place = Coalesce("group__path", "organization__path")
    return rows.values_list(place).annotate(Count("pk"))
