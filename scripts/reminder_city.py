"""A city in which everybody owes: for the measurement and the trial of the reminders.

Each branch has one secretary and owes its report, an item and a problem, all due on the same day.
"""

from datetime import date

YEAR, DUE = 2026, date(2026, 11, 25)  # a Wednesday; so is T-7, and T-1 a Tuesday
STEP = 4  # signs of a path per level
DIRECT = 50


def make(branches, *, matters=("report", "items", "problem")):
    """Build it with ``branches`` branches; returns the campaign."""
    from django.db import transaction

    from branches.models import Appointment, Kind, Organization
    from branches.roles import Role
    from branchyear.accounts.models import User
    from branchyear.lib.dates import CHINA
    from reports.models import ReminderPolicy
    from reports.services import periods
    from tasks.models import BranchItem, Campaign, ChecklistItem, ItemVersion, Problem, Task

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
                    starts_on=date(YEAR, 1, 1),
                )
                for b in placed
            ],
            batch_size=1000,
        )  # fmt: skip
        campaign = Campaign.objects.create(
            year=YEAR, code=f"c-{YEAR}", name="党支部基本建设年",
            starts_on=date(YEAR, 11, 1), ends_on=date(YEAR, 12, 31),
        )  # fmt: skip
        periods.set_up(campaign)
        ReminderPolicy.objects.filter(to_above=True).update(is_active=False)
        # All three matters are told of on the day before and on the day itself.
        for matter in ("items", "problem"):
            ReminderPolicy.objects.get_or_create(
                campaign=campaign, matter=matter, tier="branch", to_above=False, days_before=0
            )
        periods.open_periods(today=date(YEAR, 11, 2))
        if "items" in matters:
            task = Task.objects.create(
                campaign=campaign, code="T1", order=1, name="任务", weight=10, source="seed"
            )
            item = ChecklistItem.objects.create(task=task, code="T1-01", order=1)
            item.current = ItemVersion.objects.create(
                item=item, number=1, text="条目", weight=1, opens_on=date(YEAR, 11, 1), due_on=DUE,
                source="seed",
            )  # fmt: skip
            item.save(update_fields=["current"])
            BranchItem.objects.bulk_create(
                [
                    BranchItem(
                        branch=b, item=item, version=item.current, opens_on=date(YEAR, 11, 1),
                        due_on=DUE,
                    )
                    for b in placed
                ],
                batch_size=1000,
            )  # fmt: skip
        if "problem" in matters:
            at = campaign.opened_at.astimezone(CHINA)
            Problem.objects.bulk_create(
                [
                    Problem(
                        organization=b, campaign=campaign, number=1, origin="hand", title="问题",
                        found_on=date(YEAR, 11, 2), due_on=DUE, created_at=at,
                    )
                    for b in placed
                ],
                batch_size=1000,
            )  # fmt: skip
    return campaign


def _base36(number):
    text = ""
    while number:
        number, place = divmod(number, 36)
        text = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place] + text
    return text or "0"
