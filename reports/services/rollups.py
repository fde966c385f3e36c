"""Items counted beforehand, for cities too large to count at every look (``settings.ROLLUPS_FROM_BRANCHES``).

A row per directly affiliated organisation, task, set of phases and due day. An act on an item queues one job for
its organisation through the outbox; acts within ``SLOT`` seconds share it, so a deadline's rush of a thousand
saves counts fifty organisations a few times and never waits for one shared row. The job counts the organisation
anew, from the items themselves, so nothing drifts. What is waiting for longer than a minute makes the overview
count live again until it is done, and the nightly run counts everything.

A crash between an act and its job, which is queued after the commit, is found by the minute's ``catch_up``: the act
stands in the audit trail, written in its own transaction, and its organisation was not counted since. What leaves no
trace there (statements by hand in the database, a script that goes past the services) waits for the night.
"""

from datetime import timedelta
from functools import partial, update_wrapper

from django.conf import settings
from django.db import connection, transaction
from django.db.models import BigAutoField, CharField, F, Max, Q, Subquery, Sum
from django.db.models.functions import Substr
from django.utils import timezone

from branches.models import Organization
from branches.querysets import below
from branches.scope import scope_of
from branchyear.audit.models import Entry
from branchyear.audit.verbs import VERBS
from branchyear.lib.bulk import insert_tuples
from branchyear.lib.composed import composed
from branchyear.outbox.models import Job
from branchyear.outbox.services import enqueue, enqueue_many
from reports.models import CountedPlace, ItemCount
from reports.services.counting import is_by_branch
from tasks.models import BranchItem, Campaign, ItemVersion

SLOT = 15  # seconds whose acts share one job; with the sweep's thirty it is done within the minute
# Signs of a directly affiliated organisation's path.
DIRECT = Organization.steplen * Organization.DIRECT_DEPTH
OLDEST = timedelta(seconds=60)
LOOK_BACK = timedelta(hours=1)  # so long the minute's run may have been away
ONE, ALL = "reports.count", "reports.count_all"
CENTS = 100
COLUMNS = (
    "place_id", "task_id", "phases", "due_on", "total", "todo", "draft", "submitted", "returned",
    "accepted", "weight", "weight_accepted",
)  # fmt: skip
# Acts that move items about, or whole organisations, or change what is asked.
OF_ITEMS = ("item.submitted", "item.withdrawn", "item.forwarded", "item.accepted", "item.returned",
            "item.voided", "item.saved", "item.filled", "item.rerouted")  # fmt: skip
OF_EVERYTHING = ("organization.", "campaign.", "item.revised")


# --- Reading --------------------------------------------------------------------------------------


def serves(selection, *, by):
    """Whether the counts kept are those of this selection as ``by`` sees it, and no older than a minute."""
    place = selection.organization
    if is_by_branch(place) or selection.item or selection.state or selection.overdue:
        return False
    if selection.month or selection.passed or not (by is None or scope_of(by).sees(place)):
        return False
    return is_on(selection.campaign) and is_fresh(timezone.now())


def is_on(campaign):
    return CountedPlace.objects.filter(campaign=campaign).exists()


def is_fresh(now):
    """No count has been waiting for longer than a minute."""
    open_ = Q(status__in=[Job.Status.QUEUED, Job.Status.RUNNING], run_after__lt=now - OLDEST)
    return not Job.objects.filter(open_, kind__in=[ONE, ALL]).exists()


def kept(selection, *, today):
    """As ``counting.live``, from the rows kept."""
    rows = ItemCount.objects.filter(
        below(selection.organization.path, "place__organization__path"),
        place__campaign=selection.campaign,
    )
    if selection.task:
        rows = rows.filter(task=selection.task)
    over = Q(due_on__lt=today)
    rows = (
        rows.order_by()
        .values_list("place__organization__path", "task_id", "phases")
        .annotate(
            n=Sum("total"), n_todo=Sum("todo"), n_draft=Sum("draft"), n_submitted=Sum("submitted"),
            n_returned=Sum("returned"), n_accepted=Sum("accepted"),
            n_overdue=Sum(F("todo") + F("draft") + F("returned"), filter=over),
            n_due=Sum("total", filter=over), n_weight=Sum("weight"), n_done=Sum("weight_accepted"),
        )
    )  # fmt: skip
    for path, task, phases, *numbers in rows:
        numbers = [number or 0 for number in numbers]
        yield path, task, tuple(phases.split()), numbers


# --- Counting -------------------------------------------------------------------------------------


def count(place_id, campaign):
    """Count one directly affiliated organisation anew. The row may be gone; twice is the same as once."""
    with transaction.atomic():
        # Locked before counting: of two jobs the later one counts what the earlier one has not seen.
        place = (
            CountedPlace.objects.select_for_update()
            .filter(organization_id=place_id, campaign=campaign)
            .select_related("organization")
            .first()
        )
        if place is None:
            return
        CountedPlace.objects.filter(pk=place.pk).update(counted_at=timezone.now())
        ItemCount.objects.filter(place=place).delete()
        insert_tuples(ItemCount, COLUMNS, _rows(place, _versions(campaign)))


def _versions(campaign):
    rows = ItemVersion.objects.filter(item__task__campaign=campaign)
    return {
        pk: (task, " ".join(phases), int(weight * CENTS))
        for pk, task, phases, weight in rows.values_list("pk", "item__task_id", "phases", "weight")
    }


def _rows(place, versions):
    items = BranchItem.objects.in_force().of(place.campaign).under(place.organization)
    sums = {}
    # Overdue and due follow from the day; the day given here is not looked at.
    for version, due_on, *numbers in items.counts(timezone.now().date(), "version_id", "due_on"):
        task, phases, weight = versions[version]
        total, todo, draft, submitted, returned, accepted, _, _ = numbers
        line = (
            total,
            todo,
            draft,
            submitted,
            returned,
            accepted,
            weight * total,
            weight * accepted,
        )
        key = (place.pk, task, phases, due_on)
        held = sums.get(key)
        sums[key] = tuple(map(sum, zip(held, line, strict=True))) if held else line
    return [(*key, *line) for key, line in sums.items()]


def count_all(*, today):
    """Count everything anew, where it is large enough; elsewhere nothing is kept. How many places."""
    campaign = Campaign.objects.running(today)
    if campaign is None:
        return 0
    branches = Organization.objects.branches().open().count()
    if branches < settings.ROLLUPS_FROM_BRANCHES:
        CountedPlace.objects.all().delete()
        return 0
    CountedPlace.objects.exclude(campaign=campaign).delete()
    places = list(Organization.objects.direct().values_list("pk", flat=True))
    CountedPlace.objects.filter(campaign=campaign).exclude(organization__in=places).delete()
    CountedPlace.objects.bulk_create(
        [CountedPlace(organization_id=pk, campaign=campaign) for pk in places],
        ignore_conflicts=True,
    )
    for pk in places:
        count(pk, campaign)
    return len(places)


def catch_up(*, now):
    """Every minute: organisations that were acted in after they were counted last, and have no job, get one now. How
    many."""
    counted = CountedPlace.objects.exclude(counted_at=None)
    places = dict(counted.values_list("organization__path", "counted_at"))
    if not places:
        return 0
    recent = Entry.objects.filter(at__gte=now - LOOK_BACK)
    whole = recent.filter(verb__in=[v for v in VERBS if v.startswith(OF_EVERYTHING)])
    last = whole.aggregate(at=Max("at"))["at"]
    if last is not None and last > min(places.values()):
        return _catch(ALL, [("", last)], now)
    acted = recent.filter(verb__in=OF_ITEMS).order_by().values("organization_id")
    latest = dict(acted.annotate(last=Max("at")).values_list("organization_id", "last"))
    missed = {}
    for pk, path in Organization.objects.filter(pk__in=latest).values_list("pk", "path"):
        counted = places.get(path[:DIRECT])
        if counted is not None and latest[pk] > counted:
            missed[path[:DIRECT]] = max(latest[pk], missed.get(path[:DIRECT], latest[pk]))
    direct = Organization.objects.filter(path__in=missed)
    return _catch(ONE, [(pk, missed[path]) for pk, path in direct.values_list("pk", "path")], now)


def _catch(kind, missed, now):
    """One job for each act that was missed; none where one is on its way."""
    waiting = [Job.Status.QUEUED, Job.Status.RUNNING]
    on_its_way = Job.objects.filter(kind__in=[ONE, ALL], status__in=waiting)
    held = {
        payload.get("organization", "") for payload in on_its_way.values_list("payload", flat=True)
    }
    rows = [
        (kind, f"{kind}:{pk}:{last.isoformat()}", {"organization": pk} if pk else {}, "default")
        for pk, last in missed
        if not held & {pk, ""}
    ]
    enqueue_many(rows)
    return len(rows)


def switch_off():
    """After a count was given up: live until the night, which counts everything."""
    CountedPlace.objects.all().delete()


# --- Hearing --------------------------------------------------------------------------------------


def touched(organizations, verbs):
    """After the transaction commits, the organisations concerned are counted again; acts of one transaction
    and of one slot share the job."""
    everything = any(verb.startswith(OF_EVERYTHING) for verb in verbs)
    if not everything and not any(verb in OF_ITEMS for verb in verbs):
        return
    for _, waiting, _ in connection.run_on_commit:
        if getattr(waiting, "func", None) is _queue:
            waiting.args[0].update(organizations)
            waiting.args[1].append(everything)
            return
    # With the function's name, which Django asks a failed one for, and would fail there itself.
    waits = update_wrapper(partial(_queue, set(organizations), [everything]), _queue)
    transaction.on_commit(waits, robust=True)


@composed()
def _counted():
    return CountedPlace.objects.order_by().values_list("pk", flat=True)[:1]


@composed(organization=BigAutoField())
def _direct_above(organization):
    of = Organization.objects.filter(pk=organization).annotate(above=Substr("path", 1, DIRECT))
    return Organization.objects.filter(path=Subquery(of.values("above")[:1])).values_list(
        "pk", flat=True
    )


@composed(key=CharField())
def _jobs(key):
    return Job.objects.filter(key=key).values_list("pk", flat=True)


def _queue(organizations, everything):
    if not _counted():
        return
    now = timezone.now()
    slot = int(now.timestamp()) // SLOT
    after = now + timedelta(seconds=SLOT - now.timestamp() % SLOT)
    if any(everything):
        enqueue(ALL, f"{ALL}:{slot}", run_after=after)
        return
    if len(organizations) == 1:  # nearly always, and in a rush the job of most slots is there
        (organization,) = organizations
        direct = _direct_above(organization=organization)
        if direct and _jobs(key=f"{ONE}:{direct[0]}:{slot}"):
            return
    else:
        paths = Organization.objects.filter(pk__in=organizations).values_list("path", flat=True)
        above = Organization.objects.filter(path__in={path[:DIRECT] for path in paths})
        direct = above.values_list("pk", flat=True)
    enqueue_many(
        [(ONE, f"{ONE}:{pk}:{slot}", {"organization": pk}, "default") for pk in direct],
        run_after=after,
    )
