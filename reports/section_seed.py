"""The parts of a report that a new campaign starts with; each is edited in 系统管理 afterwards.

Source: 工作方案 五(二) (报告工作情况) and the habits of 月报: what was done, organisation life, problems and
how they are put right, what worked, what is hard, what comes next. The wording of the drafts is the
portal's own; its language is that of ``reports.services.drafts``.
"""

PROGRESS = """\
本月审核通过检查条目{本月通过}条。
否则：本月继续对照八项任务清单推进工作，没有新审核通过的检查条目。
截至目前，清单共{应办条目}条，已审核通过{审核通过}条。
待审核{待审核}条。
退回修改{退回修改}条，正在修改完善。
逾期未提交{逾期条目}条，正在抓紧办理。"""

LIFE = """\
本月召开（开展）{本月会议}。
否则：本月还没有登记组织生活。
主要内容：{会议主题}。
组织培训{本月培训}次，参加人员合计{培训学时}学时。
当月应交党费{应交党费}元，实交{实交党费}元。
{党费情况}。
否则：足额交纳{足额人数}人，尚未足额交纳{未足额人数}人。"""

PROBLEMS = """\
本月新列入问题清单{本月新增问题}个。
本月销号{本月销号}个。
目前未销号问题{未销号问题}个：{问题名称}。
否则：目前问题清单中没有未销号的问题。
超过整改时限{超期问题}个，正在抓紧整改。"""

NEXT = """\
下月到期的检查条目{下月到期}条，涉及{下月任务}，按时完成并提交。
否则：下月继续对照八项任务清单逐项推进、按时提交。
未销号问题{未销号问题}个，按整改时限逐个整改销号。
按规定开展组织生活，及时登记。"""

UPPER_PROGRESS = """\
本月所属党支部审核通过检查条目{本月通过}条。
否则：本月所属党支部继续对照八项任务清单推进工作，没有新审核通过的检查条目。
截至目前，清单共{应办条目}条，已审核通过{审核通过}条。
待审核{待审核}条。
退回修改{退回修改}条。
逾期未提交{逾期条目}条，正在督促办理。

本月应报月报{应报月报}份，已报{已报月报}份。
尚未报送{未报月报}份：{未报单位}。"""

HINTS = {
    "progress": "本月做了什么、做到什么程度。可从文字处理软件粘贴，保留分段。",
    "life": "三会一课、主题党日等开展情况，特色做法可多写几句。",
    "problems": "还有哪些问题，涉及问题清单的请写明编号。",
    "experience": "可供其他支部借鉴的做法，没有可不填。",
    "difficulties": "需要上级帮助解决的困难、对工作的建议，没有可不填。",
    "next_steps": "下一步做什么、什么时候完成。",
}


def _sections(progress):
    return [
        {"key": "figures", "heading": "基本数据", "kind": "figures"},
        {"key": "progress", "heading": "工作开展情况", "is_wanted": True, "draft": progress},
        {"key": "life", "heading": "组织生活", "draft": LIFE},
        {"key": "problems", "heading": "存在问题", "is_wanted": True, "draft": PROBLEMS},
        {"key": "experience", "heading": "经验做法"},
        {"key": "difficulties", "heading": "困难和建议"},
        {"key": "next_steps", "heading": "下一步打算", "is_wanted": True, "draft": NEXT},
    ]


def rows(tier):
    """What to create for one tier: mappings of ``ReportSection`` fields, in order."""
    sections = _sections(PROGRESS if tier == "branch" else UPPER_PROGRESS)
    return [
        {
            "order": number * 10,
            "hint": HINTS.get(section["key"], ""),
            "min_words": 10 if section.get("is_wanted") else 0,
            **section,
        }
        for number, section in enumerate(sections, 1)
    ]


# Without these a report would say nought where nobody knows: (figure, when it fails, what to do).
FIGURE_CHECKS = (
    (
        "members",
        "none",
        "党员名册是空的，党员数据无法计算。请先在“支部台账—党员名册”登记或导入党员。",
    ),
    (
        "items_accepted",
        "no_whole",
        "没有应办的检查条目，任务进度无法计算。请联系系统管理员启动本年度活动或核对党组织类型。",
    ),
    (
        "dues_unknown",
        "all",
        "全体党员都没有核定党费基数，应交党费无法计算。请先在“支部台账—党费”核定基数。",
    ),
)
