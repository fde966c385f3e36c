"""The demo's month ends: items and reports counted when the story has come to the end of the month, findings and
problems by their own days once they are told. When a problem was due back then is not known, so 逾期 of the
problems is left out of these months."""

from datetime import timedelta

from branchyear.lib.dates import day_end, local_day
from reports.services import month_ends


class MonthEnds:
    def __init__(self, campaign, history, now, say):
        self.campaign, self.history, self.now, self.say = campaign, history, now, say
        self.counted = {}

    def count(self, month):
        """Bring the items to the end of the month and count them; not of a month that is not over."""
        if month.last_day >= local_day(self.now):
            return
        self.history.make(until=day_end(month.last_day))
        self.counted[month] = {
            "items": month_ends.count_items(self.campaign, month),
            "reports": month_ends.count_reports(self.campaign, month),
        }

    def freeze(self):
        for month, counted in self.counted.items():
            counted["findings"] = month_ends.count_findings(self.campaign, month)
            counted["problems"] = month_ends.count_problems(self.campaign, month, is_past=True)
            taken = day_end(month.last_day) + timedelta(minutes=4)
            month_ends.freeze(
                self.campaign, month, counted, now=taken, missing=["problems.overdue"]
            )
        self.say(f"月末数据：{len(self.counted)}个月")
