"""The demo's reminders: sent by the code that always sends them, on mornings of the demo's year.

No letter leaves: nobody in the demo has an address at that moment.
"""

from datetime import timedelta

from django.db.models import Value
from django.db.models.functions import Concat

from branchyear.accounts.models import User
from branchyear.lib.dates import local_day
from branchyear.notifications.models import Notice
from reports.services.reminders import daily_key, send_due_reminders

UNREAD = 5  # every fifth person does not open his notices


def send(morning):
    """What the sweep of that morning would have sent; most have read it since."""
    User.objects.update(email="")
    sent = send_due_reminders(now=morning)
    User.objects.update(email=Concat("username", Value("@demo.invalid")))
    notices = Notice.objects.filter(key=daily_key(local_day(morning)))
    notices.update(created_at=morning)
    read = [pk for pk in notices.values_list("pk", flat=True) if pk % UNREAD]
    for start in range(0, len(read), 500):
        Notice.objects.filter(pk__in=read[start : start + 500]).update(
            read_at=morning + timedelta(hours=1)
        )
    return sent
