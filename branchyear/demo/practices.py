"""The demo's 经验做法: some at every stage of their way, each step made by the service at its moment."""

from datetime import timedelta

from branchyear.notifications.models import Notice
from reports.models import MonthlyReport, Tier
from reports.services import practices

ANSWERS = (
    "做法较好，但没有写明具体怎么做、效果如何，请充实后下月再报。",
    "与已印发简报的做法相近，本期不再采用，谢谢支持。",
)
STAGES = ("adopted", "direct", "committee", "adopted", "declined", "direct", "committee")
MOST, APART = 14, 3


def build(city, now, say):
    """From the first reports that tell of something that worked, in the order they were received."""
    places = {place.branch.pk: place for place in city.places}
    reports = (
        MonthlyReport.objects.filter(state="accepted", period__tier=Tier.BRANCH)
        .filter(texts__experience__isnull=False, decided_at__lt=now - timedelta(days=30))
        .select_related("organization", "period", "receiver")
        .order_by("decided_at", "pk")
    )
    chosen, last = [], {}
    for report in reports[:300]:
        text = report.texts["experience"]
        # The same words again only when a few others have had their turn.
        if len(chosen) < MOST and len(chosen) - last.get(text, -APART) >= APART:
            last[text] = len(chosen)
            chosen.append(report)
    for number, report in enumerate(chosen):
        reviewer = places[report.organization_id].reviewers[-1]
        _tell(report, STAGES[number % len(STAGES)], reviewer, city.gongwei, number)
    say(f"经验做法：{len(chosen)}条")


def _tell(report, stage, reviewer, gongwei, number):
    def after(days):
        return report.decided_at + timedelta(days=days)

    one = practices.recommend(report, by=reviewer, now=after(1))
    if stage in ("committee", "adopted"):
        practices.take_up(one, by=gongwei, now=after(5))
    if stage == "adopted":
        day = after(20)
        bulletin = f"党建简报{day.year}年第{day.month}期"
        practices.adopt(one, bulletin=bulletin, by=gongwei, now=day)
    if stage == "declined":
        practices.decline(one, answer=ANSWERS[number % 2], by=gongwei, now=after(6))
    for state, days in (("direct", 1), ("committee", 5), ("adopted", 20), ("declined", 6)):
        key = f"practice:{one.pk}:{state}"
        Notice.objects.filter(key=key).update(created_at=after(days), read_at=after(days + 1))
