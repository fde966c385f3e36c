"""Inside the portal of the trial: an organisation with people, a running campaign, a file.

Run as a file, with the release under trial on the path; the last line says where to find them, as JSON.
"""

import hashlib
import json
import sys


def settle():
    """Inside the portal: an organisation with people, a running campaign, a file. Prints where to find them."""
    import django

    django.setup()
    from datetime import timedelta

    from django.urls import reverse
    from django.utils import timezone

    from conftest import build_people, build_tree
    from members.services import admissions
    from members.tests.make import make_member
    from tasks.models import BranchItem, Campaign
    from tasks.tests.make import item_of, make_evidence, make_pdf, make_running_campaign

    today = timezone.localdate()
    org = build_tree()
    people = build_people(org)
    admissions.load_steps()
    make_running_campaign()
    Campaign.objects.update(
        starts_on=today - timedelta(days=200), ends_on=today + timedelta(days=60)
    )
    BranchItem.objects.update(
        opens_on=today - timedelta(days=100), due_on=today + timedelta(days=30)
    )
    make_member(org.north, "何参训", phone="13800000000")
    item = item_of(org.north)
    evidence = make_evidence(
        item_of(org.north, "T1-05"), people.secretary, make_pdf("批复.pdf"), now=timezone.now()
    )
    with evidence.file.open("rb") as file:
        content = file.read()
    world = {
        "people": [people.secretary.username, people.clerk.username],
        "foreign": people.south_secretary.username,
        "org": org.north.pk,
        "today": today.isoformat(),
        "form": f"{reverse('tasks:new_problem')}?org={org.north.pk}",
        "material": reverse("tasks:evidence", args=[evidence.pk]),
        "stored": evidence.file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "item": item.get_absolute_url(),
        "submit": reverse("tasks:submit_item", args=[item.pk]),
        "return": reverse("tasks:return_item", args=[item.pk]),
        "reviewer": people.reviewer.username,
        "answer": {
            "version": BranchItem.objects.get(pk=item.pk).revision, "result": "done",
            "fact_on": today.isoformat(), "note": "已按程序报批并备案。",
        },
    }  # fmt: skip
    print("WORLD" + json.dumps(world))
    return 0


if __name__ == "__main__":
    sys.exit(settle())
