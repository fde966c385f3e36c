"""The columns of the list of organisations that the office fills in, and what may stand in them."""

from branches.models import BranchType, Kind
from branchyear.lib.layout import Column

# Kinds as the office writes them. A 机关党总支 or a 直属党支部 stands right under the working committee.
KINDS = {
    "市委组织部": (Kind.CITY_DEPARTMENT, None),
    "市直机关工委": (Kind.WORK_COMMITTEE, None),
    "机关党委": (Kind.PRIMARY_COMMITTEE, None),
    "机关党总支": (Kind.GENERAL_BRANCH, True),
    "直属党支部": (Kind.BRANCH, True),
    "党总支": (Kind.GENERAL_BRANCH, None),
    "党支部": (Kind.BRANCH, None),
    "党小组": (Kind.GROUP, None),
}
BRANCH_TYPES = {label: value for value, label in BranchType.choices}

COLUMNS = (
    Column("code", "编码", 14),
    Column("name", "名称", 34),
    Column("short_name", "简称", 16),
    Column("kind", "类型", 14),
    Column("parent_code", "上级编码", 14),
    Column("order_number", "序号", 8, kind="integer"),
    Column("branch_type", "支部类型", 14),
    Column("covered_units", "覆盖处(科)室", 24),
    Column("established_on", "成立日期", 14, kind="date"),
    Column("approval_no", "批复文号", 20),
    Column("contact", "联系人", 12),
    Column("place", "活动场所", 20),
    Column("secretary_name", "书记姓名", 12),
    Column("secretary_username", "书记账号", 16),
    Column("secretary_phone", "书记手机", 16),
    Column("secretary_email", "书记邮箱", 24),
    Column("clerk_name", "党务干部姓名", 14),
    Column("clerk_username", "党务干部账号", 16),
    Column("clerk_phone", "党务干部手机", 16),
    Column("clerk_email", "党务干部邮箱", 24),
    Column("reviewer_name", "审核人姓名", 12),
    Column("reviewer_username", "审核人账号", 16),
    Column("reviewer_phone", "审核人手机", 16),
    Column("reviewer_email", "审核人邮箱", 24),
)
TITLES = {column.key: column.title for column in COLUMNS}
REQUIRED = ("code", "name", "kind")
FACTS = (
    "short_name",
    "branch_type",
    "covered_units",
    "established_on",
    "approval_no",
    "contact",
    "place",
)
OFFICES = ("secretary", "clerk", "reviewer")
LENGTHS = {
    "code": 30,
    "name": 100,
    "short_name": 40,
    "approval_no": 60,
    "contact": 50,
    "place": 100,
}
INSTRUCTIONS = (
    "每行一个党组织。带 * 的列必填；其他格子留空，表示不改动系统中已有的内容。",
    "编码全市唯一，系统据此识别：编码已存在的行是修改，不存在的行是新增。行的先后次序没有关系。",
    f"类型只能填：{'、'.join(KINDS)}。",
    "上级编码填上级党组织的编码，可以是本表中的，也可以是系统中已有的；与系统中不同，即调整隶属关系。",
    "序号是官方排序，同一上级之下按序号排列。",
    f"支部类型只用于党支部，填：{'、'.join(BRANCH_TYPES)}；新设党支部留空按“单独设立”。",
    "书记、党务干部只用于党支部；审核人用于机关党委、党总支、直属党支部和市直机关工委。",
    "填了姓名就要填账号。账号不存在的，系统开通账号并生成一次性密码，写在导入结果中，只此一份；账号已存在的，只办理任职，手机、邮箱请在账号管理中修改。",
    "书记与系统中不同的，原书记在同一日免职。",
    "有一处错误就整表不导入。可以先“检查”，改好再导入；同一张表重复导入不会重复新增。",
)
