"""Every table of this app at once, for a new database; one that went through the migrations named below keeps its tables."""

import branchyear.lib.schema
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("branches", "0001_initial"),
        ("branches", "0002_terms"),
        ("branches", "0003_handovers"),
        ("branches", "0004_acting_for"),
        ("branches", "0005_delegations"),
    ]

    dependencies = [
        ("accounts", "__first__"),
    ]

    operations = [
        branchyear.lib.schema.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Organization",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("path", models.CharField(max_length=255, unique=True)),
                        ("depth", models.PositiveIntegerField()),
                        ("numchild", models.PositiveIntegerField(default=0)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("city_department", "市委组织部"),
                                    ("work_committee", "市直机关工委"),
                                    ("primary_committee", "机关党委"),
                                    ("general_branch", "党总支"),
                                    ("branch", "党支部"),
                                    ("group", "党小组"),
                                ],
                                max_length=20,
                                verbose_name="类型",
                            ),
                        ),
                        (
                            "code",
                            models.CharField(
                                help_text="全市唯一,如 01-03,导入时据此识别。",
                                max_length=30,
                                unique=True,
                                verbose_name="编码",
                            ),
                        ),
                        ("name", models.CharField(max_length=100, verbose_name="名称")),
                        (
                            "short_name",
                            models.CharField(blank=True, max_length=40, verbose_name="简称"),
                        ),
                        (
                            "order_number",
                            models.PositiveIntegerField(
                                default=0,
                                help_text="官方排序,各处列表均按此排列。",
                                verbose_name="序号",
                            ),
                        ),
                        (
                            "branch_type",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("standing", "单独设立"),
                                    ("joint", "联合党支部"),
                                    ("temporary", "临时党支部"),
                                ],
                                default="",
                                max_length=20,
                                verbose_name="支部类型",
                            ),
                        ),
                        (
                            "covered_units",
                            models.TextField(
                                blank=True,
                                help_text="每行一个处(科)室。",
                                verbose_name="覆盖处(科)室",
                            ),
                        ),
                        (
                            "established_on",
                            models.DateField(blank=True, null=True, verbose_name="成立日期"),
                        ),
                        (
                            "approval_no",
                            models.CharField(blank=True, max_length=60, verbose_name="批复文号"),
                        ),
                        (
                            "contact",
                            models.CharField(blank=True, max_length=50, verbose_name="联系人"),
                        ),
                        (
                            "place",
                            models.CharField(blank=True, max_length=100, verbose_name="活动场所"),
                        ),
                        (
                            "closed_on",
                            models.DateField(blank=True, null=True, verbose_name="撤销日期"),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        "verbose_name": "党组织",
                        "verbose_name_plural": "党组织",
                        "indexes": [
                            models.Index(fields=["kind", "path"], name="organization_kind_path")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("kind", "branch"), ("branch_type", ""), _connector="OR"
                                ),
                                name="only_a_branch_has_a_branch_type",
                                violation_error_message="只有党支部才填写支部类型。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("closed_on", None),
                                    ("established_on", None),
                                    ("closed_on__gte", models.F("established_on")),
                                    _connector="OR",
                                ),
                                name="closed_after_established",
                                violation_error_message="撤销日期不能早于成立日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Handover",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("secretary", "党支部书记"),
                                    ("clerk", "党支部党务干部"),
                                    ("branch_member", "党支部委员"),
                                    ("org_reviewer", "直属党组织审核人"),
                                    ("committee_reviewer", "市直机关工委审核人"),
                                    ("committee_leader", "市直机关工委领导"),
                                    ("city_department", "市委组织部"),
                                    ("inspector", "第三方检查人员"),
                                    ("system_admin", "系统管理员"),
                                    ("security_admin", "安全管理员"),
                                    ("audit_admin", "审计管理员"),
                                ],
                                max_length=20,
                                verbose_name="职责",
                            ),
                        ),
                        (
                            "document_no",
                            models.CharField(blank=True, max_length=60, verbose_name="任职文号"),
                        ),
                        ("sheet", models.JSONField(default=list, verbose_name="交接内容")),
                        ("on", models.DateField(verbose_name="交接日期")),
                        ("at", models.DateTimeField(verbose_name="办理时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="监交人",
                            ),
                        ),
                        (
                            "from_user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="移交人",
                            ),
                        ),
                        (
                            "to_user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="接收人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="handovers",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "交接记录",
                        "verbose_name_plural": "交接记录",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="OrganizationEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("established", "成立"),
                                    ("renamed", "更名"),
                                    ("changed", "信息变更"),
                                    ("moved", "隶属关系调整"),
                                    ("merged", "合并"),
                                    ("split", "拆分"),
                                    ("closed", "撤销"),
                                ],
                                max_length=20,
                                verbose_name="变动",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="日期")),
                        (
                            "document_no",
                            models.CharField(blank=True, max_length=60, verbose_name="文号"),
                        ),
                        (
                            "before",
                            models.JSONField(blank=True, default=dict, verbose_name="变动前"),
                        ),
                        (
                            "after",
                            models.JSONField(blank=True, default=dict, verbose_name="变动后"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "other",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="branches.organization",
                                verbose_name="相关党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "组织变动",
                        "verbose_name_plural": "组织变动",
                        "ordering": ["-on", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Term",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="届次")),
                        ("elected_on", models.DateField(verbose_name="选举日期")),
                        ("years", models.PositiveSmallIntegerField(verbose_name="任期(年)")),
                        ("expires_on", models.DateField(verbose_name="届满日期")),
                        (
                            "extended_to",
                            models.DateField(blank=True, null=True, verbose_name="延期至"),
                        ),
                        (
                            "extension_no",
                            models.CharField(
                                blank=True, max_length=60, verbose_name="延期批复文号"
                            ),
                        ),
                        (
                            "ended_on",
                            models.DateField(blank=True, null=True, verbose_name="实际换届日期"),
                        ),
                        (
                            "seats",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="应选名额"
                            ),
                        ),
                        (
                            "candidates",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="候选人数"
                            ),
                        ),
                        (
                            "voters_due",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="应到有选举权党员"
                            ),
                        ),
                        (
                            "voters_present",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="实到有选举权党员"
                            ),
                        ),
                        (
                            "request_no",
                            models.CharField(blank=True, max_length=60, verbose_name="请示文号"),
                        ),
                        (
                            "approval_no",
                            models.CharField(blank=True, max_length=60, verbose_name="批复文号"),
                        ),
                        (
                            "filed_on",
                            models.DateField(blank=True, null=True, verbose_name="备案日期"),
                        ),
                        (
                            "late_reason",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="未按期换届原因"
                            ),
                        ),
                        (
                            "remarks",
                            models.CharField(blank=True, max_length=300, verbose_name="备注"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="terms",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "届次",
                        "verbose_name_plural": "届次",
                        "ordering": ["organization__path", "-elected_on"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "number"),
                                name="one_term_of_a_number",
                                violation_error_message="该党组织已登记这一届次。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on", None)),
                                fields=("organization",),
                                name="one_running_term",
                                violation_error_message="该党组织已有在任的一届班子，请先登记换届。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("expires_on__gt", models.F("elected_on"))),
                                name="term_expires_after_election",
                                violation_error_message="届满日期应晚于选举日期。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("voters_due", None),
                                    ("voters_present", None),
                                    ("voters_present__lte", models.F("voters_due")),
                                    _connector="OR",
                                ),
                                name="no_more_voters_present_than_due",
                                violation_error_message="实到人数不能多于应到人数。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TermReminder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("on", models.DateField(verbose_name="提醒日期")),
                        (
                            "how",
                            models.CharField(
                                choices=[
                                    ("letter", "发函"),
                                    ("call", "电话"),
                                    ("notice", "系统提醒"),
                                ],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="提醒人",
                            ),
                        ),
                        (
                            "term",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="branches.term",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "换届提醒",
                        "verbose_name_plural": "换届提醒",
                        "ordering": ["on", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Appointment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("secretary", "党支部书记"),
                                    ("clerk", "党支部党务干部"),
                                    ("branch_member", "党支部委员"),
                                    ("org_reviewer", "直属党组织审核人"),
                                    ("committee_reviewer", "市直机关工委审核人"),
                                    ("committee_leader", "市直机关工委领导"),
                                    ("city_department", "市委组织部"),
                                    ("inspector", "第三方检查人员"),
                                    ("system_admin", "系统管理员"),
                                    ("security_admin", "安全管理员"),
                                    ("audit_admin", "审计管理员"),
                                ],
                                max_length=20,
                                verbose_name="职责",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="自")),
                        (
                            "ends_on",
                            models.DateField(
                                blank=True,
                                help_text="含当日;空为长期。",
                                null=True,
                                verbose_name="至",
                            ),
                        ),
                        (
                            "document_no",
                            models.CharField(blank=True, max_length=60, verbose_name="任职文号"),
                        ),
                        (
                            "acting_for",
                            models.ForeignKey(
                                blank=True,
                                help_text="在其请假期间代为审核,须有截止日期。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="代理",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="人员",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appointments",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "任职",
                        "verbose_name_plural": "任职",
                        "ordering": ["organization__path", "role", "starts_on"],
                        "indexes": [
                            models.Index(fields=["organization", "role"], name="appointment_office")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on", None),
                                    ("ends_on__gte", models.F("starts_on")),
                                    _connector="OR",
                                ),
                                name="appointment_ends_after_it_starts",
                                violation_error_message="截止日期不能早于起始日期。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("role", "inspector"), _negated=True),
                                    ("ends_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="an_inspector_is_appointed_to_a_day",
                                violation_error_message="第三方检查人员必须填写截止日期。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("acting_for", None),
                                    ("ends_on__isnull", False),
                                    _connector="OR",
                                ),
                                name="acting_for_somebody_ends_on_a_day",
                                violation_error_message="代理须有截止日期。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on", None)),
                                fields=("user", "organization", "role"),
                                name="one_open_appointment_of_a_kind",
                                violation_error_message="该人员在此党组织已有同样的职责。",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
