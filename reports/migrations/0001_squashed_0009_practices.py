"""Every table of this app at once, for a new database; one that went through the migrations named below keeps its tables."""

import branchyear.lib.schema
import django.core.validators
import django.db.models.deletion
import reports.models.papers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("reports", "0001_initial"),
        ("reports", "0002_due_before"),
        ("reports", "0003_papers"),
        ("reports", "0004_dossiers"),
        ("reports", "0005_extensions"),
        ("reports", "0006_due_days_at_rest"),
        ("reports", "0007_reminders"),
        ("reports", "0008_sections"),
        ("reports", "0009_practices"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("branches", "0001_squashed_0005_delegations"),
        ("notifications", "0001_initial"),
        ("tasks", "0001_squashed_0018_scores"),
    ]

    operations = [
        branchyear.lib.schema.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="Paper",
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
                            "code",
                            models.CharField(
                                default=reports.models.papers.new_code,
                                max_length=12,
                                unique=True,
                                verbose_name="核验码",
                            ),
                        ),
                        ("kind", models.CharField(max_length=40, verbose_name="种类")),
                        ("title", models.CharField(max_length=120, verbose_name="名称")),
                        (
                            "scope",
                            models.CharField(blank=True, max_length=300, verbose_name="范围"),
                        ),
                        ("version", models.CharField(max_length=64, verbose_name="数据版本")),
                        ("issued_by_name", models.CharField(max_length=100, verbose_name="签发人")),
                        ("issued_at", models.DateTimeField(verbose_name="签发时间")),
                        (
                            "issued_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="签发人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="papers",
                                to="branches.organization",
                                verbose_name="单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "签发的文件",
                        "verbose_name_plural": "签发的文件",
                        "ordering": ["-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("kind", "organization", "version"),
                                name="one_paper_per_version_of_the_data",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Export",
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
                        ("kind", models.CharField(max_length=40, verbose_name="台账")),
                        (
                            "parameters",
                            models.JSONField(blank=True, default=dict, verbose_name="条件"),
                        ),
                        (
                            "format",
                            models.CharField(
                                choices=[("xlsx", "Excel"), ("pdf", "PDF"), ("zip", "压缩包")],
                                max_length=10,
                                verbose_name="格式",
                            ),
                        ),
                        (
                            "requested_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="申请时间"),
                        ),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("queued", "排队中"),
                                    ("running", "生成中"),
                                    ("ready", "已完成"),
                                    ("failed", "失败"),
                                    ("expired", "已过期清理"),
                                ],
                                default="queued",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "done_units",
                            models.PositiveIntegerField(default=0, verbose_name="已完成"),
                        ),
                        ("total_units", models.PositiveIntegerField(default=0, verbose_name="共")),
                        (
                            "started_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="开始时间"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="完成时间"),
                        ),
                        (
                            "error",
                            models.CharField(blank=True, max_length=500, verbose_name="失败原因"),
                        ),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                max_length=200,
                                upload_to="exports/",
                                verbose_name="文件",
                            ),
                        ),
                        (
                            "filename",
                            models.CharField(blank=True, max_length=200, verbose_name="文件名"),
                        ),
                        ("rows", models.PositiveIntegerField(default=0, verbose_name="行数")),
                        (
                            "size",
                            models.PositiveBigIntegerField(default=0, verbose_name="大小(字节)"),
                        ),
                        (
                            "sha256",
                            models.CharField(blank=True, max_length=64, verbose_name="校验值"),
                        ),
                        (
                            "expires_on",
                            models.DateField(blank=True, null=True, verbose_name="保留至"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exports",
                                to="branches.organization",
                                verbose_name="范围",
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exports",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="exports",
                                to="reports.paper",
                                verbose_name="签发的文件",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "导出",
                        "verbose_name_plural": "导出",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="PaperFile",
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
                                    ("whole", "整份文件"),
                                    ("catalogue", "目录"),
                                    ("cover", "条目情况"),
                                    ("evidence", "佐证材料"),
                                ],
                                max_length=10,
                                verbose_name="性质",
                            ),
                        ),
                        ("path", models.CharField(max_length=400, verbose_name="文件")),
                        ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                        ("size", models.PositiveBigIntegerField(verbose_name="大小(字节)")),
                        (
                            "about",
                            models.CharField(blank=True, max_length=400, verbose_name="所属条目"),
                        ),
                        (
                            "state",
                            models.CharField(blank=True, max_length=20, verbose_name="签发时状态"),
                        ),
                        (
                            "accepted_by",
                            models.CharField(blank=True, max_length=100, verbose_name="审核通过人"),
                        ),
                        (
                            "accepted_in",
                            models.CharField(blank=True, max_length=200, verbose_name="审核单位"),
                        ),
                        (
                            "accepted_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="审核通过时间"
                            ),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="tasks.branchitem",
                                verbose_name="条目",
                            ),
                        ),
                        (
                            "paper",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="files",
                                to="reports.paper",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "签发文件的组成",
                        "verbose_name_plural": "签发文件的组成",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("paper", "sha256", "path"),
                                name="a_file_stands_once_in_a_paper",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Period",
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
                            "tier",
                            models.CharField(
                                choices=[
                                    ("branch", "党支部"),
                                    ("direct", "直属党组织"),
                                    ("committee", "市直机关工委"),
                                ],
                                max_length=10,
                                verbose_name="层级",
                            ),
                        ),
                        ("month", models.CharField(max_length=7, verbose_name="月份")),
                        ("opens_on", models.DateField(verbose_name="开始填报")),
                        ("due_on", models.DateField(verbose_name="报送期限(含当日)")),
                        (
                            "due_before",
                            models.DateTimeField(
                                editable=False,
                                help_text="报送期限次日零时(北京时间)。",
                                verbose_name="此刻起为逾期",
                            ),
                        ),
                        ("rule", models.JSONField(default=dict, verbose_name="形成本期的规则")),
                        ("opened_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="periods",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报送期",
                        "verbose_name_plural": "报送期",
                        "ordering": ["month", "tier"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "tier", "month"),
                                name="one_period_per_tier_and_month",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("due_on__gte", models.F("opens_on"))),
                                name="period_due_after_it_opens",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MonthlyReport",
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
                            "state",
                            models.CharField(
                                choices=[
                                    ("todo", "未报"),
                                    ("draft", "草稿"),
                                    ("submitted", "已提交"),
                                    ("returned", "退回修改"),
                                    ("accepted", "已接收"),
                                ],
                                default="todo",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "figures",
                            models.JSONField(blank=True, default=dict, verbose_name="基本数据"),
                        ),
                        (
                            "texts",
                            models.JSONField(blank=True, default=dict, verbose_name="文字内容"),
                        ),
                        (
                            "notes",
                            models.JSONField(blank=True, default=dict, verbose_name="情况说明"),
                        ),
                        (
                            "round",
                            models.PositiveSmallIntegerField(default=0, verbose_name="第几次报送"),
                        ),
                        (
                            "first_submitted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="首次报送"),
                        ),
                        (
                            "extended_to",
                            models.DateField(
                                blank=True, null=True, verbose_name="经批准延至(含当日)"
                            ),
                        ),
                        (
                            "extended_before",
                            models.DateTimeField(blank=True, editable=False, null=True),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="报送时间"),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="接收时间"),
                        ),
                        (
                            "return_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="退回原因"),
                        ),
                        (
                            "seal",
                            models.CharField(blank=True, max_length=64, verbose_name="封存校验值"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1)),
                        (
                            "updated_at",
                            models.DateTimeField(auto_now=True, verbose_name="最后修改"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="monthly_reports",
                                to="branches.organization",
                                verbose_name="填报单位",
                            ),
                        ),
                        (
                            "receiver",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="branches.organization",
                                verbose_name="报送至",
                            ),
                        ),
                        (
                            "submitted_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="报送人",
                            ),
                        ),
                        (
                            "updated_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="最后修改人",
                            ),
                        ),
                        (
                            "period",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reports",
                                to="reports.period",
                                verbose_name="报送期",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "月报",
                        "verbose_name_plural": "月报",
                        "ordering": ["-period__month", "organization__path"],
                        "indexes": [
                            models.Index(fields=["receiver", "state"], name="report_queue"),
                            models.Index(fields=["period", "state"], name="report_period"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "period"),
                                name="one_report_per_organization_and_period",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reminder",
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
                            "matter",
                            models.CharField(
                                choices=[
                                    ("report", "月报"),
                                    ("items", "检查条目"),
                                    ("problem", "问题整改"),
                                ],
                                default="report",
                                max_length=10,
                                verbose_name="事项",
                            ),
                        ),
                        ("subject", models.CharField(editable=False, max_length=40)),
                        ("due_on", models.DateField(verbose_name="期限")),
                        ("occasion", models.CharField(max_length=10, verbose_name="时点")),
                        ("sent_at", models.DateTimeField(verbose_name="发送时间")),
                        (
                            "by",
                            models.ForeignKey(
                                blank=True,
                                help_text="平台按策略提醒的，没有催办人。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="催办人",
                            ),
                        ),
                        (
                            "notice",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="reminders",
                                to="notifications.notice",
                                verbose_name="通知",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reminders",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "problem",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="tasks.problem",
                                verbose_name="问题",
                            ),
                        ),
                        (
                            "recipient",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="收件人",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminders",
                                to="reports.monthlyreport",
                                verbose_name="月报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "提醒记录",
                        "verbose_name_plural": "提醒记录",
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["sent_at"], name="reminders_by_time")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("subject", "due_on", "recipient", "occasion"),
                                name="one_reminder_per_occasion",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReminderPolicy",
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
                            "matter",
                            models.CharField(
                                choices=[
                                    ("report", "月报"),
                                    ("items", "检查条目"),
                                    ("problem", "问题整改"),
                                ],
                                default="report",
                                max_length=10,
                                verbose_name="事项",
                            ),
                        ),
                        (
                            "tier",
                            models.CharField(
                                choices=[
                                    ("branch", "党支部"),
                                    ("direct", "直属党组织"),
                                    ("committee", "市直机关工委"),
                                ],
                                max_length=10,
                                verbose_name="层级",
                            ),
                        ),
                        (
                            "days_before",
                            models.SmallIntegerField(
                                help_text="0 为当日，负数为逾期后天数。逢休息日，到期前的提到上一个工作日，逾期后的顺延。",
                                validators=[
                                    django.core.validators.MinValueValidator(-30),
                                    django.core.validators.MaxValueValidator(30),
                                ],
                                verbose_name="提前天数",
                            ),
                        ),
                        (
                            "to_above",
                            models.BooleanField(
                                default=False,
                                help_text="勾选后提醒上一级负责接收、审核的人，用于逾期后上报。",
                                verbose_name="提醒上级",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="reminder_policies",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "提醒策略",
                        "verbose_name_plural": "提醒策略",
                        "ordering": ["campaign", "matter", "tier", "to_above", "-days_before"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "matter", "tier", "to_above", "days_before"),
                                name="one_policy_per_matter_tier_and_day",
                                violation_error_message="这个事项、层级和时点的提醒策略已经有了。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("to_above", False), ("days_before__lt", 0), _connector="OR"
                                ),
                                name="those_above_are_told_of_what_is_overdue",
                                violation_error_message="提醒上级只用于逾期以后，提前天数请填负数。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportExtension",
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
                        ("until", models.DateField(verbose_name="延至(含当日)")),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "待审批"),
                                    ("granted", "已同意"),
                                    ("refused", "未同意"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="审批时间"),
                        ),
                        (
                            "answer",
                            models.CharField(blank=True, max_length=300, verbose_name="审批意见"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                blank=True,
                                help_text="上级直接给予延期的，没有申请人。",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审批人",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="extensions",
                                to="reports.monthlyreport",
                                verbose_name="月报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "月报延期",
                        "verbose_name_plural": "月报延期",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "asked")),
                                fields=("report",),
                                name="one_open_extension_request_per_report",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportRule",
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
                            "tier",
                            models.CharField(
                                choices=[
                                    ("branch", "党支部"),
                                    ("direct", "直属党组织"),
                                    ("committee", "市直机关工委"),
                                ],
                                max_length=10,
                                verbose_name="层级",
                            ),
                        ),
                        (
                            "day",
                            models.PositiveSmallIntegerField(
                                help_text="31 表示当月最后一天。",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(31),
                                ],
                                verbose_name="每月几日前(含当日)",
                            ),
                        ),
                        (
                            "opens_day",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(28),
                                ],
                                verbose_name="每月几日起可填报",
                            ),
                        ),
                        (
                            "on_rest_day",
                            models.CharField(
                                choices=[
                                    ("keep", "不变"),
                                    ("earlier", "提前到前一个工作日"),
                                    ("later", "顺延到后一个工作日(不出当月)"),
                                ],
                                default="keep",
                                max_length=10,
                                verbose_name="期限遇休息日",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="report_rules",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报送期限",
                        "verbose_name_plural": "报送期限",
                        "ordering": ["campaign", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "tier"), name="one_report_rule_per_tier"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("opens_day__lte", models.F("day"))),
                                name="report_rule_opens_before_it_is_due",
                                violation_error_message="开始填报的日期不能晚于报送期限。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportSection",
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
                            "tier",
                            models.CharField(
                                choices=[
                                    ("branch", "党支部"),
                                    ("direct", "直属党组织"),
                                    ("committee", "市直机关工委"),
                                ],
                                max_length=10,
                                verbose_name="层级",
                            ),
                        ),
                        ("key", models.SlugField(max_length=20, verbose_name="代码")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("figures", "基本数据"), ("text", "文字")],
                                default="text",
                                max_length=10,
                                verbose_name="内容",
                            ),
                        ),
                        ("heading", models.CharField(max_length=30, verbose_name="标题")),
                        (
                            "order",
                            models.PositiveSmallIntegerField(default=10, verbose_name="顺序"),
                        ),
                        ("is_wanted", models.BooleanField(default=False, verbose_name="必填")),
                        (
                            "min_words",
                            models.PositiveSmallIntegerField(
                                default=10,
                                help_text="空格和标点不算。选填的部分写了才核对。",
                                validators=[django.core.validators.MaxValueValidator(500)],
                                verbose_name="至少字数",
                            ),
                        ),
                        (
                            "hint",
                            models.CharField(blank=True, max_length=200, verbose_name="填写提示"),
                        ),
                        (
                            "draft",
                            models.TextField(
                                blank=True,
                                help_text="一行一句，空行分段。{名称} 填入本月数据；数据为零的句子不写，改写下一行以“否则：”开头的句子。",
                                verbose_name="起草用语",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="report_sections",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "月报内容",
                        "verbose_name_plural": "月报内容",
                        "ordering": ["campaign", "tier", "order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "tier", "key"),
                                name="one_report_section_of_a_key",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReportStep",
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
                        ("round", models.PositiveSmallIntegerField(verbose_name="第几次报送")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("submitted", "报送"),
                                    ("withdrawn", "撤回"),
                                    ("accepted", "接收"),
                                    ("returned", "退回修改"),
                                ],
                                max_length=10,
                                verbose_name="步骤",
                            ),
                        ),
                        ("by_name", models.CharField(max_length=100, verbose_name="办理人")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=500, verbose_name="意见"),
                        ),
                        (
                            "sealed",
                            models.JSONField(blank=True, default=dict, verbose_name="封存内容"),
                        ),
                        (
                            "seal",
                            models.CharField(blank=True, max_length=64, verbose_name="封存校验值"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="办理人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="branches.organization",
                                verbose_name="所在党组织",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="reports.monthlyreport",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "报送过程",
                        "verbose_name_plural": "报送过程",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "withdrawn"), _negated=True),
                                fields=("report", "round", "kind"),
                                name="one_report_step_of_a_kind_per_round",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="UrgingRule",
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
                            "again_after_hours",
                            models.PositiveSmallIntegerField(
                                default=24,
                                help_text="同一事项在此时间内只能催办一次，不论由谁催办。",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(720),
                                ],
                                verbose_name="再次催办间隔(小时)",
                            ),
                        ),
                        (
                            "campaign",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="urging_rule",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "催办间隔",
                        "verbose_name_plural": "催办间隔",
                    },
                ),
                migrations.CreateModel(
                    name="GoodPractice",
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
                        ("text", models.TextField(verbose_name="做法")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("direct", "直属党组织推荐"),
                                    ("committee", "工委选用"),
                                    ("adopted", "简报采用"),
                                    ("declined", "未采用"),
                                ],
                                max_length=10,
                                verbose_name="进展",
                            ),
                        ),
                        (
                            "bulletin",
                            models.CharField(blank=True, max_length=100, verbose_name="简报"),
                        ),
                        (
                            "answer",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="未采用的原因"
                            ),
                        ),
                        ("recommended_at", models.DateTimeField(verbose_name="推荐时间")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="办理时间"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="practices",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "recommended_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="推荐人",
                            ),
                        ),
                        (
                            "report",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="practice",
                                to="reports.monthlyreport",
                                verbose_name="月报",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "经验做法",
                        "verbose_name_plural": "经验做法",
                        "ordering": ["-recommended_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "adopted"), _negated=True),
                                    models.Q(("bulletin", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="an_adopted_practice_names_its_bulletin",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
