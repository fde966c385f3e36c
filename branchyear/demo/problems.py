"""The demo's problems: what phase 1 found, mostly closed by summer, and what 支部体检 finds today, listed by
the diligent. In every state, some overdue, some given more time, a few found again."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db.models import Min

from branchyear.audit.models import Entry
from branchyear.audit.services import build as audited
from branchyear.lib.bulk import insert_many, insert_tuples, next_key, update_many
from branchyear.lib.dates import CHINA
from tasks.health.words import sentence
from tasks.models import (
    Evidence,
    Extension,
    Finding,
    Problem,
    ProblemEvidence,
    ProblemStep,
    Severity,
)

State, Kind, Origin = Problem.State, ProblemStep.Kind, Problem.Origin

# heading, task, what is wrong, why, what is done, how it ended
OLD = (
    ("S1", "T1", "党小组划分不合理，第一党小组人数偏多", "人员调整后没有及时重新编组", "按处室重新划分党小组，明确组长", "已重新划分并公布名单。"),
    ("S2", "T2", "支委分工不明确，宣传委员职责没有书面规定", "换届后没有及时研究分工", "召开支委会研究分工并张贴公布", "支委会已研究，分工表已张榜。"),
    ("S3", "T1", "部分党员入党材料复印件未归集", "档案分散在人事部门", "与人事部门核对，逐人归集复印件", "已逐人核对归集，列出目录。"),
    ("S4", "T3", "个别会议记录过于简单，没有讨论发言要点", "记录人业务不熟", "组织学习记录规范，由书记审阅签字", "已开展培训，近两月记录规范完整。"),
    ("S5", "T4", "年度学习计划没有分解到月", "计划制定较粗", "按月分解学习内容，明确领学人", "已印发分月计划并执行。"),
    ("S6", "T8", "党员活动室未悬挂入党誓词和党员权利义务", "场地搬迁后未及时布置", "联系办公室统一制作悬挂", "已制作悬挂，见照片。"),
    ("S6", "T8", "制度未上墙，新党员不了解支部制度", "宣传不到位", "整理制度汇编，发到每名党员", "已印发制度汇编。"),
)  # fmt: skip
CAUSES = (
    "工作交接不及时，台账没有跟上",
    "对要求理解不透，落实不够到位",
    "业务工作繁忙，统筹安排不够",
)
MEASURES = (
    "明确专人，逐项核对补齐，月底前由书记检查",
    "支委会专题研究，列出时间表逐项落实",
    "对照要求立即补办，今后按月自查",
)
RESULTS = ("已按要求补办，资料已归档。", "已落实到位，并列入每月自查内容。")
POSTS = ("组织委员", "宣传委员", "纪检委员")


def build(city, rng, today, say, *, campaign):
    """Invent the year of the lists up to today; after 支部体检 has looked at the city."""
    lists = _Lists(city, rng, today, campaign)
    for number, place in enumerate(city.places):
        lists.tell(place, first=number == 0)
    say(f"问题清单：{lists.write()}个")


class _Lists:
    def __init__(self, city, rng, today, campaign):
        self.city, self.rng, self.today, self.campaign = city, rng, today, campaign
        self.tasks = {task.code: task for task in campaign.tasks.all()}
        phases = {phase.order: phase for phase in campaign.phases.all()}
        self.one, self.two = phases[1], phases[2]
        firsts = Evidence.objects.order_by().values("organization").annotate(first=Min("pk"))
        files = Evidence.objects.filter(pk__in=firsts.values("first"))
        self.files = {file.organization_id: file for file in files}
        self.problems, self.steps, self.links, self.extensions, self.dated = [], [], [], [], []
        self.entries = []
        self.key = next_key(Problem)
        self.found = self._choose()

    def _choose(self):
        """branch → the findings its secretary lists."""
        grave = Finding.objects.open().filter(
            severity__in=[Severity.ERROR, Severity.WARNING], organization__kind="branch"
        )
        by_branch = defaultdict(list)
        for pk, branch in grave.order_by("pk").values_list("pk", "organization_id"):
            by_branch[branch].append(pk)
        chosen = []
        for number, place in enumerate(self.city.places):
            there = by_branch.get(place.branch.pk, [])
            wanted = self.rng.randint(0, 2 + round(2 * place.diligence))
            wanted = 3 if number == 0 else wanted
            chosen += self.rng.sample(there, min(wanted, len(there)))
        found = defaultdict(list)
        for start in range(0, len(chosen), 900):
            part = Finding.objects.filter(pk__in=chosen[start : start + 900])
            for finding in part.select_related("rule").order_by("pk"):
                found[finding.organization_id].append(finding)
        return found

    def tell(self, place, *, first):
        stories = [(day, old) for day, old in self._old(place, first)]
        for finding in self.found.get(place.branch.pk, ()):
            finding.opened_on = finding.changed_on = self._opened(finding)
            self.dated.append(finding)
            stories.append((finding.opened_on, finding))
        stories.sort(key=lambda story: story[0])
        fresh = 0
        for number, (day, story) in enumerate(stories, 1):
            if isinstance(story, Finding):
                fresh += 1
                self._from_finding(place, number, day, story, fresh if first else 0)
            else:
                self._from_self_check(place, number, day, story, first)

    def _old(self, place, first):
        rng = self.rng
        wanted = 2 if first else rng.choice((0, 1, 1, 2, 2, 3))
        span = (self.one.ends_on - self.one.starts_on).days
        for old in rng.sample(OLD, wanted):
            day = self.one.starts_on + timedelta(days=rng.randint(span // 3, span))
            yield min(day, self.today), old

    def _opened(self, finding):
        """Listed within the last months, and not before it could be seen."""
        earliest = max(finding.opened_on, self.two.starts_on, self.today - timedelta(days=100))
        if earliest >= self.today:
            return self.today
        return earliest + timedelta(days=self.rng.randint(0, (self.today - earliest).days))

    # --- stories ------------------------------------------------------------------------------

    def _from_self_check(self, place, number, day, old, first):
        """Found in April, due by the end of phase 2; mostly closed by then."""
        rng = self.rng
        heading, task, title, cause, measure, result = old
        problem = self._problem(
            place, number, day, title=title, origin=Origin.SELF_CHECK, heading=heading,
            task=self.tasks.get(task),
        )  # fmt: skip
        planned = self._plan(place, problem, day, cause, measure, self.two.ends_on)
        lag = rng.randint(10, 45) + round(40 * (1 - place.diligence))
        done = planned + timedelta(days=lag)
        if not first and rng.random() > 0.55 + 0.5 * place.diligence or done >= self.today:
            return  # neglected: still being put right, long overdue
        self._hand_in(place, problem, done, result)
        closed = done + timedelta(days=rng.randint(1, 12))
        if closed >= self.today or (not first and rng.random() < 0.06):
            return  # waits for the reviewer
        reviewer = place.reviewers[0]
        problem.state, problem.closed_on = State.CLOSED, closed
        self._step(problem, Kind.CLOSED, reviewer, closed, "情况属实，同意销号。")
        again = closed + timedelta(days=rng.randint(40, 80))
        if not first and rng.random() < 0.05 and again < self.today:
            problem.state, problem.closed_on = State.REOPENED, None
            problem.due_on = self.today + timedelta(days=rng.randint(-8, 20))
            self._step(
                problem, Kind.REOPENED, reviewer, again, "回头看发现问题又出现，请重新整改。"
            )

    def _from_finding(self, place, number, day, finding, first):
        """``first``: the order of the first branch's own, which has one of each thing to do."""
        rng = self.rng
        problem = self._problem(
            place, number, day, title=sentence(finding, self.today)[:300], origin=Origin.FINDING,
            finding=finding, rule=finding.rule, rule_key=finding.key, task_id=finding.rule.task_id,
        )  # fmt: skip
        if first == 1 or (not first and rng.random() > 0.3 + 0.6 * place.diligence):
            return  # only listed so far
        due = day + timedelta(days=33)
        if first:
            due = self.today + timedelta(days=4 if first == 2 else 15)
        planned = self._plan(place, problem, day, rng.choice(CAUSES), rng.choice(MEASURES), due)
        if due < self.today and rng.random() < place.diligence:
            self._extend(place, problem, max(planned, due - timedelta(days=2)))
        elif not first and due > self.today and planned < self.today and rng.random() < 0.3:
            self._hand_in(place, problem, self.today - timedelta(days=1), rng.choice(RESULTS))

    # --- rows ---------------------------------------------------------------------------------

    def _problem(self, place, number, day, **facts):
        problem = Problem(
            pk=self.key, organization=place.branch, campaign=self.campaign, number=number,
            found_on=day, state=State.OPEN, created_by=place.secretary,
            created_at=self._at(day), updated_at=self._at(self.today, earlier=True), **facts,
        )  # fmt: skip
        self.key += 1
        self.problems.append(problem)
        self._step(problem, Kind.LISTED, place.secretary, day, origin=problem.origin)
        return problem

    def _plan(self, place, problem, day, cause, measure, due):
        planned = min(self.today, day + timedelta(days=self.rng.randint(0, 6)))
        problem.state, problem.cause, problem.measure = State.FIXING, cause, measure
        problem.responsible, problem.due_on = self.rng.choice(POSTS), due
        problem.responsible_leader = place.secretary.name
        self._step(problem, Kind.PLANNED, place.secretary, planned, measure, due_on=due.isoformat())
        return planned

    def _hand_in(self, place, problem, day, result):
        file = self.files.get(place.branch.pk)
        if file is None:
            return
        problem.state, problem.result = State.VERIFY, result
        at = self._at(day)
        self.links.append(
            ProblemEvidence(
                problem=problem, evidence=file, attached_by=place.secretary, attached_at=at
            )
        )
        self._record(
            "evidence.attached", file, problem, place.secretary, at, problem=problem.pk,
            sha256=file.sha256,
        )  # fmt: skip
        self._step(problem, Kind.HANDED_IN, place.secretary, day, result)

    def _extend(self, place, problem, day):
        """More time asked for; granted, or still waiting for the reviewer."""
        wanted = self.today + timedelta(days=self.rng.randint(3, 25))
        waits = self.rng.random() < 0.3
        reason = "涉及外单位配合，办理周期较长"
        asked = Extension(
            problem=problem, due_before=problem.due_on, due_wanted=wanted, reason=reason,
            asked_by=place.secretary, asked_at=self._at(day),
        )  # fmt: skip
        self._step(problem, Kind.EXTENSION_ASKED, place.secretary, day, reason)
        if not waits:
            reviewer = place.reviewers[0]
            decided = min(self.today, day + timedelta(days=2))
            asked.state, asked.decided_by = Extension.State.GRANTED, reviewer
            asked.decided_at, problem.due_on = self._at(decided), wanted
            self._step(problem, Kind.EXTENDED, reviewer, decided, due_on=wanted.isoformat())
        self.extensions.append(asked)

    def _step(self, problem, kind, person, day, reason="", **data):
        problem.revision = max(problem.revision, 1) + (kind != Kind.LISTED)
        at = self._at(day)
        self.steps.append(
            ProblemStep(
                problem=problem, kind=kind, by=person, by_name=str(person), at=at, reason=reason,
                data=data,
            )
        )  # fmt: skip
        self._record(
            f"problem.{kind.value}", problem, problem, person, at, number=problem.number, **data
        )

    def _record(self, verb, thing, problem, person, at, /, **detail):
        """The service's entry, told as what it is: written afterwards."""
        entry = audited(
            verb, thing, by=person, organization=problem.organization, replayed=True, **detail
        )
        entry.at = at
        self.entries.append(entry)

    def _at(self, day, *, earlier=False):
        hour = 8 if earlier or day == self.today else self.rng.randint(8, 17)
        return datetime.combine(day, time(hour, self.rng.randrange(60)), CHINA)

    def write(self):
        names = [field.attname for field in Problem._meta.concrete_fields]
        rows = (tuple(getattr(problem, name) for name in names) for problem in self.problems)
        insert_tuples(Problem, names, rows)
        insert_many(ProblemStep, self.steps)
        insert_many(ProblemEvidence, self.links)
        insert_many(Extension, self.extensions)
        insert_many(Entry, sorted(self.entries, key=lambda entry: entry.at))
        update_many(Finding, self.dated, ["opened_on", "changed_on"])
        return len(self.problems)
