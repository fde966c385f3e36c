"""Fields that the forms of the tree and of the offices share."""

from django import forms
from django.contrib.admin.widgets import AdminDateWidget

from branchyear.lib.dates import local_day


class DayField(forms.DateField):
    """A day with the admin's calendar; today unless told otherwise."""

    def __init__(self, **options):
        super().__init__(**{"widget": AdminDateWidget(), "initial": local_day, **options})
