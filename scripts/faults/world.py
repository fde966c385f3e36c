"""Directly affiliated organisations with a reviewer and a branch each, whose items can be filled in today."""

from datetime import date, timedelta

FOUNDED = date(2020, 1, 1)


def build(offices):
    """So many of them; ``[(secretary, reviewer, branch)]``."""
    from django.core.management import call_command
    from django.utils import timezone

    from branches.models import Kind
    from branches.roles import Role
    from branches.services import appointments, organizations
    from branchyear.accounts.models import User
    from tasks import template
    from tasks.models import BranchItem, Campaign
    from tasks.services.campaign import open_campaign

    call_command("migrate", verbosity=0)

    def found(parent, kind, code, name, order=0):
        return organizations.establish(
            parent=parent, kind=kind, code=code, name=name, on=FOUNDED, by=None, order_number=order
        )

    def person(username, name, role, organization):
        user = User(
            username=username, name=name, email=f"{username}@sink.test", must_change_password=False
        )
        user.set_unusable_password()
        user.save()
        appointments.appoint(
            user, organization=organization, role=role, starts_on=FOUNDED, ends_on=None, by=None
        )
        return user

    city = found(None, Kind.CITY_DEPARTMENT, "00", "市委组织部")
    committee = found(city, Kind.WORK_COMMITTEE, "00-01", "市直机关工委")
    places = []
    for number in range(1, offices + 1):
        office = found(
            committee, Kind.PRIMARY_COMMITTEE, f"{number:02}", f"第{number}局机关党委", number
        )
        branch = found(office, Kind.BRANCH, f"{number:02}-01", f"第{number}局第一支部", 1)
        places.append(
            (
                person(f"s{number}", "书记", Role.SECRETARY, branch),
                person(f"r{number}", "审核", Role.ORG_REVIEWER, office),
                branch,
            )
        )
    today = timezone.localdate()
    open_campaign(template.read("campaign_2022"), year=today.year, by=None)
    # Whatever the season, the items can be filled in today.
    Campaign.objects.update(
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=60)
    )
    BranchItem.objects.update(opens_on=today - timedelta(days=9), due_on=today + timedelta(days=9))
    return places
