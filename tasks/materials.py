"""What is asked about a material beside what it proves. A question to the person, never a bar."""


def window_question(fact_on, row):
    """Why the day of the fact does not suit the item's window, as a sentence; "" when it does.

    Source: 工作方案 gives every item the phases in which it is done; work done outside them may still be
    what is asked for, so only the person can tell.
    """
    if fact_on is None:
        return ""
    if fact_on < row.opens_on:
        return f"材料日期早于本项开始日期（{_day(row.opens_on)}），请核对是否为本项材料。"
    if fact_on > row.due_on:
        return f"材料日期晚于本项完成期限（{_day(row.due_on)}），请核对。"
    return ""


def _day(day):
    return f"{day.year}年{day.month}月{day.day}日"
