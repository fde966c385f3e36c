"""The Excel books of the organisation import: the template, the list as it is, the result."""

from datetime import datetime

from branches.columns import COLUMNS, INSTRUCTIONS, KINDS, REQUIRED, TITLES
from branches.models import Appointment, BranchType, Kind, Organization
from branches.roles import Role
from branchyear.lib.dates import local_day
from branchyear.lib.layout import Column, Layout
from branchyear.lib.xlsx import write_form, write_workbook

CHOICES = {"kind": list(KINDS), "branch_type": list(BranchType.labels)}


def write_template(target):
    """An empty list to fill in, with instructions and drop-down lists."""
    _write_form(target, [])


def write_list(target):
    """The open organisations as they are, in the form of the template: mend it and import it again."""
    _write_form(target, _present_rows())


def write_result(target, result, *, made_by, made_at: datetime):
    """What the import did, and the accounts it opened with their one-time passwords."""
    frame = {"made_by": made_by, "made_at": made_at, "signatures": ()}
    report = Layout(
        "党组织导入情况",
        (
            Column("number", "行号", 8, kind="integer"),
            Column("code", "编码", 14),
            Column("name", "名称", 36),
            Column("verdict", "结果", 10, align="center"),
            Column("text", "说明", 70),
        ),
        scope_label=result.plan.summary,
        sheet="导入情况",
        **frame,
    )
    opened = Layout(
        "新开账号(请逐人密送)",
        (
            Column("organization", "党组织", 36),
            Column("role", "职责", 20),
            Column("name", "姓名", 12),
            Column("username", "账号", 18),
            Column("password", "一次性密码", 20),
        ),
        sheet="新开账号",
        notes=("一次性密码只能用来登录后设置本人密码，只在本表中出现一次，系统不保存明文。",),
        **frame,
    )
    rows = [
        {
            "number": row.number,
            "code": row.code,
            "name": row.name,
            "verdict": row.verdict,
            "text": "；".join(row.sentences),
        }
        for row in result.plan.rows
    ]
    return write_workbook(target, [(report, rows), (opened, result.opened)])


def _write_form(target, rows):
    write_form(
        target,
        COLUMNS,
        rows,
        title="党组织名册",
        choices=CHOICES,
        instructions=INSTRUCTIONS,
        required=REQUIRED,
        spare_rows=200,
    )


def _present_rows():
    rows = list(Organization.objects.open())
    codes = {o.path: o.code for o in rows}
    offices = {}
    in_force = Appointment.objects.in_force(local_day()).select_related("user")
    for office in in_force.order_by("starts_on", "pk"):
        offices.setdefault((office.organization_id, office.role), office.user)
    words = {(kind, direct): word for word, (kind, direct) in KINDS.items()}
    for o in rows:
        values = {
            **dict.fromkeys(TITLES),
            "code": o.code,
            "name": o.name,
            "short_name": o.short_name,
            "kind": words.get((Kind(o.kind), o.is_direct or None)) or words[(Kind(o.kind), None)],
            "parent_code": codes.get(o.path[: -o.steplen], ""),
            "order_number": o.order_number,
            "branch_type": o.get_branch_type_display(),
            "covered_units": o.covered_units,
            "established_on": o.established_on,
            "approval_no": o.approval_no,
            "contact": o.contact,
            "place": o.place,
        }
        reviewer = Role.COMMITTEE_REVIEWER if o.kind == Kind.WORK_COMMITTEE else Role.ORG_REVIEWER
        for prefix, role in (
            ("secretary", Role.SECRETARY),
            ("clerk", Role.CLERK),
            ("reviewer", reviewer),
        ):
            user = offices.get((o.pk, role))
            if user is not None:
                values[f"{prefix}_name"] = user.name
                values[f"{prefix}_username"] = user.username
        yield values
