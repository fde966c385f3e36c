"""The demo's terms and bodies: what the services would have made, the same for the same seed."""

from datetime import date
from random import Random
from types import SimpleNamespace

import pytest

from branches.models import Organization, Term
from branches.services import organizations
from branches.terms import has_quorum, is_elected, latest_extension
from branchyear.demo import terms
from branchyear.demo.city import Place
from members.models import Member, PostHeld
from members.services.posts import words_of
from members.tests.make import make_member

TODAY = date(2026, 5, 12)
SAID = ("党支部书记", "组织委员", "宣传委员", "纪检委员")


@pytest.fixture
def city(org, people):
    places = []
    for number, branch in enumerate((org.north, org.north_two, org.north_four, org.south)):
        group = organizations.found_group(branch, name="一组", on=date(2021, 1, 1), by=None)
        for order in range(8):
            post = SAID[order] if order < len(SAID) else ""
            make_member(branch, f"党员{number}{order}", party_post=post, group=group)
        direct = org.south_office if branch == org.south else org.north_office
        general = org.north_general if branch == org.north_four else None
        places.append(Place(branch, direct, "办公室", 0.6, 8, groups=[group], general=general))
    return SimpleNamespace(places=places)


def build(city):
    terms.build(city, Random(3), TODAY, lambda text: None)


def told():
    return list(
        PostHeld.objects.order_by("pk").values_list("member__name", "post", "starts_on", "votes")
    )


def test_elections_of_the_demo_are_valid(city):
    build(city)

    assert Organization.objects.electing().with_term(TODAY).filter(term_state="near").exists()
    for term in Term.objects.all():
        assert term.elected_on <= TODAY
        assert term.voters_due is None or has_quorum(term.voters_present, term.voters_due)
        assert term.extended_to is None or term.extended_to <= latest_extension(term.expires_on)
    for held in PostHeld.objects.exclude(votes=None).select_related("term"):
        assert is_elected(held.votes, held.term.voters_present)
        assert held.votes <= held.term.voters_present


def test_the_lists_of_the_demo_are_in_step_with_its_posts(city):
    build(city)

    for member in Member.objects.all():
        running = PostHeld.objects.filter(member=member, ends_on=None)
        assert member.party_post == words_of(running.select_related("organization"))


def test_the_same_seed_gives_the_same_bodies(city):
    build(city)
    first = told()
    PostHeld.objects.all().delete()
    Term.objects.all().delete()
    for member in Member.objects.all():
        order = int(member.name[-1])
        Member.objects.filter(pk=member.pk).update(
            party_post=SAID[order] if order < len(SAID) else ""
        )

    build(city)

    assert told() == first
