"""What the frame of every page tells, and many a page asks itself: the running year with its phases, and how
many notices wait. Read at most once for a request, in one statement.
"""

from dataclasses import dataclass

from django.db.models import BigAutoField, DateField

from branchyear.lib.composed import Composed
from branchyear.lib.counts import number_of
from branchyear.lib.dates import local_day
from branchyear.notifications.models import Notice
from tasks.models import Campaign, Phase


@dataclass(frozen=True)
class Year:
    """``campaign`` is None where no year has been opened yet; ``phases`` are its own, in order."""

    campaign: Campaign | None
    phases: tuple
    unread: int


def year_of(request):
    """The year as this request sees it. The next request asks anew, so nothing here can be out of date."""
    if not hasattr(request, "year"):
        request.year = _read(request.user, local_day())
    return request.year


def campaign_of(request):
    """The running campaign, its phases at hand; None when there is none."""
    return year_of(request).campaign


def _phases_by(person, day):
    unread = Notice.objects.of(person).unread()
    return (
        Phase.objects.filter(campaign__starts_on__lte=day)
        .select_related("campaign")
        .order_by("-campaign__year", "order")
        .annotate(unread_=number_of(unread, "recipient"))
    )


_phases = Composed(_phases_by, person=BigAutoField(), day=DateField())


def _read(user, day):
    phases = _phases(person=user.pk, day=day)
    if not phases:  # no year yet, or one whose phases have not been entered
        unread = Notice.objects.visible_to(user).unread()
        return Year(Campaign.objects.running(day), (), unread.count())
    campaign = phases[0].campaign
    own = [phase for phase in phases if phase.campaign_id == campaign.pk]
    held = campaign.phases.all()  # as prefetch_related would have left it
    held._result_cache, held._prefetch_done = own, True
    campaign._prefetched_objects_cache = {"phases": held}
    return Year(campaign, tuple(own), phases[0].unread_)
