"""The demo's terms, bodies and group leaders: most in time, neglected branches overdue or not registered."""

from collections import defaultdict
from datetime import timedelta

from branches import terms as arithmetic
from branches.models import Term, TermReminder
from branchyear.demo.words import DUTIES
from branchyear.lib.bulk import insert_many, update_many
from branchyear.lib.dates import add_months
from members.models import COUNTED, Category, Member, Post, PostHeld
from members.services.posts import words_of

# The words the rolls of the demo say, and the post each stands for.
SAID = {
    "党支部书记": Post.SECRETARY,
    "组织委员": Post.ORGANIZATION_OFFICER,
    "宣传委员": Post.PUBLICITY_OFFICER,
    "纪检委员": Post.DISCIPLINE_OFFICER,
}
COMMITTEE = (
    Post.SECRETARY,
    Post.DEPUTY_SECRETARY,
    Post.ORGANIZATION_OFFICER,
    Post.PUBLICITY_OFFICER,
    Post.DISCIPLINE_OFFICER,
    Post.OFFICER,
    Post.OFFICER,
)


def build(city, rng, today, say):
    """Give every branch of the city its terms, and every committee above it one."""
    Terms(city, rng, today).build(say)


class Terms:
    def __init__(self, city, rng, today):
        self.city, self.rng, self.today = city, rng, today
        self.terms, self.posts, self.reminders = [], [], []
        self.rolls = defaultdict(list)
        people = Member.objects.order_by("pk").only(
            "organization", "group", "name", "party_post", "category", "standing", "is_unit_head",
            "formal_on", "joined_branch_on",
        )  # fmt: skip
        for member in people.iterator(chunk_size=5000):
            self.rolls[member.organization_id].append(member)

    def build(self, say):
        for number, place in enumerate(self.city.places):
            self._branch(place, first=number == 0)
        self._above()
        Term.objects.bulk_create(self.terms, batch_size=500)
        for held in self.posts:
            held.term_id = held.term.pk if held.term else None
        insert_many(PostHeld, self.posts)
        for reminder in self.reminders:
            reminder.term_id = reminder.term.pk
        insert_many(TermReminder, self.reminders)
        self._in_step()
        say(f"届次：{len(self.terms)}届，任职{len(self.posts)}项")

    # --- a branch -----------------------------------------------------------------------------

    def _branch(self, place, *, first):
        rng = self.rng
        formal = [m for m in self.rolls[place.branch.pk] if _is_electable(m)]
        body = [(m, SAID[m.party_post]) for m in formal if m.party_post in SAID]
        if not first and rng.random() < 0.08 * (1.1 - place.diligence):
            body = []  # nothing was ever registered
        if body:
            elected_on = self._elected_on(place, first)
            term = self._term(place.branch, elected_on, len(body), len(formal), place.diligence)
            if first:
                term.candidates = None  # something is left to write down
            self._seat(place.branch, term, body, len(formal))
            before = add_months(elected_on, -12 * term.years)
            if before >= self._founded(place.branch) and (first or rng.random() < 0.5):
                self._former(place.branch, term, before, body, len(formal))
            self._remind(place, term, first)
        members = {m.pk for m, _ in body}
        for order, group in enumerate(place.groups):
            if (first and order == 0) or rng.random() > 0.55 + 0.45 * place.diligence:
                continue
            ours = [m for m in formal if m.group_id == group.pk and m.pk not in members]
            if ours:
                start = self.today - timedelta(days=rng.randint(60, 900))
                self._hold(
                    ours[0], group, Post.GROUP_LEADER, max(start, _able_since(ours[0], start))
                )

    def _founded(self, organization):
        return organization.established_on or self.today

    def _elected_on(self, place, first):
        """How long ago: neglected branches let the three years pass."""
        rng = self.rng
        if first:
            return add_months(self.today, -36) + timedelta(days=75)
        if rng.random() < 0.3 * (1.05 - place.diligence):
            days = rng.randint(-260, -8)
        elif rng.random() < 0.2:
            days = rng.randint(3, 178)
        else:
            days = rng.randint(190, 1000)
        day = add_months(self.today, -36) + timedelta(days=days)
        return max(day, self._founded(place.branch) + timedelta(days=9))

    def _term(self, organization, elected_on, seats, formal, diligence):
        rng = self.rng
        years = arithmetic.years_of(organization.kind, elected_on)
        expires_on = arithmetic.expiry(elected_on, years)
        founded = self._founded(organization)
        known = rng.random() < 0.6 + 0.4 * diligence
        due = max(1, formal + rng.randint(-1, 1))
        term = Term(
            organization=organization,
            number=1 + max(0, (elected_on - founded).days) // (365 * years),
            elected_on=elected_on,
            years=years,
            expires_on=expires_on,
            seats=seats,
            candidates=(
                arithmetic.candidates_wanted(seats) if arithmetic.is_contested(seats) else seats
            ),
            voters_due=due if known else None,
            voters_present=rng.randint(arithmetic.quorum(due), due) if known else None,
            approval_no=f"机党〔{elected_on.year}〕{rng.randint(2, 60)}号" if known else "",
            filed_on=elected_on + timedelta(days=rng.randint(2, 20)) if known else None,
        )
        if term.filed_on and term.filed_on > self.today:
            term.filed_on = None
        late = (self.today - expires_on).days
        if 0 < late < 300 and rng.random() < 0.3:
            term.extended_to = arithmetic.latest_extension(expires_on) - timedelta(
                days=rng.choice((0, 30))
            )
            term.extension_no = f"机党〔{expires_on.year}〕{rng.randint(61, 90)}号"
            term.request_no = f"支部请〔{expires_on.year}〕{rng.randint(1, 9)}号"
        self.terms.append(term)
        return term

    def _seat(self, organization, term, body, formal):
        rng = self.rng
        present = term.voters_present
        for member, post in body:
            votes = None
            if present:
                votes = rng.randint(max(arithmetic.votes_wanted(present), present - 4), present)
            since = _able_since(member, term.elected_on)
            late = since > term.elected_on  # came later, and was elected into the body then
            self._hold(
                member,
                organization,
                post,
                since,
                term=term,
                votes=None if late else votes,
                duties=DUTIES.get(post, ""),
                document_no="" if late else term.approval_no,
            )

    def _former(self, organization, term, elected_on, body, formal):
        """The term before, which this one ended; its secretary was the same or is gone from the roll."""
        years = arithmetic.years_of(organization.kind, elected_on)
        former = Term(
            organization=organization,
            number=max(1, term.number - 1),
            elected_on=elected_on,
            years=years,
            expires_on=arithmetic.expiry(elected_on, years),
            ended_on=term.elected_on,
            seats=len(body),
            approval_no=f"机党〔{elected_on.year}〕{self.rng.randint(2, 60)}号",
        )
        term.number = former.number + 1
        self.terms.append(former)
        for member, post in body[: self.rng.randint(1, len(body))]:
            if _able_since(member, elected_on) > elected_on:
                continue
            self._hold(
                member,
                organization,
                post,
                elected_on,
                term=former,
                ends_on=term.elected_on,
                document_no=former.approval_no,
            )

    def _remind(self, place, term, first):
        due = term.due_on
        begin = add_months(due, -arithmetic.REMIND_MONTHS)
        if begin > self.today or not (first or self.rng.random() < 0.6):
            return
        on = min(begin + timedelta(days=self.rng.randint(0, 40)), self.today)
        how = self.rng.choice((TermReminder.How.LETTER, TermReminder.How.CALL))
        reviewer = place.reviewers[0] if place.reviewers else None
        self.reminders.append(TermReminder(term=term, on=on, how=how, by=reviewer))

    # --- above --------------------------------------------------------------------------------

    def _above(self):
        """The committees of the organs and general branches: elected from those who lead branches."""
        below = defaultdict(list)
        places = {}
        for place in self.city.places:
            leading = [
                m for m in self.rolls[place.branch.pk] if _is_electable(m) and m.party_post in SAID
            ]
            for above in (place.direct, place.general):
                if above is not None and not above.is_branch:
                    below[above.pk] += leading[:2]
                    places.setdefault(above.pk, (above, place))
        for key, (organization, place) in places.items():
            people = list(dict.fromkeys(below[key]))
            size = min(len(people), 5 if organization.kind == "general_branch" else 7)
            if size < 3:
                continue
            years = arithmetic.YEARS[organization.kind]
            days = self.rng.choice((-90, 40, 150, 300, 500, 700)) + self.rng.randint(0, 80)
            elected_on = add_months(self.today, -12 * years) + timedelta(days=days)
            elected_on = max(elected_on, self._founded(organization) + timedelta(days=20))
            term = self._term(organization, elected_on, size, 60, 1.0)
            posts = [post for post in COMMITTEE if post != Post.DEPUTY_SECRETARY or size > 5][:size]
            self._seat(organization, term, list(zip(people, posts, strict=False)), 60)
            self._remind(place, term, first=False)

    # --- rows ---------------------------------------------------------------------------------

    def _hold(self, member, organization, post, starts_on, **more):
        self.posts.append(
            PostHeld(
                member=member, organization=organization, post=post, starts_on=starts_on, **more
            )
        )

    def _in_step(self):
        """What the rolls say follows from the posts in force."""
        running = defaultdict(list)
        for held in self.posts:
            if held.ends_on is None:
                running[held.member_id].append(held)
        changed = []
        for roll in self.rolls.values():
            for member in roll:
                held = running.get(member.pk, ())
                words = words_of(held)
                if any(h.post == Post.SECRETARY for h in held):
                    member.is_unit_head = self.rng.choice((True,) * 9 + (False, None))
                    changed.append(member)
                    member.party_post = words
                elif words != member.party_post:
                    member.party_post = words
                    changed.append(member)
        update_many(Member, changed, ["party_post", "is_unit_head"])


def _able_since(member, day):
    """``day``, or when the member was formal and in the branch, where that is later."""
    return max(day, *(d for d in (member.formal_on, member.joined_branch_on) if d is not None), day)


def _is_electable(member):
    return member.category == Category.FORMAL and member.standing in COUNTED
