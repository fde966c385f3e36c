"""The demo's scores: one round frozen two days ago with its appeals, and the year's, open for 自评."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from branchyear.lib.dates import CHINA, Month
from tasks.models import RubricLine, Score, ScoreLine
from tasks.services import freezing, score_appeals, scores

JUDGED = 24  # so many organisations have judged themselves
SAID = (
    "支部工作制度已汇编成册并坚持执行，党员示范岗覆盖窗口处室。",
    "把主题党日与业务攻关结合，形成固定机制，群众评议较好。",
    "围绕中心工作设立党员先锋岗，制度每季度检查一次。",
)
CHECKED = ("情况属实，同意自评分。", "制度已建立，作用发挥还需加强，酌减。")
WHY = "“按期换届”条目的批复已在考核期内上传并审核通过，请核对后复核。"
ANSWER = "经核对，批复日期在考核期内，予以调整。"
SECOND = "到期条目中有一项因上级批复延后，材料已在办理，请酌情复核。"


def build(city, rng, today, say, *, campaign):
    """The round of the months that are over; nothing before the campaign has had two of them."""
    end = min(campaign.ends_on, Month.of(today).plus(-1).last_day)
    frozen_on = today - timedelta(days=2)
    if end < Month.of(campaign.starts_on).plus(1).last_day or frozen_on <= end:
        return
    by, begun = city.gongwei, frozen_on - timedelta(days=1)
    months = f"{campaign.starts_on.month}—{end.month}月"
    round_ = scores.open_round(
        campaign, name=months, starts_on=campaign.starts_on, ends_on=end, self_until=begun,
        by=by, now=_at(begun, 9),
    )  # fmt: skip
    _judge(city, rng, round_, begun)
    freezing.freeze(round_, by=by, now=_at(frozen_on, 10))
    freezing.carry_out(round_.pk, now=_at(frozen_on, 10))
    _appeal(city, round_, frozen_on, by)
    if today < campaign.ends_on:
        scores.open_round(
            campaign, name="全年", starts_on=campaign.starts_on, ends_on=campaign.ends_on,
            self_until=campaign.ends_on, by=by, now=_at(today, 8),
        )  # fmt: skip
    say(f"考核评分：{round_.scores.count()}个党组织")


def _at(day, hour):
    return datetime.combine(day, time(hour, 20), CHINA)


def _judge(city, rng, round_, day):
    """The first branches judge themselves; most are checked by their reviewer."""
    lines = list(round_.rubric.lines.filter(measure=RubricLine.Measure.JUDGED))
    rows = {score.organization_id: score for score in _scores(round_)}
    for number, place in enumerate(city.places[:JUDGED]):
        score = rows[place.branch.pk]
        for line in lines:
            points = line.points - Decimal("0.5") * rng.randint(0, 2)
            scores.judge(
                score, line, points=points, reason=rng.choice(SAID), by=place.secretary,
                now=_at(day, 11),
            )  # fmt: skip
            if number % 6 != 5:
                less = number % 4 == 3
                scores.check(
                    score, line, points=points - Decimal("0.5") * (less and points > 1),
                    reason=CHECKED[less], by=place.reviewers[-1], now=_at(day, 15),
                )  # fmt: skip


def _scores(round_):
    return Score.objects.filter(round=round_).select_related(
        "organization", "round__rubric", "round__campaign"
    )


def _appeal(city, round_, day, by):
    """Of the first branches that lost points one appeals and is answered, the next one's waits."""
    wanted = [WHY, SECOND]
    for place in city.places:
        line = _line(round_, place.branch) if wanted else None
        if line is None:
            continue
        words = wanted.pop(0)
        asked = score_appeals.appeal(line, words, by=place.secretary, now=_at(day, 16))
        if words == WHY:
            change = min(Decimal("1.00"), line.line.most - line.points)
            score_appeals.decide(
                asked, grant=True, change=change, answer=ANSWER, by=by,
                now=_at(day + timedelta(days=1), 9),
            )  # fmt: skip


def _line(round_, branch):
    """The base line that lost most."""
    rows = ScoreLine.objects.filter(
        score__round=round_, score__organization=branch, line__kind="base", points__isnull=False
    ).select_related("line", "score__round__rubric", "score__organization")
    short = [row for row in rows if row.points < row.line.points]
    return max(short, key=lambda row: row.line.points - row.points, default=None)
