"""What the rolls of the demo lack, and what happened on them this year.

Most branches keep their roster well; where diligence is low, telephones, dates and groups are missing. The
first branch misses exactly five facts, so that its secretary has something to mend.
"""

from datetime import datetime, time, timedelta

from branchyear.demo import words
from branchyear.lib.bulk import insert_many, update_many
from branchyear.lib.dates import CHINA
from members.models import Member, MemberEvent
from members.services.roster import events_of_change

# Which facts a neglected roster lacks, and how often among each other. Without an ID number the blind
# indexes are empty, too.
GAPS = {
    "phone": ({"phone": ""}, 4),
    "native_place": ({"native_place": ""}, 3),
    "worked_from": ({"worked_from": None}, 2),
    "joined_branch_on": ({"joined_branch_on": None}, 3),
    "ethnicity": ({"ethnicity": ""}, 1),
    "unit": ({"unit": ""}, 1),
    "group": ({"group": None}, 1),
    "id_number": ({"id_number": "", "id_number_index": None, "id_tail_index": ""}, 1),
}
FIRST_BRANCH = ("phone", "phone", "native_place", "ethnicity", "joined_branch_on")
ORGANS = [name for name, _wanted in words.ORGANS]
FRAIL_FROM = 70  # years; from then on every second retired member is excused
CHUNK = 500


def build(city, rng, today, say):
    """Gaps, origins and this year's changes, set-based: nothing is decrypted on the way."""
    by_branch = {}
    for member in Member.objects.defer("id_number", "phone").order_by("pk"):
        by_branch.setdefault(member.organization_id, []).append(member)
    gaps, told, events = {}, [], []
    for number, place in enumerate(city.places):
        members = by_branch.get(place.branch.pk, [])
        for member in members:
            _origin(member, rng, today)
        told += members
        if number == 0:
            _first(members, gaps)
        else:
            _neglected(members, place.diligence, gaps, rng)
        events += _changes(members, place, rng, today)
    update_many(Member, told, ["joined_from", "is_excused", "education", "post"])
    for name, keys in gaps.items():
        for start in range(0, len(keys), CHUNK):
            part = Member.objects.filter(pk__in=keys[start : start + CHUNK])
            part.update(**GAPS[name][0])
    insert_many(MemberEvent, events)
    say(f"名册：缺项{sum(map(len, gaps.values()))}处，信息变更{len(events)}次")


def _origin(member, rng, today):
    """Where the member came from, and whether age excuses from activities."""
    grown_here = member.joined_branch_on == member.admitted_on
    member.joined_from = "本支部发展" if grown_here else rng.choice(ORGANS)
    age = today.year - member.birth_date.year
    member.is_excused = member.is_retired and age >= FRAIL_FROM and rng.random() < 0.5


def _first(members, gaps):
    """Exactly five facts, one each of five members; nothing else is missing."""
    for member in members:
        member.education = member.education or "大学"
        member.post = member.post or "科员"
    for name, member in zip(FIRST_BRANCH, members[6:], strict=False):
        gaps.setdefault(name, []).append(member.pk)


def _neglected(members, diligence, gaps, rng):
    names = list(GAPS)
    weights = [weight for _columns, weight in GAPS.values()]
    for member in members[4:]:  # the committee's own facts are known
        if rng.random() < 0.3 * (1 - diligence) ** 1.5:
            for name in set(rng.choices(names, weights, k=rng.choice((1, 1, 2, 3)))):
                if name != "group" or member.group_id:
                    gaps.setdefault(name, []).append(member.pk)


def _changes(members, place, rng, today):
    """Promotions and mended facts of this year, written down by who keeps the branch."""
    by = place.clerk or place.secretary
    span = max(1, (today - today.replace(month=1, day=1)).days)
    found = []
    for index, member in enumerate(members):
        if index != 5 and rng.random() > 0.05:
            continue
        on = today - timedelta(days=rng.randrange(span))
        earlier = rng.choice([post for post in words.POSTS[2:] if post != member.post])
        found += events_of_change(member, {"post": earlier}, {"post": member.post}, by=by, on=on)
        found[-1].at = datetime.combine(on, time(10, rng.randrange(60)), tzinfo=CHINA)
    return found
