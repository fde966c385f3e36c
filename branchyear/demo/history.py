"""What the branches of the demo did since the campaign began: answers, returns, acceptances.

Every move is a tuple ``(moment, branch item, verb, person, data)``; ``tasks.services.replay`` makes them
by the same table of moves the pages use.
"""

import hashlib
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from django.core.files.base import ContentFile

from branchyear.demo import life, paper, words
from branchyear.lib.dates import CHINA
from tasks.materials import window_question
from tasks.models import BranchItem, ChecklistItem, Evidence, ItemEvidence
from tasks.services.items import Answer
from tasks.services.replay import replay


def at(day, rng, start=8, end=18):
    """A moment in office hours of ``day`` in China."""
    minutes = rng.randrange((end - start) * 60)
    return datetime.combine(day, time(start), CHINA) + timedelta(minutes=minutes)


class History:
    """Invents the moves of every branch item up to ``now``."""

    def __init__(self, city, campaign, rng, now, say):
        self.city, self.campaign, self.rng, self.now, self.say = city, campaign, rng, now, say
        self.today = now.astimezone(CHINA).date()
        self.moves = []  # (moment, branch_item, verb, person, data)

    def invent(self):
        by_branch = defaultdict(list)
        items = ChecklistItem.objects.select_related("task__campaign", "current").in_bulk()
        for row in BranchItem.objects.of(self.campaign):
            # 420 branches have the same 42 items: one object of each instead of one per row.
            row.item = items[row.item_id]
            row.version = row.item.current
            by_branch[row.branch_id].append(row)
        proofs = life.Proofs()
        for number, place in enumerate(self.city.places):
            library = self._library(place)
            links = []
            for row in by_branch[place.branch.pk]:
                if row.opens_on > self.today:
                    continue
                moves = self._item(place, row, first=number == 0)
                if moves and row.version.asks_for_evidence:
                    for evidence in self._fitting(library, row):
                        links.append(
                            ItemEvidence(
                                branch_item=row, evidence=evidence, attached_by=place.secretary
                            )
                        )
                kept = number == 0 and row.item.code in FIRST_BRANCH  # to be tried on the page
                if moves and row.item.task.code == "T3" and not kept:
                    proofs.use(row, place.secretary, moves[0][0])
                self.moves += moves
            ItemEvidence.objects.bulk_create(links, batch_size=500)
        proofs.write()
        self.moves.sort(key=lambda move: move[0])
        self.say(f"办理过程：{len(self.moves)}步")
        return self

    def make(self, *, until):
        """Let everything happen that happened before ``until``."""
        due = [move for move in self.moves if move[0] < until]
        self.moves = self.moves[len(due) :]  # they are sorted
        histories = {}
        for moment, row, verb, person, data in due:
            histories.setdefault(row.pk, (row, []))[1].append((verb, person, moment, data))
        if histories:
            replay(list(histories.values()))

    def _fitting(self, library, row):
        """One or two papers, of the item's time where the branch has some."""
        fitting = [one for one in library if not window_question(one.fact_on, row)] or library
        return self.rng.sample(fitting, min(self.rng.choice((1, 1, 2)), len(fitting)))

    def _library(self, place):
        """The branch's papers, as files."""
        made = []
        for name, lines in self.rng.sample(words.PAPERS, 4):
            on = date(self.campaign.year, self.rng.randint(4, 10), self.rng.randint(1, 28))
            day = f"{on.year}年{on.month}月{on.day}日"
            values = {
                "unit": place.branch.name.removesuffix("党支部"),
                "year": self.campaign.year,
                "day": day,
            }
            content = paper.pdf([line.format(**values) for line in lines])
            evidence = Evidence(
                organization=place.branch,
                name=name.format(**values),
                extension="pdf",
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                fact_on=on if on <= self.now.date() else None,
                uploaded_by=place.clerk or place.secretary,
            )
            evidence.file.save("demo.pdf", ContentFile(content), save=False)
            made.append(evidence)
        Evidence.objects.bulk_create(made)
        return made

    # --- one item -----------------------------------------------------------------------------

    def _item(self, place, row, *, first):
        rng = self.rng
        code = row.item.code
        if first and code in FIRST_BRANCH:
            return self._first_branch(place, row, FIRST_BRANCH[code])
        length = (min(row.due_on, self.campaign.ends_on) - row.opens_on).days
        slow = 1.0 - place.diligence
        share = rng.triangular(0.08, 1.05 + 0.45 * slow, 0.5 + 0.5 * slow)
        if rng.random() < 0.35 * slow * slow:
            return []
        handed_in = at(row.opens_on + timedelta(days=round(length * share)), rng)
        if handed_in > self.now:
            close = handed_in - timedelta(days=10) < self.now
            if close and rng.random() < 0.5:
                return [self._draft(place, row)]
            return []
        moves = [self._submit(place, row, handed_in)]
        if rng.random() < 0.05 + 0.12 * slow:
            returned = self._later(handed_in, 1, 5)
            if returned > self.now:
                return moves
            moves.append(
                (
                    returned,
                    row,
                    "send_back",
                    place.reviewers[0],
                    {"reason": rng.choice(words.RETURN_REASONS)},
                )
            )
            again = self._later(returned, 1, 9)
            if again > self.now or rng.random() < 0.15 * slow:
                return moves
            moves.append(self._submit(place, row, again))
            handed_in = again
        moment = handed_in
        for reviewer in place.reviewers:
            moment = self._later(moment, 1, 6)
            if moment > self.now:
                break
            moves.append((moment, row, "accept", reviewer, {}))
        return moves

    def _first_branch(self, place, row, what):
        """The branch everybody tries first: something of everything waits there."""
        recent = at(self.today - timedelta(days=6), self.rng)
        if recent.date() < row.opens_on or what == "todo":
            return []
        if what == "draft":
            return [self._draft(place, row)]
        moves = [self._submit(place, row, recent)]
        if what == "returned":
            back = self._later(recent, 1, 3)
            moves.append(
                (back, row, "send_back", place.reviewers[0], {"reason": words.RETURN_REASONS[0]})
            )
        return moves

    def _later(self, moment, low, high):
        day = moment.astimezone(CHINA).date() + timedelta(days=self.rng.randint(low, high))
        return at(day, self.rng)

    def _answer(self, place, row, moment, *, result="done"):
        rng, code = self.rng, row.item.code
        day = moment.astimezone(CHINA).date()
        reason = self._not_applicable(place, code)
        note = reason or rng.choice(words.NOTES.get(code, ("已按要求落实。",))).format(
            unit=place.unit, n=place.size, day=day
        )
        earliest = max(row.opens_on, day - timedelta(days=25))
        fact = earliest + timedelta(days=rng.randint(0, max(0, (day - earliest).days)))
        return Answer(
            result="not_applicable" if reason else result,
            fact_on=None if reason else fact,
            note=note,
            numbers={} if reason else {ask["key"]: rng.randint(1, 12) for ask in row.version.asks},
        )

    def _not_applicable(self, place, code):
        if code == "T1-03" and place.size < 20:
            return f"本支部党员{place.size}名，不足20人，不需要划分党小组。"
        if code == "T1-04":
            return f"本支部党员{place.size}名，不足50人，不在升格范围。"
        return ""

    def _submit(self, place, row, moment):
        person = place.clerk if place.clerk and self.rng.random() < 0.4 else place.secretary
        return (moment, row, "submit", person, {"answer": self._answer(place, row, moment)})

    def _draft(self, place, row):
        moment = min(at(self.today - timedelta(days=self.rng.randint(1, 9)), self.rng), self.now)
        moment = max(moment, at(row.opens_on, self.rng))
        person = place.clerk or place.secretary
        return (
            moment,
            row,
            "save",
            person,
            {"answer": self._answer(place, row, moment, result="ongoing")},
        )


# What lies on the desk of shuji001, by item code.
FIRST_BRANCH = {
    "T3-06": "returned",
    "T2-05": "draft",
    "T7-02": "todo",
    "T7-01": "todo",
    "T3-08": "todo",
    "T4-03": "submitted",
    "T8-01": "todo",
}
