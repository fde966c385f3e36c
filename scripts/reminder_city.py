"""A city in which everybody owes: for the measurement and the trial of the reminders.

Each branch has one secretary and owes its report, an item and a problem, all due on the same day.
"""

from datetime import date, timedelta

DUE = date(2026, 11, 25)  # a Wednesday; so is T-7, and T-1 a Tuesday
STEP = 4  # signs of a path per level
DIRECT = 50


def make(branches, *, matters=("report", "items", "problem"), due=DUE, items=1):
    """Build it with ``branches`` branches, each with so many items; returns the campaign.

    ``due``: a 25th, the day on which branches report; the campaign began on the first of its month.
    """
    year, first = due.year, due.replace(day=1)
    from django.db import transaction

    from branches.models import Appointment, Kind, Organization
    from branches.roles import Role
    from branchyear.accounts.models import User
    from branchyear.lib.dates import CHINA
    from reports.models import ReminderPolicy
    from reports.services import periods
    from tasks.models import BranchItem, Campaign, Problem, Task

    def place(parent, number, kind, name):
        path = parent + _base36(number).rjust(STEP, "0")
        places.append(
            Organization(
                path=path, depth=len(path) // STEP, kind=kind, code=f"{kind[:1]}{path}", name=name,
                order_number=number, branch_type="standing" if kind == Kind.BRANCH else "",
            )
        )  # fmt: skip
        return path

    with transaction.atomic():
        places, per = [], -(-branches // DIRECT)
        city = place("", 1, Kind.CITY_DEPARTMENT, "市委组织部")
        committee = place(city, 1, Kind.WORK_COMMITTEE, "市直机关工委")
        left = branches
        for number in range(1, DIRECT + 1):
            direct = place(committee, number, Kind.PRIMARY_COMMITTEE, f"第{number}局机关党委")
            for each in range(1, min(per, left) + 1):
                place(direct, each, Kind.BRANCH, f"第{number}局第{each}党支部")
            left -= min(per, left)
        Organization.objects.bulk_create(places, batch_size=1000)
        placed = list(Organization.objects.filter(kind=Kind.BRANCH).order_by("path"))
        User.objects.bulk_create(
            [User(username=f"s{b.pk}", name="书记", email=f"s{b.pk}@sink.test") for b in placed],
            batch_size=1000,
        )
        people = dict(User.objects.values_list("username", "pk"))
        Appointment.objects.bulk_create(
            [
                Appointment(
                    user_id=people[f"s{b.pk}"], organization=b, role=Role.SECRETARY,
                    starts_on=date(year, 1, 1),
                )
                for b in placed
            ],
            batch_size=1000,
        )  # fmt: skip
        campaign = Campaign.objects.create(
            year=year, code=f"c-{year}", name="党支部基本建设年",
            starts_on=first, ends_on=min(first + timedelta(days=60), date(year, 12, 31)),
        )  # fmt: skip
        periods.set_up(campaign)
        ReminderPolicy.objects.filter(to_above=True).update(is_active=False)
        # All three matters are told of on the day before and on the day itself.
        for matter in ("items", "problem"):
            ReminderPolicy.objects.get_or_create(
                campaign=campaign, matter=matter, tier="branch", to_above=False, days_before=0
            )
        periods.open_periods(today=first + timedelta(days=1))
        if "items" in matters:
            task = Task.objects.create(
                campaign=campaign, code="T1", order=1, name="任务", weight=10, source="seed"
            )
            listed = [_item(task, number, first, due) for number in range(1, items + 1)]
            BranchItem.objects.bulk_create(
                [
                    BranchItem(
                        branch=b, item=item, version=item.current, opens_on=first,
                        due_on=due,
                    )
                    for b in placed
                    for item in listed
                ],
                batch_size=1000,
            )  # fmt: skip
        if "problem" in matters:
            at = campaign.opened_at.astimezone(CHINA)
            Problem.objects.bulk_create(
                [
                    Problem(
                        organization=b, campaign=campaign, number=1, origin="hand", title="问题",
                        found_on=first + timedelta(days=1), due_on=due, created_at=at,
                    )
                    for b in placed
                ],
                batch_size=1000,
            )  # fmt: skip
    return campaign


def _item(task, number, opens_on, due_on):
    from tasks.models import ChecklistItem, ItemVersion

    item = ChecklistItem.objects.create(task=task, code=f"T1-{number:02}", order=number)
    item.current = ItemVersion.objects.create(
        item=item, number=1, text="条目", weight=1, opens_on=opens_on, due_on=due_on, source="seed"
    )
    item.save(update_fields=["current"])
    return item


def _base36(number):
    text = ""
    while number:
        number, place = divmod(number, 36)
        text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place] + text
    return text or "0"
