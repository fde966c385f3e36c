"""The kinds of notices: their word in the in-box, and whether a letter goes out as well.

The texts are templates: ``templates/mail/<kind>.subject.txt`` (title) and ``templates/mail/<kind>.txt``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    word: str
    email: bool = False
    push: bool = False  # also by the hooks that are on


KINDS = {
    "account.idle": Kind("账号将停用", email=True),
    "item.submitted": Kind("待审核"),
    "item.returned": Kind("退回修改", email=True, push=True),
    "item.accepted": Kind("审核通过"),
    "item.voided": Kind("审核通过失效", email=True),
    "item.delegated": Kind("委托填报", email=True),
    "item.filled": Kind("待书记审定"),
    "item.taken_back": Kind("收回委托"),
    "report.submitted": Kind("月报待接收"),
    "report.returned": Kind("月报退回", email=True, push=True),
    "report.accepted": Kind("月报已接收"),
    "report.extension_asked": Kind("月报延期待审批"),
    "report.extension_decided": Kind("月报延期审批结果"),
    "practice.recommended": Kind("经验做法被推荐"),
    "practice.taken_up": Kind("经验做法被选用"),
    "practice.adopted": Kind("经验做法被采用"),
    "practice.declined": Kind("经验做法未采用"),
    "report.due": Kind("月报提醒", email=True, push=True),
    "reminder.digest": Kind("待办提醒", email=True, push=True),
    "reminder.urged": Kind("催办", email=True, push=True),
    "term.due": Kind("换届提醒"),
    "export.ready": Kind("导出完成"),
    "export.failed": Kind("导出失败"),
    "transfer.issued": Kind("待接收"),
    "transfer.received": Kind("已接收"),
    "transfer.refused": Kind("介绍信退回"),
    "transfer.withdrawn": Kind("介绍信撤回"),
    "dues.exemption_requested": Kind("党费减免待审批"),
    "dues.exemption_decided": Kind("党费减免审批结果"),
    "numbers.asked": Kind("完整号码下载待批准", email=True),
    "numbers.decided": Kind("完整号码下载申请结果", email=True),
    "roster.checked": Kind("名册待确认"),
    "roster.saved": Kind("名册已保存"),
    "roster.failed": Kind("名册未保存"),
    "roster.filled": Kind("名册变动"),
    "finding.explained": Kind("情况说明待审核"),
    "finding.explanation_decided": Kind("情况说明审核结果"),
    "self_check.reopened": Kind("自查退回"),
    "problem.listed": Kind("列入问题清单"),
    "problem.handed_in": Kind("问题待验收"),
    "problem.sent_back": Kind("验收不通过", email=True),
    "problem.closed": Kind("问题已销号"),
    "problem.reopened": Kind("重新整改", email=True),
    "problem.extension_asked": Kind("整改延期待审批"),
    "problem.extension_decided": Kind("整改延期审批结果"),
    "score.opened": Kind("考核自评"),
    "score.frozen": Kind("考核定格", email=True),
    "score.appealed": Kind("申诉待复核"),
    "score.appeal_decided": Kind("申诉复核结果", email=True),
    "score.published": Kind("考核结果公布"),
    "inspection.assigned": Kind("检查任务", email=True),
    "inspection.announced": Kind("检查通知", email=True),
    "inspection.started": Kind("开始检查"),
    "inspection.signed": Kind("检查记录已签字"),
    "inspection.stated": Kind("检查情况说明"),
    "inspection.listed": Kind("检查发现列入清单"),
    "supervision.issued": Kind("督办单", email=True, push=True),
    "supervision.replied": Kind("督办回复"),
    "supervision.closed": Kind("督办办结"),
    "supervision.returned": Kind("督办重新办理", email=True, push=True),
    "supervision.withdrawn": Kind("督办撤销"),
    "bulletin.published": Kind("通报"),
    "duty.submitted": Kind("述职报告待点评"),
    "duty.returned": Kind("述职报告退回"),
    "duty.reviewed": Kind("述职报告已点评"),
    "office.handed_over": Kind("职责交接", email=True),
    "office.acting": Kind("审核转办", email=True),
    "office.acting_ended": Kind("转办结束"),
    "account.welcome": Kind("欢迎"),
}
