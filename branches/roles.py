"""The offices a person can hold, what each may see, and where each can be held."""

from django.db import models


class Role(models.TextChoices):
    SECRETARY = "secretary", "党支部书记"
    CLERK = "clerk", "党支部党务干部"
    BRANCH_MEMBER = "branch_member", "党支部委员"
    ORG_REVIEWER = "org_reviewer", "直属党组织审核人"
    COMMITTEE_REVIEWER = "committee_reviewer", "市直机关工委审核人"
    COMMITTEE_LEADER = "committee_leader", "市直机关工委领导"
    CITY_DEPARTMENT = "city_department", "市委组织部"
    INSPECTOR = "inspector", "第三方检查人员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


BRANCH_ROLES = frozenset({Role.SECRETARY, Role.CLERK})
COMMITTEE_ROLES = frozenset({Role.COMMITTEE_REVIEWER, Role.COMMITTEE_LEADER})
# Who decides on what the branches hand in; acted for while away (转办).
REVIEW_ROLES = frozenset({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER})
# Sees the organisation it is held at and everything below. A role not named here sees nothing:
# the three administrators run the system, they do not read the Party's business.
SEEING_ROLES = frozenset(
    {
        Role.SECRETARY,
        Role.CLERK,
        Role.BRANCH_MEMBER,
        Role.ORG_REVIEWER,
        Role.COMMITTEE_REVIEWER,
        Role.COMMITTEE_LEADER,
        Role.CITY_DEPARTMENT,
        Role.INSPECTOR,
    }
)
# May have programs ask in their name (接口密钥): who works with the portal's content, and who keeps the tree. Not the
# inspectors, who come from outside and for a time (what they see is not to leave by machine), nor the security and
# audit administrators, to whom the interface has nothing to show.
KEY_ROLES = (SEEING_ROLES - {Role.INSPECTOR}) | {Role.SYSTEM_ADMIN}
# Reads the ledgers of a branch's people too (名册、党费、发展党员 …). An inspector sees the branch, the items his
# inspection looks at with what proves them, and its organisation life, which the items speak of; whose dues are
# paid and who has applied is not asked by any form of his (最小授权).
LEDGER_ROLES = SEEING_ROLES - {Role.INSPECTOR}
# Takes ledgers home (台账导出): who does the work or answers for it; neither an inspector nor a member of a committee.
EXPORTERS = SEEING_ROLES - {Role.INSPECTOR, Role.BRANCH_MEMBER}
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# An inspector's office is dated and limited, always.
DATED_ROLES = frozenset({Role.INSPECTOR})

# What each administrator may do in the admin site: patterns of Django permissions.
# 等保2.0 (安全管理中心): system, security and audit administration are separated.
ADMIN_PERMISSIONS = {
    Role.SYSTEM_ADMIN: (
        "branches.*",
        "members.view_*",
        "members.change_admissionstep",
        "members.*_rosterprofile",
        "members.*_rosterprofilecolumn",
        "tasks.view_*",
        "tasks.add_*",
        "tasks.change_*",
        "tasks.delete_factword",
        "tasks.delete_rubricline",
        "reports.view_*",
        "reports.change_*",
        "reports.add_*",
        "accounts.view_user",
        "accounts.add_user",
        "accounts.change_user",
        "outbox.view_job",
        "outbox.change_job",
        "notifications.view_*",
        "django_celery_beat.*",
    ),
    Role.SECURITY_ADMIN: (
        "accounts.view_user",
        "accounts.change_user",
        "branches.view_*",
        "branches.add_appointment",
        "branches.change_appointment",
        "branches.*_secondfactorrole",
        "members.view_numbersrule",
        "members.change_numbersrule",
        "axes.view_*",
        "axes.delete_*",
        "tokens.view_*",
    ),
    Role.AUDIT_ADMIN: ("audit.view_entry", "accounts.view_user", "branches.view_*", "axes.view_*"),
}
