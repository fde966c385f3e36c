"""The demo's 通报 of last month, published, and the first 述职报告: one commented on, one waiting, one begun."""

from datetime import datetime, time, timedelta

from branchyear.lib.dates import CHINA, Month
from reports.services import bulletins, duty

SAID = {
    "done": "一年来，支部对照八项任务清单逐项落实，名册、班子、组织生活和党费台账按月核对；把主题党日与业务攻关结合，"
    "党员示范岗覆盖窗口处室，制度汇编成册并坚持执行。",
    "problems": "个别党员参加组织生活不够主动；部分佐证材料归集不够及时，主要是日常提醒不够。",
    "next": "坚持每月核对台账、按时报送；完善谈心谈话安排；把好的做法固定为制度，长期坚持。",
}
COMMENT = "工作扎实，制度坚持较好。望进一步抓好材料及时归集，带动相邻支部。"
DEMANDS = "请各直属党组织对照以上情况逐项落实：尚未报送的尽快报送；逾期的条目和问题限期办结；督办事项按时回复。办理情况在下月月报中反映。"


def build(city, today, say, *, campaign):
    """As the committee and the first branches would have written them in the last days."""
    by, month = city.gongwei, Month.of(today).plus(-1)
    if not Month.of(campaign.starts_on) <= month <= Month.of(campaign.ends_on):
        return
    at = datetime.combine(today - timedelta(days=1), time(10, 5), CHINA)
    row = bulletins.draft(city.committee, month, by=by, now=at)
    bulletins.save(
        row, title=row.title, audience="all", texts={"demands": DEMANDS}, revision=1, by=by, now=at
    )
    bulletins.publish(row, revision=row.revision, by=by, now=at)
    for number, place in enumerate(city.places[1:4]):
        act = duty.save if number == 2 else duty.submit
        written = act(place.branch, campaign, SAID, revision=1, by=place.secretary, now=at)
        if number == 0:
            duty.comment(
                written, COMMENT, back=False, revision=written.revision, by=place.reviewers[-1],
                now=at + timedelta(hours=3),
            )  # fmt: skip
    say("通报1期，述职报告3份")
