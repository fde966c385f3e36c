"""The user manual (帮助): which chapter is whose, and which place of it speaks of which page."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import cached_property

from branches.roles import ADMIN_ROLES, BRANCH_ROLES, COMMITTEE_ROLES, Role
from branchyear.lib.routes import path_to

SECTION = re.compile(r'<section id="([a-z-]+)">\s*<h3>(.+?)</h3>')


@dataclass(frozen=True)
class Chapter:
    """One template of ``templates/help/``; ``roles`` are those whose own work it tells."""

    slug: str
    title: str
    roles: frozenset = frozenset()

    @property
    def template(self):
        return f"help/{self.slug}.html"

    def get_absolute_url(self):
        return path_to("help_chapter", self.slug)

    @cached_property
    def sections(self):
        """``[(anchor, heading)]``, as the chapter itself has them."""
        file = settings.BASE_DIR / "templates" / self.template
        return SECTION.findall(file.read_text(encoding="utf-8"))


CHAPTERS = (
    Chapter("account", "登录与账号"),
    Chapter("branch", "党支部书记、党务干部、支部委员", BRANCH_ROLES | {Role.BRANCH_MEMBER}),
    Chapter("ledgers", "支部台账：名册、党费、组织生活、班子", BRANCH_ROLES),
    Chapter("reviewer", "直属党组织（党总支）审核人", frozenset({Role.ORG_REVIEWER})),
    Chapter("committee", "市直机关工委", COMMITTEE_ROLES),
    Chapter("department", "市委组织部", frozenset({Role.CITY_DEPARTMENT})),
    Chapter("inspector", "第三方检查人员", frozenset({Role.INSPECTOR})),
    Chapter("admin", "系统管理员、安全管理员、审计管理员", ADMIN_ROLES),
    Chapter("scores", "考核评分、述职评议、督办和通报"),
    Chapter("exports", "台账导出、迎检材料和核验文件"),
    Chapter("words", "状态和标记、遇到问题怎么办"),
)
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}
WHOLE = "all"  # every chapter on one page, to look for a word in, or to print


def chapters_of(role):
    """The chapters of this role's own work, the first of them to be opened by 帮助."""
    return [chapter for chapter in CHAPTERS if role in chapter.roles]


# What a page is told in; of several the first that is in the reader's own chapters, else the first.
PLACES = {
    "account": ["account#my-account"],
    "password": ["account#password"],
    "second_factor_setup": ["account#code"],
    "branches:tokens": ["account#api"],
    "notices:inbox": ["account#inbox"],
    "search": ["account#search"],
    "tasks:checklist": ["branch#items"],
    "tasks:branch_checklist": ["branch#items"],
    "tasks:item": ["branch#items"],
    "tasks:submit_done": ["branch#items"],
    "tasks:library": ["branch#library"],
    "tasks:material": ["branch#library"],
    "tasks:checklist_excel": ["branch#excel"],
    "tasks:checklist_report": ["branch#excel"],
    "tasks:checkup": ["branch#checkup"],
    "tasks:checkup_list": ["branch#checkup"],
    "tasks:self_check": ["branch#self-check"],
    "reports:burden": ["branch#checkup"],
    "tasks:problems": ["branch#problems", "reviewer#verify-problems"],
    "tasks:problem": ["branch#problems", "reviewer#verify-problems"],
    "tasks:problem_lists": ["branch#problems"],
    "tasks:new_problem": ["branch#problems"],
    "tasks:list_many_findings": ["branch#problems"],
    "tasks:disposals": ["branch#problems"],
    "reports:reports": ["branch#report", "reviewer#reports", "committee#month-reports"],
    "reports:report": ["branch#report", "reviewer#reports", "committee#month-reports"],
    "reports:practices": ["reviewer#reports", "committee#month-reports"],
    "tasks:review": ["reviewer#review"],
    "tasks:review_batch": ["reviewer#review"],
    "tasks:review_clocks": ["reviewer#review"],
    "reports:matrix": ["reviewer#urge"],
    "reports:urge": ["reviewer#urge"],
    "reports:reminders": ["reviewer#urge"],
    "reports:overview": ["committee#overview", "department#look"],
    "reports:items": ["committee#overview", "department#look"],
    "reports:meeting": ["committee#overview", "department#look"],
    "branches:organization": ["reviewer#hand-over"],
    "branches:hand_over": ["reviewer#hand-over"],
    "branches:handover_sheet": ["reviewer#hand-over"],
    "branches:substitute": ["reviewer#substitute"],
    "members:terms": ["reviewer#terms"],
    "members:committee": ["ledgers#committee-term"],
    "members:dues": ["ledgers#dues"],
    "members:life": ["ledgers#life"],
    "members:training": ["ledgers#movement"],
    "members:transfers": ["ledgers#movement"],
    "members:absences": ["ledgers#movement"],
    "members:admissions": ["ledgers#movement"],
    "members:roster_upload": ["ledgers#roster-excel"],
    "members:roster_report": ["ledgers#roster-excel"],
    "members:numbers": ["reviewer#numbers", "ledgers#roster"],
    "members:roster": ["ledgers#roster"],
    "tasks:inspections": ["committee#inspections", "inspector#visit", "branch#inspected"],
    "tasks:inspection": ["committee#inspections", "inspector#visit", "branch#inspected"],
    "tasks:new_inspection": ["committee#inspections"],
    "tasks:draw": ["committee#inspections", "inspector#visit"],
    "tasks:visit": ["inspector#visit", "branch#inspected", "committee#inspections"],
    "tasks:scores": ["scores#scores"],
    "tasks:score": ["scores#scores"],
    "tasks:rubric": ["scores#scores"],
    "reports:duty": ["scores#duty"],
    "tasks:supervisions": ["scores#supervision"],
    "tasks:supervision": ["scores#supervision"],
    "tasks:new_supervision": ["scores#supervision"],
    "reports:bulletins": ["scores#bulletins"],
    "reports:bulletin": ["scores#bulletins"],
    "reports:exports": ["exports#ledgers"],
    "reports:export": ["exports#ledgers"],
    "reports:verify": ["exports#verify"],
}


def help_for(view_name, role):
    """The address that 帮助 on this page leads to."""
    places = PLACES.get(view_name) or ([] if ":" not in view_name else _of_ledgers(view_name))
    own = {chapter.slug for chapter in chapters_of(role)}
    place = next((place for place in places if place.split("#")[0] in own), None)
    place = place or next(iter(places), None)
    if place is None:
        return path_to("help")
    slug, section = place.split("#")
    return f"{BY_SLUG[slug].get_absolute_url()}#{section}"


def _of_ledgers(view_name):
    """The pages of a ledger that are not named themselves belong to its section; all others to the roster's."""
    if not view_name.startswith("members:"):
        return []
    section = SECTION_OF.get(view_name.partition(":")[2], "roster")
    return PLACES["members:roster"] if section == "roster" else [f"ledgers#{section}"]


# The section of the ledgers' chapter that tells of a page.
SECTION_OF = {
    **dict.fromkeys(
        ["dues_accounts", "dues_bases", "dues_exemptions", "dues_statement", "dues_year", "bases_workbook", "dues_workbook", "import_bases", "import_dues", "record_dues", "register_slip", "remit_dues", "decide_exemption", "withdraw_exemption", "publish_dues", "withdraw_remittance", "member_dues"],
        "dues",
    ),
    **dict.fromkeys(
        ["meetings", "meeting", "new_meeting", "edit_meeting", "void_meeting", "appraisal", "talks", "void_talk"], "life"
    ),
    **dict.fromkeys(
        ["new_training", "one_training", "void_training", "transfer", "issue_transfer", "receive_transfer", "refuse_transfer", "withdraw_transfer", "letter", "take_in", "absence", "register_absence", "end_absence", "add_contact", "applicant", "new_applicant", "edit_applicant", "register_steps", "stop_applicant", "resume_applicant", "probation", "extend_probation", "end_probation", "convert", "suspend"],
        "movement",
    ),
    **dict.fromkeys(
        ["election", "by_election", "extension", "correct_term", "group", "groups", "found_group", "close_group", "post", "reminder", "remind_terms"],
        "committee-term",
    ),
    "roster_uploads": "roster-excel",
    "roster_confirm": "roster-excel",
    "roster_workbook": "roster-excel",
}  # fmt: skip
