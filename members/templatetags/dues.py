"""How the shares and rates of dues look."""

from django import template

register = template.Library()


@register.filter
def dues_heat(share):
    """The ground of a cell by its share of dues paid: all, nearly all, nine tenths, less."""
    if share is None:
        return "none"
    if share >= 1:
        return 5
    return 4 if float(share) >= 0.98 else 2 if float(share) >= 0.9 else 0


@register.filter
def rate(value):
    """0.015 as 1.5%."""
    return f"{(value * 100).normalize():f}%"
