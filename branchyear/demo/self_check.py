"""The demo's self-checks of phase 1: most signed in April, some only begun, a few never."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from branchyear.lib.bulk import insert_many
from branchyear.lib.dates import CHINA
from tasks.health.words import sentence
from tasks.models import SelfCheck, SelfCheckAnswer
from tasks.services import self_check

Result = SelfCheckAnswer.Result
REASONS = (
    "已核对党员档案，情况与登记不一致，正在更正。",
    "四月以来已补齐，登记尚未更新。",
    "经支委会研究，认为制度执行还有差距。",
)
ROOM = "活动场所为合用会议室，正在协调固定场所。"
SHOWN = 6  # findings kept of one branch


def build(city, rng, today, say, *, campaign):
    """Answer the headings of every branch as it would have done at the end of phase 1."""
    phase = self_check.phase_of(campaign)
    if phase is None or today < phase.starts_on:
        return
    computed = self_check.computed_tasks(campaign)
    found = defaultdict(list)
    grave = self_check.open_findings(campaign).filter(severity__in=self_check.WEIGHTY)
    for period in ("month:", "quarter:", "year:"):  # what a later month lacks was not known then
        grave = grave.exclude(key__contains=period)
    for finding in grave.defer("rule__statement", "rule__difference").iterator(chunk_size=5000):
        if len(found[finding.organization_id]) < SHOWN:
            finding.sentence = sentence(finding, today)
            found[finding.organization_id].append(finding)
    checks, answers = [], []
    for number, place in enumerate(city.places):
        luck = rng.random()
        if luck > 0.9 + 0.1 * place.diligence and number:
            continue
        signed = luck < 0.55 + 0.45 * place.diligence or not number
        day = phase.starts_on + timedelta(days=rng.randint(12, 29))
        at = datetime.combine(
            min(day, today, phase.ends_on), time(rng.randint(9, 17), rng.randint(0, 59)), CHINA
        )
        check = SelfCheck(
            organization=place.branch,
            campaign=campaign,
            signed_by=place.secretary if signed else None,
            signed_at=at if signed else None,
            revision=2,
        )
        checks.append(check)
        headings = self_check.arranged(phase, computed, found[place.branch.pk], {})
        for heading in headings if signed else headings[: rng.randint(1, len(headings) - 1)]:
            answers.append(_answer(check, heading, place.secretary, at, rng))
    SelfCheck.objects.bulk_create(checks, batch_size=500)
    for answer in answers:
        answer.self_check_id = answer.self_check.pk
    insert_many(SelfCheckAnswer, answers)
    say(f"自查：{len(checks)}个支部，已签发{sum(c.is_signed for c in checks)}个")


def _answer(check, heading, by, at, rng):
    result, reason = heading.suggested or Result.MET, ""
    if not heading.suggested and rng.random() < 0.15:
        result, reason = Result.NOT_MET, ROOM
    elif heading.suggested and rng.random() < 0.05:
        result = Result.MET if result == Result.NOT_MET else Result.NOT_MET
        reason = rng.choice(REASONS)
    return SelfCheckAnswer(
        self_check=check, heading=heading.code, suggested=heading.suggested, result=result,
        reason=reason, evidence=heading.evidence, by=by, at=at,
    )  # fmt: skip
