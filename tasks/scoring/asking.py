"""Asks the facts: which rows stand behind a line, and their sums by organisation.

Lines whose facts are the same rows are one statement, and so are the lines of the eight tasks: the rows are grouped
by task, and each line takes its own. So a rubric costs a statement for each kind of fact, not for each line,
whatever the number of organisations.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from django.db.models import Count, F, Sum

from branches.querysets import below
from tasks.scoring.arithmetic import Sums
from tasks.scoring.registry import Ask, load


def ask_of(round_, line, *, moment, organization=None):
    """What a line asks: the facts of the round's days, as they are at ``moment``."""
    return Ask(
        campaign=round_.campaign,
        starts_on=round_.starts_on,
        ends_on=round_.ends_on,
        moment=moment,
        params=line.params,
        condition=None if organization is None else partial(below, organization.path),
    )


def facts_of(round_, line, *, moment, organization=None, spot=False):
    """``(rule, Facts)`` behind a line; None when the portal has no such fact (any more)."""
    rule = load().get(line.spot_rule if spot else line.rule)
    if rule is None:
        return None
    found = rule.find(ask_of(round_, line, moment=moment, organization=organization))
    if task := _task_of(found, line):
        found = replace(found, rows=found.rows.filter(**{found.task: task}))
    if rule.own and organization is not None:
        found = replace(found, rows=found.rows.filter(**{found.owner: organization.path}))
    return rule, found


def _task_of(found, line):
    """The code of the task whose facts alone the line takes; "" for all."""
    return line.params.get("task", "") if found.task else ""


@dataclass
class Source:
    """Rows that one or more facts look at, and what each of them counts there."""

    found: object
    views: list = field(default_factory=list)  # [(counted, claimed)]
    by_task: bool = False
    answers: list = field(default_factory=list)  # of each view: {(path, task): Sums}

    def view(self, found):
        """The place of this fact's counts among the answers."""
        wanted = (found.counted, found.counted if found.claimed is None else found.claimed)
        if wanted not in self.views:
            self.views.append(wanted)
        return self.views.index(wanted)

    def ask(self, top):
        found = self.found
        rows = found.rows if top is None else found.rows.filter(below(top.path, found.owner))
        group = {"owner_path": F(found.owner)}
        if self.by_task:
            group["task_"] = F(found.task)
        numbers = {"facts": Count("pk")}
        if found.amount:
            numbers["w_facts"] = Sum(found.amount)
        for place, conditions in enumerate(self.views):
            for name, condition in zip(("counted", "claimed"), conditions, strict=True):
                numbers[f"{name}{place}"] = Count("pk", filter=condition)
                if found.amount:
                    numbers[f"w_{name}{place}"] = Sum(found.amount, filter=condition)
        self.answers = [{} for _ in self.views]
        for row in rows.order_by().values(**group).annotate(**numbers):
            key = row["owner_path"], row.get("task_", "")
            for place, answer in enumerate(self.answers):
                answer[key] = self._sums(row, place)

    def _sums(self, row, place):
        weigh = "w_" if self.found.amount else ""
        counted, claimed = f"counted{place}", f"claimed{place}"
        return Sums(
            counted=row[counted],
            claimed=row[claimed],
            facts=row["facts"],
            numerator=Decimal(row[weigh + counted] or 0),
            claimed_numerator=Decimal(row[weigh + claimed] or 0),
            denominator=Decimal(row[f"{weigh}facts"] or 0),
        )


class Answers:
    """What the facts behind these lines say now. ``top``: only facts at or below that organisation."""

    def __init__(self, round_, lines, *, moment, top=None):
        self.sources, self.places = {}, {}
        for line in lines:
            for spot in (False, True):
                self._find(round_, line, moment=moment, spot=spot)
        for source in self.sources.values():
            source.ask(top)

    def _find(self, round_, line, *, moment, spot):
        rule = load().get(line.spot_rule if spot else line.rule)
        if rule is None:
            return
        found = rule.find(ask_of(round_, line, moment=moment))
        key = (*map(str, found.rows.query.sql_with_params()), found.owner, found.task, found.amount)
        source = self.sources.setdefault(key, Source(found))
        task = _task_of(found, line)
        source.by_task = source.by_task or bool(task)
        self.places[line.pk, spot] = rule, source, source.view(found), task

    def of(self, line, organizations):
        """``{organisation id: Sums}`` of one line."""
        if (line.pk, False) not in self.places:
            return {}
        rule, *_ = self.places[line.pk, False]
        by_path = defaultdict(Sums, self._by_path(line, spot=False))
        for path, seen in self._by_path(line, spot=True).items():
            by_path[path] = replace(by_path[path], spot_failed=seen.counted, spot_facts=seen.facts)
        return gathered(by_path, organizations, own=rule.own)

    def _by_path(self, line, *, spot):
        if (line.pk, spot) not in self.places:
            return {}
        _, source, place, task = self.places[line.pk, spot]
        out = {}
        for (path, of_task), sums in source.answers[place].items():
            if not task or of_task == task:
                out[path] = added(out[path], sums) if path in out else sums
        return out


def gathered(by_path, organizations, *, own):
    """Sums by the path of whoever owns the facts, added up to the organisations asked about."""
    wanted = {organization.path: organization.pk for organization in organizations}
    steps = {len(path) for path in wanted}
    out = {}
    for path, sums in by_path.items():
        lengths = {len(path)} if own else {n for n in steps if n <= len(path)}
        for length in lengths:
            if (pk := wanted.get(path[:length])) is not None:
                out[pk] = added(out[pk], sums) if pk in out else sums
    return out


def added(one, other):
    return Sums(*(getattr(one, name) + getattr(other, name) for name in Sums.__dataclass_fields__))
