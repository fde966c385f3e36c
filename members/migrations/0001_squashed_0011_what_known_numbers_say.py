"""Every table of this app at once, for a new database; one that went through the migrations named below keeps its tables."""

import branchyear.lib.crypto
import branchyear.lib.schema
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from importlib import import_module

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("members", "0001_initial"),
        ("members", "0002_life_of_the_branch"),
        ("members", "0003_tail_of_known_numbers"),
        ("members", "0004_admission_limits"),
        ("members", "0005_admission_steps"),
        ("members", "0006_dues_publication"),
        ("members", "0007_roster_uploads"),
        ("members", "0008_platform_layout"),
        ("members", "0009_attendance_found_by_meeting"),
        ("members", "0010_id_problem_and_unit_head"),
        ("members", "0011_what_known_numbers_say"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("branches", "0001_squashed_0005_delegations"),
    ]

    operations = [
        branchyear.lib.schema.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="AdmissionStep",
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
                            "number",
                            models.PositiveSmallIntegerField(unique=True, verbose_name="序号"),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="代码")),
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("applicant", "申请入党"),
                                    ("activist", "入党积极分子的确定和培养教育"),
                                    ("target", "发展对象的确定和考察"),
                                    ("probationary", "预备党员的接收"),
                                    ("conversion", "预备党员的教育考察和转正"),
                                ],
                                max_length=20,
                                verbose_name="阶段",
                            ),
                        ),
                        ("name", models.CharField(max_length=60, verbose_name="步骤")),
                        ("is_required", models.BooleanField(default=True, verbose_name="必经")),
                        (
                            "counted_from",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="自第几步起算"
                            ),
                        ),
                        (
                            "not_before",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="不早于(月)"
                            ),
                        ),
                        (
                            "not_after",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="一般不迟于(月)"
                            ),
                        ),
                        (
                            "at_most",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="最迟不超过(月)"
                            ),
                        ),
                        (
                            "min_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="不少于(天)"
                            ),
                        ),
                        (
                            "min_hours",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="或不少于(学时)"
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(blank=True, max_length=100, verbose_name="依据"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                    ],
                    options={
                        "verbose_name": "发展党员步骤",
                        "verbose_name_plural": "发展党员步骤",
                        "ordering": ["number"],
                    },
                ),
                migrations.CreateModel(
                    name="RosterProfile",
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
                        ("name", models.CharField(max_length=50, unique=True, verbose_name="名称")),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("text", "对方系统的正式模板"),
                                    ("inferred", "推断，未经对方确认"),
                                ],
                                default="inferred",
                                max_length=20,
                                verbose_name="依据",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                        ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                    ],
                    options={
                        "verbose_name": "名册版式",
                        "verbose_name_plural": "名册版式",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Meeting",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("members_meeting", "支部党员大会"),
                                    ("committee_meeting", "支部委员会会议"),
                                    ("group_meeting", "党小组会"),
                                    ("party_lecture", "党课"),
                                    ("theme_day", "主题党日"),
                                    ("org_life_meeting", "组织生活会"),
                                    ("other", "其他学习活动"),
                                ],
                                max_length=20,
                                verbose_name="类型",
                            ),
                        ),
                        (
                            "includes_lecture",
                            models.BooleanField(default=False, verbose_name="会上安排了党课"),
                        ),
                        ("on", models.DateField(verbose_name="日期")),
                        (
                            "starts_at",
                            models.TimeField(blank=True, null=True, verbose_name="开始时间"),
                        ),
                        (
                            "place",
                            models.CharField(blank=True, max_length=100, verbose_name="地点"),
                        ),
                        (
                            "host",
                            models.CharField(blank=True, max_length=50, verbose_name="主持人"),
                        ),
                        (
                            "recorder",
                            models.CharField(blank=True, max_length=50, verbose_name="记录人"),
                        ),
                        (
                            "lecturer",
                            models.CharField(blank=True, max_length=50, verbose_name="讲课人"),
                        ),
                        ("topic", models.CharField(max_length=200, verbose_name="主题")),
                        ("minutes", models.TextField(blank=True, verbose_name="主要内容")),
                        ("resolution", models.TextField(blank=True, verbose_name="决议")),
                        ("follow_up", models.TextField(blank=True, verbose_name="落实情况")),
                        (
                            "hours",
                            models.DecimalField(
                                decimal_places=1, default=0, max_digits=4, verbose_name="计入学时"
                            ),
                        ),
                        ("due", models.PositiveIntegerField(default=0, verbose_name="应到")),
                        ("present", models.PositiveIntegerField(default=0, verbose_name="实到")),
                        (
                            "voided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="作废时间"),
                        ),
                        (
                            "void_reason",
                            models.CharField(blank=True, max_length=200, verbose_name="作废原因"),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="登记时间")),
                        (
                            "updated_at",
                            models.DateTimeField(auto_now=True, verbose_name="更新时间"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="group_meetings",
                                to="branches.organization",
                                verbose_name="党小组",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="meetings",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "组织生活记录",
                        "verbose_name_plural": "组织生活记录",
                        "ordering": ["-on", "-pk"],
                        "indexes": [
                            models.Index(
                                fields=["organization", "kind", "on"], name="meetings_of_a_branch"
                            ),
                            models.Index(fields=["on", "kind"], name="meetings_of_a_time"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("present__lte", models.F("due"))),
                                name="no_more_present_than_due",
                                violation_error_message="实到人数不能多于应到人数。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("group__isnull", False), ("kind", "group_meeting")),
                                    models.Q(
                                        models.Q(("kind", "group_meeting"), _negated=True),
                                        ("group", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_group_meeting_names_its_group",
                                violation_error_message="党小组会请选择党小组。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appraisal",
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
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        ("on", models.DateField(verbose_name="评议日期")),
                        (
                            "over_third_reason",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="优秀超过三分之一的说明"
                            ),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appraisals",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appraisals",
                                to="members.meeting",
                                verbose_name="评议会议",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "民主评议党员",
                        "verbose_name_plural": "民主评议党员",
                        "ordering": ["-year", "organization__path"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "year"),
                                name="one_appraisal_a_year",
                                violation_error_message="本支部该年度已登记民主评议。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Member",
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
                        ("name", models.CharField(max_length=50, verbose_name="姓名")),
                        (
                            "name_key",
                            models.CharField(db_index=True, editable=False, max_length=200),
                        ),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[("male", "男"), ("female", "女")],
                                max_length=10,
                                verbose_name="性别",
                            ),
                        ),
                        (
                            "ethnicity",
                            models.CharField(blank=True, max_length=20, verbose_name="民族"),
                        ),
                        (
                            "native_place",
                            models.CharField(blank=True, max_length=50, verbose_name="籍贯"),
                        ),
                        (
                            "birth_date",
                            models.DateField(blank=True, null=True, verbose_name="出生日期"),
                        ),
                        (
                            "id_number",
                            branchyear.lib.crypto.EncryptedText(
                                blank=True, default="", verbose_name="公民身份号码"
                            ),
                        ),
                        (
                            "id_number_index",
                            models.CharField(
                                blank=True, editable=False, max_length=64, null=True, unique=True
                            ),
                        ),
                        (
                            "id_tail_index",
                            models.CharField(
                                blank=True, db_index=True, default="", editable=False, max_length=64
                            ),
                        ),
                        (
                            "id_problem",
                            models.CharField(blank=True, default="", editable=False, max_length=10),
                        ),
                        (
                            "phone",
                            branchyear.lib.crypto.EncryptedText(
                                blank=True, default="", verbose_name="联系电话"
                            ),
                        ),
                        (
                            "education",
                            models.CharField(blank=True, max_length=20, verbose_name="学历"),
                        ),
                        (
                            "degree",
                            models.CharField(blank=True, max_length=20, verbose_name="学位"),
                        ),
                        (
                            "worked_from",
                            models.DateField(blank=True, null=True, verbose_name="参加工作时间"),
                        ),
                        (
                            "admitted_on",
                            models.DateField(blank=True, null=True, verbose_name="入党时间"),
                        ),
                        (
                            "formal_on",
                            models.DateField(blank=True, null=True, verbose_name="转正时间"),
                        ),
                        (
                            "category",
                            models.CharField(
                                choices=[("formal", "正式党员"), ("probationary", "预备党员")],
                                default="formal",
                                max_length=20,
                                verbose_name="党员类别",
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="所在处(科)室"
                            ),
                        ),
                        (
                            "post",
                            models.CharField(blank=True, max_length=100, verbose_name="行政职务"),
                        ),
                        (
                            "party_post",
                            models.CharField(blank=True, max_length=50, verbose_name="党内职务"),
                        ),
                        (
                            "standing",
                            models.CharField(
                                choices=[
                                    ("active", "在册"),
                                    ("leaving", "转出中"),
                                    ("left", "已转出"),
                                    ("suspended", "停止党籍"),
                                    ("expelled", "出党"),
                                    ("deceased", "去世"),
                                    ("lost", "失联"),
                                    ("floating", "流动"),
                                ],
                                default="active",
                                max_length=20,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "is_leading_cadre",
                            models.BooleanField(default=False, verbose_name="党员领导干部"),
                        ),
                        (
                            "is_unit_head",
                            models.BooleanField(
                                blank=True, null=True, verbose_name="处(科)室主要负责人"
                            ),
                        ),
                        ("is_retired", models.BooleanField(default=False, verbose_name="离退休")),
                        (
                            "is_excused",
                            models.BooleanField(default=False, verbose_name="年老体弱或行动不便"),
                        ),
                        (
                            "joined_branch_on",
                            models.DateField(
                                blank=True, null=True, verbose_name="组织关系转入时间"
                            ),
                        ),
                        (
                            "joined_from",
                            models.CharField(blank=True, max_length=100, verbose_name="转入来源"),
                        ),
                        (
                            "left_on",
                            models.DateField(blank=True, null=True, verbose_name="离开名册日期"),
                        ),
                        (
                            "probation_extended_to",
                            models.DateField(blank=True, null=True, verbose_name="预备期延长至"),
                        ),
                        (
                            "platform_entered_on",
                            models.DateField(
                                blank=True, null=True, verbose_name="“党建e家”入库日期"
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
                            "group",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="group_members",
                                to="branches.organization",
                                verbose_name="所在党小组",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="members",
                                to="branches.organization",
                                verbose_name="所在党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党员",
                        "verbose_name_plural": "党员",
                        "ordering": ["organization__path", "name_key", "pk"],
                        "indexes": [
                            models.Index(fields=["organization", "standing"], name="member_roll")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("formal_on", None),
                                    ("admitted_on", None),
                                    ("formal_on__gte", models.F("admitted_on")),
                                    _connector="OR",
                                ),
                                name="formal_after_admitted",
                                violation_error_message="转正时间不能早于入党时间。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Absence",
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
                            "kind",
                            models.CharField(
                                choices=[
                                    ("floating", "流动党员"),
                                    ("overseas", "出国(境)"),
                                    ("lost", "失联党员"),
                                ],
                                max_length=10,
                                verbose_name="类别",
                            ),
                        ),
                        ("since", models.DateField(verbose_name="外出(失联)时间")),
                        (
                            "destination",
                            models.CharField(blank=True, max_length=100, verbose_name="去向"),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=100, verbose_name="原因"),
                        ),
                        (
                            "contact_person",
                            models.CharField(blank=True, max_length=50, verbose_name="支部联系人"),
                        ),
                        (
                            "last_contact_on",
                            models.DateField(blank=True, null=True, verbose_name="最近联系时间"),
                        ),
                        (
                            "suspended_on",
                            models.DateField(blank=True, null=True, verbose_name="停止党籍时间"),
                        ),
                        (
                            "decision_no",
                            models.CharField(blank=True, max_length=60, verbose_name="处置文号"),
                        ),
                        (
                            "ended_on",
                            models.DateField(blank=True, null=True, verbose_name="结束时间"),
                        ),
                        (
                            "ending",
                            models.CharField(blank=True, max_length=100, verbose_name="结束情况"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="absences",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "流动、失联登记",
                        "verbose_name_plural": "流动、失联登记",
                        "ordering": ["organization__path", "-since", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_on", None)),
                                fields=("member",),
                                name="one_absence_at_a_time",
                                violation_error_message="该党员已在流动、失联登记中。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AbsenceContact",
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
                        ("on", models.DateField(verbose_name="日期")),
                        ("how", models.CharField(max_length=50, verbose_name="方式")),
                        ("result", models.CharField(max_length=300, verbose_name="情况")),
                        ("reached", models.BooleanField(default=True, verbose_name="已联系上")),
                        (
                            "absence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="contacts",
                                to="members.absence",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "联系记录",
                        "verbose_name_plural": "联系记录",
                        "ordering": ["-on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="DuesMonth",
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
                        ("month", models.CharField(max_length=7, verbose_name="月份")),
                        (
                            "due",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=8,
                                null=True,
                                verbose_name="应交(元)",
                            ),
                        ),
                        (
                            "is_reduced",
                            models.BooleanField(default=False, verbose_name="经批准减免"),
                        ),
                        (
                            "paid",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=10, verbose_name="实交(元)"
                            ),
                        ),
                        (
                            "paid_on",
                            models.DateField(blank=True, null=True, verbose_name="交纳日期"),
                        ),
                        (
                            "channel",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("self", "本人"),
                                    ("relative", "亲属代交"),
                                    ("member", "委托党员代交"),
                                ],
                                max_length=10,
                                verbose_name="方式",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "updated_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="更新时间"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_months",
                                to="branches.organization",
                                verbose_name="党支部",
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
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_months",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党费月账",
                        "verbose_name_plural": "党费月账",
                        "ordering": ["organization__path", "month", "member__name_key", "pk"],
                        "indexes": [
                            models.Index(fields=["organization", "month"], name="dues_of_a_month")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("member", "month"), name="one_dues_row_per_month"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paid__gte", 0),
                                    models.Q(("due", None), ("due__gte", 0), _connector="OR"),
                                ),
                                name="no_negative_dues",
                                violation_error_message="党费金额不能为负数。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("paid", 0), ("paid_on__isnull", False), _connector="OR"
                                ),
                                name="paid_dues_have_a_day",
                                violation_error_message="请填写交纳日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DuesExemption",
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
                        ("from_month", models.CharField(max_length=7, verbose_name="自")),
                        ("to_month", models.CharField(max_length=7, verbose_name="至")),
                        (
                            "reduced_to",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                max_digits=8,
                                verbose_name="每月交纳(元)",
                            ),
                        ),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("requested", "待审批"),
                                    ("approved", "已同意"),
                                    ("refused", "不同意"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="requested",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="审批时间"),
                        ),
                        (
                            "decision_note",
                            models.CharField(blank=True, max_length=300, verbose_name="审批意见"),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "requested_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申请人",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_exemptions",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党费减免",
                        "verbose_name_plural": "党费减免",
                        "ordering": ["-requested_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("to_month__gte", models.F("from_month")),
                                    ("reduced_to__gte", 0),
                                ),
                                name="exemption_ends_after_it_starts",
                                violation_error_message="截止月份不能早于起始月份。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DuesBase",
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
                        ("from_month", models.CharField(max_length=7, verbose_name="起始月份")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("wage", "按月领取工资"),
                                    ("yearly_salary", "实行年薪制"),
                                    ("self_employed", "个体经营"),
                                    ("retired", "离退休"),
                                    ("farmer", "农民"),
                                    ("fixed", "学生、下岗失业或领取救济、低保"),
                                ],
                                max_length=20,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "base",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=10,
                                null=True,
                                verbose_name="党费计算基数(元)",
                            ),
                        ),
                        (
                            "monthly_due",
                            models.DecimalField(
                                decimal_places=2, max_digits=8, verbose_name="每月应交(元)"
                            ),
                        ),
                        (
                            "note",
                            models.CharField(blank=True, max_length=200, verbose_name="核定说明"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核定人",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_bases",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党费核定",
                        "verbose_name_plural": "党费核定",
                        "ordering": ["member", "-from_month"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("member", "from_month"),
                                name="one_dues_base_from_a_month",
                                violation_error_message="该党员在这个月已有核定，请直接修改。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("monthly_due__gte", 0),
                                    models.Q(("base", None), ("base__gte", 0), _connector="OR"),
                                ),
                                name="dues_are_not_negative",
                                violation_error_message="党费金额不能为负数。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attendance",
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
                            "status",
                            models.CharField(
                                choices=[
                                    ("present", "到会"),
                                    ("sick", "病假"),
                                    ("leave", "事假"),
                                    ("duty", "公务"),
                                    ("absent", "无故缺席"),
                                ],
                                default="present",
                                max_length=10,
                                verbose_name="出席",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=100, verbose_name="原因"),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="attendances",
                                to="members.meeting",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attendances",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "出席",
                        "verbose_name_plural": "出席",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("meeting", "member"), name="a_member_attends_a_meeting_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AppraisalResult",
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
                        ("took_part", models.BooleanField(default=True, verbose_name="参加评议")),
                        (
                            "self_grade",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("excellent", "优秀"),
                                    ("qualified", "合格"),
                                    ("barely", "基本合格"),
                                    ("unqualified", "不合格"),
                                ],
                                max_length=12,
                                verbose_name="自评",
                            ),
                        ),
                        (
                            "votes_excellent",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="优秀票"
                            ),
                        ),
                        (
                            "votes_qualified",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="合格票"
                            ),
                        ),
                        (
                            "votes_barely",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="基本合格票"
                            ),
                        ),
                        (
                            "votes_unqualified",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="不合格票"
                            ),
                        ),
                        (
                            "grade",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("excellent", "优秀"),
                                    ("qualified", "合格"),
                                    ("barely", "基本合格"),
                                    ("unqualified", "不合格"),
                                ],
                                max_length=12,
                                verbose_name="等次",
                            ),
                        ),
                        (
                            "opinion",
                            models.CharField(blank=True, max_length=300, verbose_name="支部意见"),
                        ),
                        (
                            "appraisal",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="results",
                                to="members.appraisal",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appraisal_results",
                                to="members.member",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评议结果",
                        "verbose_name_plural": "评议结果",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("appraisal", "member"), name="a_member_is_appraised_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Applicant",
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
                        ("name", models.CharField(max_length=50, verbose_name="姓名")),
                        (
                            "sex",
                            models.CharField(
                                blank=True,
                                choices=[("male", "男"), ("female", "女")],
                                max_length=10,
                                verbose_name="性别",
                            ),
                        ),
                        (
                            "birth_date",
                            models.DateField(blank=True, null=True, verbose_name="出生日期"),
                        ),
                        (
                            "id_number",
                            branchyear.lib.crypto.EncryptedText(
                                blank=True, default="", verbose_name="公民身份号码"
                            ),
                        ),
                        (
                            "unit",
                            models.CharField(
                                blank=True, max_length=100, verbose_name="所在处(科)室"
                            ),
                        ),
                        (
                            "mentors",
                            models.CharField(blank=True, max_length=100, verbose_name="培养联系人"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("running", "培养中"),
                                    ("admitted", "已接收为预备党员"),
                                    ("finished", "已转正"),
                                    ("stopped", "已终止"),
                                ],
                                default="running",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "stopped_reason",
                            models.CharField(blank=True, max_length=200, verbose_name="终止原因"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="applicants",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "member",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="admission",
                                to="members.member",
                                verbose_name="对应党员",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "发展党员",
                        "verbose_name_plural": "发展党员",
                        "ordering": ["organization__path", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="MemberEvent",
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
                                    ("added", "列入名册"),
                                    ("changed", "信息变更"),
                                    ("regrouped", "调整党小组"),
                                    ("standing", "状态变更"),
                                    ("transferred", "组织关系转接"),
                                    ("probation_extended", "延长预备期"),
                                    ("converted", "转为正式党员"),
                                    ("probation_ended", "取消预备党员资格"),
                                    ("post", "党内职务变动"),
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
                            "reason",
                            models.CharField(blank=True, max_length=300, verbose_name="说明"),
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
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="events",
                                to="members.member",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="branches.organization",
                                verbose_name="当时所在党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党员变动",
                        "verbose_name_plural": "党员变动",
                        "ordering": ["-on", "-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="PostHeld",
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
                            "post",
                            models.CharField(
                                choices=[
                                    ("secretary", "支部书记"),
                                    ("deputy_secretary", "副书记"),
                                    ("organization_officer", "组织委员"),
                                    ("publicity_officer", "宣传委员"),
                                    ("discipline_officer", "纪检委员"),
                                    ("officer", "委员"),
                                    ("group_leader", "党小组组长"),
                                ],
                                max_length=20,
                                verbose_name="党内职务",
                            ),
                        ),
                        (
                            "duties",
                            models.CharField(blank=True, max_length=200, verbose_name="分工"),
                        ),
                        (
                            "votes",
                            models.PositiveIntegerField(
                                blank=True, null=True, verbose_name="得票数"
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="任职日期")),
                        (
                            "ends_on",
                            models.DateField(blank=True, null=True, verbose_name="免职日期"),
                        ),
                        (
                            "document_no",
                            models.CharField(
                                blank=True, max_length=60, verbose_name="批复(备案)文号"
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts_held",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts_held",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "term",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="posts_held",
                                to="branches.term",
                                verbose_name="届次",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党内任职",
                        "verbose_name_plural": "党内任职",
                        "ordering": ["organization__path", "starts_on", "pk"],
                        "indexes": [
                            models.Index(fields=["organization", "ends_on"], name="posts_in_force")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on", None),
                                    ("ends_on__gte", models.F("starts_on")),
                                    _connector="OR",
                                ),
                                name="post_ends_after_it_starts",
                                violation_error_message="免职日期不能早于任职日期。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on", None), ("post", "secretary")),
                                fields=("organization",),
                                name="one_secretary_at_a_time",
                                violation_error_message="该党组织已有在任书记，请先办理免职。",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("ends_on", None)),
                                fields=("member", "organization", "post"),
                                name="one_post_of_a_kind_at_a_time",
                                violation_error_message="该党员已担任此职务。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RosterProfileColumn",
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
                        ("order", models.PositiveSmallIntegerField(default=0, verbose_name="次序")),
                        ("field", models.CharField(max_length=30, verbose_name="本系统的内容")),
                        ("title", models.CharField(max_length=50, verbose_name="对方的列标题")),
                        (
                            "form",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "默认"),
                                    ("day", "日期：2022-04-25"),
                                    ("day_dots", "日期：2022.04.25"),
                                    ("day_digits", "日期：20220425"),
                                    ("day_words", "日期：2022年4月25日"),
                                    ("month_dots", "年月：2022.04"),
                                ],
                                max_length=12,
                                verbose_name="写法",
                            ),
                        ),
                        (
                            "profile",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="columns",
                                to="members.rosterprofile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "列",
                        "verbose_name_plural": "列",
                        "ordering": ["order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("profile", "title"),
                                name="a_heading_stands_once",
                                violation_error_message="列标题重复。",
                            ),
                            models.UniqueConstraint(
                                fields=("profile", "field"),
                                name="a_fact_stands_once",
                                violation_error_message="同一内容只能占一列。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RosterUpload",
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
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="上传时间")),
                        ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                        (
                            "size",
                            models.PositiveBigIntegerField(default=0, verbose_name="大小(字节)"),
                        ),
                        ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                        (
                            "file",
                            models.FileField(
                                blank=True,
                                max_length=200,
                                upload_to="rosters/",
                                verbose_name="文件",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("checking", "核对中"),
                                    ("ready", "待确认"),
                                    ("saving", "保存中"),
                                    ("saved", "已保存"),
                                    ("failed", "未成功"),
                                    ("expired", "已过期清理"),
                                ],
                                default="checking",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "done_rows",
                            models.PositiveIntegerField(default=0, verbose_name="已处理行数"),
                        ),
                        (
                            "total_rows",
                            models.PositiveIntegerField(default=0, verbose_name="约共行数"),
                        ),
                        (
                            "counts",
                            models.JSONField(blank=True, default=dict, verbose_name="各类行数"),
                        ),
                        ("notes", models.JSONField(blank=True, default=list, verbose_name="说明")),
                        ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                        (
                            "skips_conflicts",
                            models.BooleanField(default=False, verbose_name="冲突的行以系统为准"),
                        ),
                        (
                            "error",
                            models.CharField(blank=True, max_length=500, verbose_name="原因"),
                        ),
                        (
                            "notice",
                            models.CharField(blank=True, max_length=300, verbose_name="提示"),
                        ),
                        (
                            "saved_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="保存时间"),
                        ),
                        ("expires_on", models.DateField(verbose_name="保留至")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上传人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roster_uploads",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名册上传",
                        "verbose_name_plural": "名册上传",
                        "ordering": ["-pk"],
                        "indexes": [models.Index(fields=["by", "-id"], name="uploads_of_a_person")],
                    },
                ),
                migrations.CreateModel(
                    name="RosterUploadRow",
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
                        ("number", models.PositiveIntegerField(verbose_name="行号")),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("error", "错误"),
                                    ("denied", "不允许"),
                                    ("conflict", "冲突"),
                                    ("new", "新增"),
                                    ("changed", "修改"),
                                    ("same", "不变"),
                                ],
                                max_length=10,
                                verbose_name="结论",
                            ),
                        ),
                        ("name", models.CharField(blank=True, max_length=60, verbose_name="姓名")),
                        (
                            "branch",
                            models.CharField(blank=True, max_length=100, verbose_name="党支部"),
                        ),
                        ("told", models.JSONField(default=list, verbose_name="内容")),
                        ("problems", models.JSONField(default=list, verbose_name="问题")),
                        ("warnings", models.JSONField(default=list, verbose_name="提醒")),
                        (
                            "upload",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="members.rosterupload",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "名册上传行",
                        "verbose_name_plural": "名册上传行",
                        "ordering": ["number"],
                        "indexes": [
                            models.Index(
                                fields=["upload", "verdict", "number"], name="rows_by_verdict"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("upload", "number"), name="one_report_per_row"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Talk",
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
                        ("on", models.DateField(verbose_name="日期")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("officers", "支委之间"),
                                    ("officer_member", "支委与党员"),
                                    ("members", "党员之间"),
                                ],
                                max_length=20,
                                verbose_name="类别",
                            ),
                        ),
                        (
                            "content",
                            models.CharField(blank=True, max_length=500, verbose_name="主要内容"),
                        ),
                        (
                            "opinion",
                            models.CharField(blank=True, max_length=300, verbose_name="意见建议"),
                        ),
                        (
                            "voided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="作废时间"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "listener",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="talks_received",
                                to="members.member",
                                verbose_name="谈话对象",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="talks",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "speaker",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="talks_given",
                                to="members.member",
                                verbose_name="谈话人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "谈心谈话",
                        "verbose_name_plural": "谈心谈话",
                        "ordering": ["-on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("speaker", models.F("listener")), _negated=True
                                ),
                                name="nobody_talks_to_himself",
                                violation_error_message="谈话人和谈话对象不能是同一人。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Training",
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
                        ("title", models.CharField(max_length=200, verbose_name="内容")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("course", "集中培训"),
                                    ("study", "集中学习"),
                                    ("induction", "新任支部书记培训"),
                                    ("online", "网络学习"),
                                ],
                                max_length=10,
                                verbose_name="形式",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(verbose_name="结束日期")),
                        (
                            "organiser",
                            models.CharField(blank=True, max_length=100, verbose_name="组织单位"),
                        ),
                        (
                            "hours",
                            models.DecimalField(
                                decimal_places=1, max_digits=5, verbose_name="学时"
                            ),
                        ),
                        (
                            "voided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="作废时间"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="trainings",
                                to="branches.organization",
                                verbose_name="登记的党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "教育培训",
                        "verbose_name_plural": "教育培训",
                        "ordering": ["-starts_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="training_ends_after_it_starts",
                                violation_error_message="结束日期不能早于开始日期。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("hours__gt", 0)),
                                name="training_has_hours",
                                violation_error_message="学时应大于0。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TrainingRecord",
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
                            "hours",
                            models.DecimalField(
                                decimal_places=1, max_digits=5, verbose_name="学时"
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="training_records",
                                to="members.member",
                            ),
                        ),
                        (
                            "training",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="records",
                                to="members.training",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "学时记录",
                        "verbose_name_plural": "学时记录",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("training", "member"),
                                name="a_member_counts_a_training_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Transfer",
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
                        ("sender_name", models.CharField(max_length=100, verbose_name="转出单位")),
                        (
                            "receiver_name",
                            models.CharField(max_length=100, verbose_name="转入单位"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("issued", "待接收"),
                                    ("received", "已接收"),
                                    ("refused", "已退回"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="issued",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "letter_no",
                            models.CharField(blank=True, max_length=60, verbose_name="介绍信编号"),
                        ),
                        ("issued_on", models.DateField(verbose_name="开具日期")),
                        ("valid_until", models.DateField(verbose_name="有效期至")),
                        (
                            "dues_paid_to",
                            models.CharField(blank=True, max_length=7, verbose_name="党费交至"),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=200, verbose_name="转接原因"),
                        ),
                        (
                            "received_on",
                            models.DateField(blank=True, null=True, verbose_name="接收日期"),
                        ),
                        (
                            "slip_on",
                            models.DateField(blank=True, null=True, verbose_name="回执日期"),
                        ),
                        (
                            "closing_note",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="退回或撤回原因"
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "issued_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="经办人",
                            ),
                        ),
                        (
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transfers",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                        (
                            "receiver",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transfers_in",
                                to="branches.organization",
                                verbose_name="转入党支部",
                            ),
                        ),
                        (
                            "sender",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="transfers_out",
                                to="branches.organization",
                                verbose_name="转出党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "组织关系转接",
                        "verbose_name_plural": "组织关系转接",
                        "ordering": ["-issued_on", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "issued")),
                                fields=("member",),
                                name="one_transfer_at_a_time",
                                violation_error_message="该党员的组织关系正在转接中。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("sender__isnull", False),
                                    ("receiver__isnull", False),
                                    _connector="OR",
                                ),
                                name="a_transfer_touches_the_city",
                                violation_error_message="转出和转入至少一方应为本市市直机关党支部。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("valid_until__gte", models.F("issued_on"))),
                                name="a_letter_is_valid_for_a_time",
                                violation_error_message="有效期不能早于开具日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Vote",
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
                        ("matter", models.CharField(max_length=200, verbose_name="表决事项")),
                        (
                            "voters_due",
                            models.PositiveIntegerField(verbose_name="应到有表决权党员"),
                        ),
                        (
                            "voters_present",
                            models.PositiveIntegerField(verbose_name="实到有表决权党员"),
                        ),
                        ("in_favour", models.PositiveIntegerField(verbose_name="赞成")),
                        ("against", models.PositiveIntegerField(default=0, verbose_name="反对")),
                        ("abstained", models.PositiveIntegerField(default=0, verbose_name="弃权")),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="votes",
                                to="members.meeting",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "表决",
                        "verbose_name_plural": "表决",
                        "ordering": ["pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("voters_present__lte", models.F("voters_due"))),
                                name="no_more_voters_than_due",
                                violation_error_message="实到人数不能多于应到人数。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "voters_present__gte",
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("in_favour"), "+", models.F("against")
                                            ),
                                            "+",
                                            models.F("abstained"),
                                        ),
                                    )
                                ),
                                name="no_more_votes_than_voters",
                                violation_error_message="赞成、反对、弃权之和不能多于实到人数。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AdmissionProgress",
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
                        ("on", models.DateField(verbose_name="日期")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                        (
                            "days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="天数"
                            ),
                        ),
                        (
                            "hours",
                            models.DecimalField(
                                blank=True,
                                decimal_places=1,
                                max_digits=5,
                                null=True,
                                verbose_name="学时",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "step",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="members.admissionstep",
                                verbose_name="步骤",
                            ),
                        ),
                        (
                            "applicant",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="progress",
                                to="members.applicant",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "发展党员进程",
                        "verbose_name_plural": "发展党员进程",
                        "ordering": ["step__number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("applicant", "step"), name="a_step_is_taken_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DuesPublication",
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
                        ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                        (
                            "number",
                            models.PositiveSmallIntegerField(default=1, verbose_name="第几次"),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=200, verbose_name="更正原因"),
                        ),
                        ("on", models.DateField(verbose_name="公布日期")),
                        ("how", models.CharField(max_length=100, verbose_name="公布方式")),
                        (
                            "total_due",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="应交合计(元)"
                            ),
                        ),
                        (
                            "total_paid",
                            models.DecimalField(
                                decimal_places=2, max_digits=12, verbose_name="实交合计(元)"
                            ),
                        ),
                        ("members", models.PositiveIntegerField(verbose_name="党员数")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_publications",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党费公布",
                        "verbose_name_plural": "党费公布",
                        "ordering": ["organization__path", "-year", "-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "year", "number"),
                                name="one_publication_of_each_number",
                                violation_error_message="该年度刚刚已登记公布，请刷新页面查看。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DuesRemittance",
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
                        ("month", models.CharField(max_length=7, verbose_name="所属月份")),
                        (
                            "amount",
                            models.DecimalField(
                                decimal_places=2, max_digits=10, verbose_name="金额(元)"
                            ),
                        ),
                        ("on", models.DateField(verbose_name="上缴日期")),
                        (
                            "receipt_no",
                            models.CharField(blank=True, max_length=60, verbose_name="票据号"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="登记人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dues_remittances",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "党费上缴",
                        "verbose_name_plural": "党费上缴",
                        "ordering": ["organization__path", "-month", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gt", 0)),
                                name="a_remittance_is_money",
                                violation_error_message="上缴金额应大于0。",
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(
            import_module("members.migrations.0005_admission_steps").load,
            import_module("members.migrations.0005_admission_steps").unload,
        ),
        migrations.RunPython(
            import_module("members.migrations.0008_platform_layout").add,
            import_module("members.migrations.0008_platform_layout").remove,
        ),
    ]
