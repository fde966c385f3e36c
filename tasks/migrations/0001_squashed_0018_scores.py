"""Every table of this app at once, for a new database; one that went through the migrations named below keeps its tables."""

import branchyear.lib.schema
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import tasks.models.evidence
from django.conf import settings
from importlib import import_module

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("tasks", "0001_initial"),
        ("tasks", "0002_retiring_and_moments"),
        ("tasks", "0003_moment_of_the_link"),
        ("tasks", "0004_findings"),
        ("tasks", "0005_meetings_as_evidence"),
        ("tasks", "0006_problems"),
        ("tasks", "0007_self_check_reopened"),
        ("tasks", "0008_acceptance_voided"),
        ("tasks", "0009_revisions_of_materials"),
        ("tasks", "0010_ledgers_as_proof"),
        ("tasks", "0011_clocks"),
        ("tasks", "0012_announced_calendar"),
        ("tasks", "0013_twins"),
        ("tasks", "0014_checklists_as_workbooks"),
        ("tasks", "0015_delegations"),
        ("tasks", "0016_made_up"),
        ("tasks", "0017_fingerprints_compared"),
        ("tasks", "0018_scores"),
    ]

    dependencies = [
        ("accounts", "__first__"),
        ("branches", "0001_squashed_0005_delegations"),
        ("members", "0001_squashed_0011_what_known_numbers_say"),
    ]

    operations = [
        branchyear.lib.schema.CreateModels(
            operations=[
                migrations.CreateModel(
                    name="CalendarDay",
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
                        ("day", models.DateField(unique=True, verbose_name="日期")),
                        ("is_working", models.BooleanField(default=False, verbose_name="上班")),
                        (
                            "why",
                            models.CharField(
                                help_text="如 国庆节、国庆节调休上班。",
                                max_length=40,
                                verbose_name="说明",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "工作日历",
                        "verbose_name_plural": "工作日历",
                        "ordering": ["day"],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
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
                            "file",
                            models.FileField(
                                max_length=200,
                                upload_to=tasks.models.evidence.evidence_path,
                                verbose_name="文件",
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="文件名")),
                        ("extension", models.CharField(max_length=10, verbose_name="类型")),
                        ("size", models.PositiveIntegerField(verbose_name="大小(字节)")),
                        (
                            "sha256",
                            models.CharField(db_index=True, max_length=64, verbose_name="校验值"),
                        ),
                        (
                            "fact_on",
                            models.DateField(blank=True, null=True, verbose_name="材料日期"),
                        ),
                        (
                            "uploaded_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="上传时间"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="tasks.evidence",
                                verbose_name="替换的旧版",
                            ),
                        ),
                        (
                            "uploaded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上传人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "佐证材料",
                        "verbose_name_plural": "佐证材料",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "sha256"),
                                name="one_copy_of_a_file_per_branch",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
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
                            "year",
                            models.PositiveSmallIntegerField(unique=True, verbose_name="年度"),
                        ),
                        ("code", models.CharField(max_length=40, verbose_name="编码")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(verbose_name="结束日期")),
                        (
                            "scope",
                            models.CharField(blank=True, max_length=100, verbose_name="范围"),
                        ),
                        (
                            "issued_by",
                            models.CharField(blank=True, max_length=60, verbose_name="印发单位"),
                        ),
                        (
                            "reports_to",
                            models.CharField(blank=True, max_length=60, verbose_name="报告对象"),
                        ),
                        (
                            "parent_document",
                            models.CharField(blank=True, max_length=200, verbose_name="上级文件"),
                        ),
                        (
                            "aims",
                            models.JSONField(
                                blank=True,
                                default=dict,
                                help_text="三项要求、三规范、三提升。",
                                verbose_name="目标要求",
                            ),
                        ),
                        (
                            "reporting",
                            models.JSONField(blank=True, default=dict, verbose_name="报送要求"),
                        ),
                        (
                            "grading",
                            models.JSONField(blank=True, default=dict, verbose_name="评分等次"),
                        ),
                        (
                            "template_digest",
                            models.CharField(
                                blank=True, editable=False, max_length=64, verbose_name="模板校验值"
                            ),
                        ),
                        (
                            "version",
                            models.PositiveIntegerField(
                                default=1, editable=False, verbose_name="内容版本"
                            ),
                        ),
                        (
                            "opened_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="启动时间"),
                        ),
                    ],
                    options={
                        "verbose_name": "年度活动",
                        "verbose_name_plural": "年度活动",
                        "ordering": ["-year"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="campaign_ends_after_it_starts",
                                violation_error_message="结束日期不能早于开始日期。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChecklistUpload",
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
                        ("at", models.DateTimeField(verbose_name="上传时间")),
                        ("filename", models.CharField(max_length=200, verbose_name="文件名")),
                        ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                        (
                            "state",
                            models.CharField(
                                choices=[("ready", "待确认"), ("saved", "已保存")],
                                default="ready",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "typed",
                            models.JSONField(blank=True, default=list, verbose_name="表中内容"),
                        ),
                        (
                            "rows",
                            models.JSONField(blank=True, default=list, verbose_name="核对结果"),
                        ),
                        (
                            "counts",
                            models.JSONField(blank=True, default=dict, verbose_name="各类行数"),
                        ),
                        ("digest", models.CharField(blank=True, editable=False, max_length=64)),
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
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="checklist_uploads",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="上传人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "清单上传",
                        "verbose_name_plural": "清单上传",
                        "ordering": ["-pk"],
                    },
                ),
                migrations.CreateModel(
                    name="PictureHash",
                    fields=[
                        (
                            "evidence",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="picture_hash",
                                serialize=False,
                                to="tasks.evidence",
                            ),
                        ),
                        ("hashes", models.JSONField(verbose_name="图片特征")),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="计算时间")),
                        (
                            "paired_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="比对时间"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "图片特征",
                        "verbose_name_plural": "图片特征",
                    },
                ),
                migrations.CreateModel(
                    name="FactWord",
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
                        ("words", models.CharField(max_length=60, verbose_name="应交材料中的词")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("roster", "党员名册"),
                                    ("groups", "党小组划分"),
                                    ("committee", "班子成员及分工"),
                                    ("terms", "换届情况"),
                                    ("appraisal", "民主评议党员"),
                                    ("talks", "谈心谈话"),
                                    ("training", "学时登记"),
                                    ("transfers", "组织关系转接"),
                                    ("absences", "流动和失联党员"),
                                    ("dues", "党费收缴"),
                                ],
                                max_length=12,
                                verbose_name="提供的平台数据",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "平台数据佐证",
                        "verbose_name_plural": "平台数据佐证",
                        "ordering": ["kind", "words"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("words", "kind"),
                                name="a_word_offers_a_ledger_once",
                                violation_error_message="这个词已对应该项平台数据。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Phase",
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
                        ("code", models.CharField(max_length=10, verbose_name="编码")),
                        ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("starts_on", models.DateField(verbose_name="开始日期")),
                        ("ends_on", models.DateField(verbose_name="结束日期")),
                        ("goals", models.JSONField(blank=True, default=list, verbose_name="目标")),
                        (
                            "self_check",
                            models.JSONField(blank=True, default=list, verbose_name="自查项"),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("seed", "原文"), ("inferred", "推断")],
                                default="seed",
                                max_length=10,
                                verbose_name="来源",
                            ),
                        ),
                        (
                            "source_note",
                            models.CharField(blank=True, max_length=300, verbose_name="来源说明"),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="phases",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "阶段",
                        "verbose_name_plural": "阶段",
                        "ordering": ["campaign", "order"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "code"), name="one_phase_per_code"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="phase_ends_after_it_starts",
                                violation_error_message="结束日期不能早于开始日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewRule",
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
                            "starts_on",
                            models.DateField(
                                help_text="此日起送达的条目按本规则计算。",
                                unique=True,
                                verbose_name="自",
                            ),
                        ),
                        (
                            "near_days",
                            models.PositiveSmallIntegerField(
                                default=3,
                                help_text="等待满几个工作日标为临近。",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(60),
                                ],
                                verbose_name="临近(工作日)",
                            ),
                        ),
                        (
                            "review_days",
                            models.PositiveSmallIntegerField(
                                default=5,
                                help_text="等待超过几个工作日为超期。",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(60),
                                ],
                                verbose_name="期限(工作日)",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "审核时限",
                        "verbose_name_plural": "审核时限",
                        "ordering": ["-starts_on"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("near_days__lte", models.F("review_days"))),
                                name="review_near_before_it_is_late",
                                violation_error_message="临近天数不能多于期限。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rubric",
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
                        ("number", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        (
                            "total",
                            models.DecimalField(
                                decimal_places=2, default=100, max_digits=6, verbose_name="满分"
                            ),
                        ),
                        (
                            "bands",
                            models.JSONField(
                                default=list,
                                help_text='由高到低，如 [{"name": "好", "min": 90, "source": "inferred", "note": "依据"}]。',
                                verbose_name="等次",
                            ),
                        ),
                        (
                            "appeal_days",
                            models.PositiveSmallIntegerField(
                                default=7,
                                help_text="定格次日起算，含末日。",
                                verbose_name="申诉期（天）",
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                        (
                            "opened_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="启用时间"
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rubrics",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="启用人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评分办法",
                        "verbose_name_plural": "评分办法",
                        "ordering": ["campaign", "-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "number"), name="one_rubric_of_a_number"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RubricLine",
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
                        ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                        ("code", models.CharField(max_length=10, verbose_name="编号")),
                        ("title", models.CharField(max_length=100, verbose_name="评分项")),
                        ("standard", models.CharField(max_length=300, verbose_name="评分标准")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("base", "基础分"),
                                    ("added", "加分"),
                                    ("deducted", "扣分"),
                                    ("veto", "一票否决"),
                                ],
                                max_length=10,
                                verbose_name="性质",
                            ),
                        ),
                        (
                            "measure",
                            models.CharField(
                                choices=[("share", "按比例"), ("each", "按件"), ("judged", "评议")],
                                max_length=10,
                                verbose_name="算法",
                            ),
                        ),
                        (
                            "rule",
                            models.CharField(
                                blank=True,
                                help_text="由平台提供的事实，评议项不填。",
                                max_length=40,
                                verbose_name="事实来源",
                            ),
                        ),
                        ("params", models.JSONField(blank=True, default=dict, verbose_name="参数")),
                        (
                            "points",
                            models.DecimalField(
                                decimal_places=2,
                                default=0,
                                help_text="按比例的为满分（扣完为止），按件的为每件分值，一票否决不填。",
                                max_digits=6,
                                verbose_name="分值",
                            ),
                        ),
                        (
                            "cap",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="按件的最多加、扣几分。",
                                max_digits=6,
                                null=True,
                                verbose_name="上限",
                            ),
                        ),
                        (
                            "at_least",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="一票否决：达到几件即生效。",
                                verbose_name="达到几件",
                            ),
                        ),
                        (
                            "band_at_most",
                            models.CharField(
                                blank=True,
                                help_text="一票否决生效后，最高评为哪个等次。",
                                max_length=20,
                                verbose_name="最高等次",
                            ),
                        ),
                        (
                            "spot_rule",
                            models.CharField(
                                blank=True,
                                help_text="督查抽查发现不符的，按比例核减本项得分。",
                                max_length=40,
                                verbose_name="抽查事实",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("seed", "原文"), ("inferred", "推断")],
                                default="inferred",
                                max_length=10,
                                verbose_name="来源",
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(blank=True, max_length=300, verbose_name="依据"),
                        ),
                        (
                            "rubric",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="tasks.rubric",
                                verbose_name="评分办法",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评分项",
                        "verbose_name_plural": "评分项",
                        "ordering": ["rubric", "order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("rubric", "code"), name="one_rubric_line_of_a_code"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("points__gte", 0),
                                    models.Q(("cap", None), ("cap__gte", 0), _connector="OR"),
                                ),
                                name="points_of_a_rubric_are_not_negative",
                                violation_error_message="分值和上限不能是负数，扣分项由“性质”决定。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreRound",
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
                        ("name", models.CharField(max_length=40, verbose_name="名称")),
                        ("starts_on", models.DateField(verbose_name="起")),
                        (
                            "ends_on",
                            models.DateField(
                                help_text="考核期内到期的事项计入。", verbose_name="止"
                            ),
                        ),
                        ("self_until", models.DateField(verbose_name="自评截止")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "自评审核中"),
                                    ("frozen", "已定格"),
                                    ("final", "已公布"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("opened_at", models.DateTimeField(verbose_name="发起时间")),
                        (
                            "frozen_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="定格时间"),
                        ),
                        (
                            "appeals_until",
                            models.DateField(blank=True, null=True, verbose_name="申诉截止"),
                        ),
                        (
                            "finished_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="公布时间"),
                        ),
                        (
                            "digest",
                            models.CharField(blank=True, max_length=64, verbose_name="定格校验值"),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="score_rounds",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                        (
                            "frozen_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="定格人",
                            ),
                        ),
                        (
                            "opened_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="发起人",
                            ),
                        ),
                        (
                            "rubric",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rounds",
                                to="tasks.rubric",
                                verbose_name="评分办法",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "考核",
                        "verbose_name_plural": "考核",
                        "ordering": ["-ends_on", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "name"),
                                name="one_score_round_of_a_name",
                                violation_error_message="本年度已有同名的考核。",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                                name="score_round_ends_after_it_starts",
                                violation_error_message="考核期的止日不能早于起日。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Score",
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
                            "self_total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="自评",
                            ),
                        ),
                        (
                            "checked_total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="审核",
                            ),
                        ),
                        (
                            "spot_total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="抽查核减",
                            ),
                        ),
                        (
                            "frozen_total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="定格得分",
                            ),
                        ),
                        (
                            "frozen_band",
                            models.CharField(blank=True, max_length=20, verbose_name="定格等次"),
                        ),
                        (
                            "total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="得分",
                            ),
                        ),
                        ("band", models.CharField(blank=True, max_length=20, verbose_name="等次")),
                        (
                            "digest",
                            models.CharField(blank=True, max_length=64, verbose_name="校验值"),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scores",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scores",
                                to="tasks.scoreround",
                                verbose_name="考核",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "考核得分",
                        "verbose_name_plural": "考核得分",
                        "ordering": ["organization__path"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("round", "organization"),
                                name="one_score_per_round_and_organization",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreJudgement",
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
                            "self_points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="自评分",
                            ),
                        ),
                        (
                            "self_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="自评理由"),
                        ),
                        (
                            "self_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="自评时间"),
                        ),
                        (
                            "checked_points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="审核分",
                            ),
                        ),
                        (
                            "checked_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="审核意见"),
                        ),
                        (
                            "checked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="审核时间"),
                        ),
                        (
                            "checked_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="审核人",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tasks.rubricline",
                                verbose_name="评分项",
                            ),
                        ),
                        (
                            "score",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="judgements",
                                to="tasks.score",
                            ),
                        ),
                        (
                            "self_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="自评人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "评议项得分",
                        "verbose_name_plural": "评议项得分",
                        "ordering": ["score", "line"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("score", "line"), name="a_line_is_judged_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreLine",
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
                        ("counted", models.PositiveIntegerField(default=0, verbose_name="件数")),
                        (
                            "claimed",
                            models.PositiveIntegerField(default=0, verbose_name="自报件数"),
                        ),
                        ("facts", models.PositiveIntegerField(default=0, verbose_name="总件数")),
                        (
                            "numerator",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=12, verbose_name="分子"
                            ),
                        ),
                        (
                            "claimed_numerator",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=12, verbose_name="自报分子"
                            ),
                        ),
                        (
                            "denominator",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=12, verbose_name="分母"
                            ),
                        ),
                        (
                            "spot_failed",
                            models.PositiveIntegerField(default=0, verbose_name="抽查不符"),
                        ),
                        (
                            "spot_facts",
                            models.PositiveIntegerField(default=0, verbose_name="抽查件数"),
                        ),
                        (
                            "facts_digest",
                            models.CharField(blank=True, max_length=64, verbose_name="事实校验值"),
                        ),
                        (
                            "reviewer",
                            models.CharField(blank=True, max_length=200, verbose_name="审核人"),
                        ),
                        (
                            "self_points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="自评分",
                            ),
                        ),
                        (
                            "checked_points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="审核分",
                            ),
                        ),
                        (
                            "spot_points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="抽查核减",
                            ),
                        ),
                        (
                            "points",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                max_digits=7,
                                null=True,
                                verbose_name="得分",
                            ),
                        ),
                        (
                            "appealed",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=7, verbose_name="申诉调整"
                            ),
                        ),
                        (
                            "is_lifted",
                            models.BooleanField(default=False, verbose_name="申诉后不再适用"),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tasks.rubricline",
                                verbose_name="评分项",
                            ),
                        ),
                        (
                            "score",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="lines",
                                to="tasks.score",
                                verbose_name="考核得分",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "得分明细",
                        "verbose_name_plural": "得分明细",
                        "ordering": ["score", "line__order", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("score", "line"), name="a_line_is_scored_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScoreAppeal",
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
                        ("reason", models.CharField(max_length=500, verbose_name="申诉理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "待复核"),
                                    ("granted", "予以调整"),
                                    ("refused", "维持原分"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="asked",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "change",
                            models.DecimalField(
                                decimal_places=2, default=0, max_digits=7, verbose_name="调整分"
                            ),
                        ),
                        (
                            "answer",
                            models.CharField(blank=True, max_length=500, verbose_name="复核意见"),
                        ),
                        ("asked_at", models.DateTimeField(verbose_name="申诉时间")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="复核时间"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="申诉人",
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
                                verbose_name="复核人",
                            ),
                        ),
                        (
                            "line",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="appeals",
                                to="tasks.scoreline",
                                verbose_name="得分明细",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "申诉",
                        "verbose_name_plural": "申诉",
                        "ordering": ["-asked_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "asked")),
                                fields=("line",),
                                name="one_appeal_of_a_line_at_a_time",
                                violation_error_message="该项已有待复核的申诉。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelfCheck",
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
                            "signed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="签发时间"),
                        ),
                        (
                            "reopen_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="退回原因"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="self_checks",
                                to="tasks.campaign",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="self_checks",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                        (
                            "signed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="签发人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "自查",
                        "verbose_name_plural": "自查",
                        "ordering": ["organization__path"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "campaign"),
                                name="one_self_check_per_branch",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SelfCheckAnswer",
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
                        ("heading", models.CharField(max_length=10, verbose_name="自查项")),
                        (
                            "suggested",
                            models.CharField(
                                blank=True,
                                choices=[("met", "符合"), ("not_met", "不符合")],
                                max_length=10,
                                verbose_name="系统判断",
                            ),
                        ),
                        (
                            "result",
                            models.CharField(
                                choices=[("met", "符合"), ("not_met", "不符合")],
                                max_length=10,
                                verbose_name="自查结果",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=500, verbose_name="说明"),
                        ),
                        (
                            "evidence",
                            models.JSONField(
                                blank=True, default=list, verbose_name="当时的体检情况"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="填报时间")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填报人",
                            ),
                        ),
                        (
                            "self_check",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="tasks.selfcheck",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "自查结果",
                        "verbose_name_plural": "自查结果",
                        "ordering": ["heading"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("self_check", "heading"), name="a_heading_is_answered_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
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
                        ("code", models.CharField(max_length=10, verbose_name="编码")),
                        ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        (
                            "weight",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=6,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="分值",
                            ),
                        ),
                        (
                            "description",
                            models.CharField(blank=True, max_length=300, verbose_name="说明"),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("seed", "原文"), ("inferred", "推断")],
                                max_length=10,
                                verbose_name="来源",
                            ),
                        ),
                        (
                            "source_note",
                            models.CharField(blank=True, max_length=500, verbose_name="来源说明"),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tasks",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "任务",
                        "verbose_name_plural": "任务",
                        "ordering": ["campaign", "order"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "code"), name="one_task_per_code"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChecklistItem",
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
                        ("code", models.CharField(max_length=20, verbose_name="编码")),
                        ("order", models.PositiveSmallIntegerField(verbose_name="顺序")),
                        (
                            "retired_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="停用时间"
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="items",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "检查条目",
                        "verbose_name_plural": "检查条目",
                        "ordering": ["task", "order"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("task", "code"), name="one_item_per_code"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemVersion",
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
                        ("number", models.PositiveSmallIntegerField(verbose_name="版本")),
                        ("text", models.CharField(max_length=200, verbose_name="内容")),
                        (
                            "evidence",
                            models.JSONField(blank=True, default=list, verbose_name="应交材料"),
                        ),
                        (
                            "verify",
                            models.JSONField(blank=True, default=list, verbose_name="核验方式"),
                        ),
                        (
                            "rules",
                            models.JSONField(blank=True, default=list, verbose_name="关联规则"),
                        ),
                        (
                            "asks",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text='如 [{"key": "posts", "label": "示范岗数", "unit": "个"}]',
                                verbose_name="填报数字",
                            ),
                        ),
                        (
                            "weight",
                            models.DecimalField(
                                decimal_places=2,
                                max_digits=6,
                                validators=[django.core.validators.MinValueValidator(0)],
                                verbose_name="分值",
                            ),
                        ),
                        (
                            "phases",
                            models.JSONField(
                                default=list, help_text="阶段编码,如 P1、P2。", verbose_name="阶段"
                            ),
                        ),
                        ("opens_on", models.DateField(verbose_name="开始填报")),
                        ("due_on", models.DateField(verbose_name="完成期限")),
                        (
                            "applies_to",
                            models.JSONField(
                                blank=True,
                                default=list,
                                help_text="空为全部支部。",
                                verbose_name="适用支部类型",
                            ),
                        ),
                        (
                            "source",
                            models.CharField(
                                choices=[("seed", "原文"), ("inferred", "推断")],
                                max_length=10,
                                verbose_name="来源",
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(blank=True, max_length=300, verbose_name="依据"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="修订时间"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="修订人",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="versions",
                                to="tasks.checklistitem",
                                verbose_name="检查条目",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条目版本",
                        "verbose_name_plural": "条目版本",
                        "ordering": ["item", "-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("item", "number"), name="one_version_per_number"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("due_on__gte", models.F("opens_on"))),
                                name="item_due_after_it_opens",
                                violation_error_message="完成期限不能早于开始填报日期。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BranchItem",
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
                        ("opens_on", models.DateField(verbose_name="开始填报")),
                        (
                            "due_on",
                            models.DateField(
                                help_text="退回修改的,审核占用的时间已顺延。",
                                verbose_name="完成期限",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("todo", "未填报"),
                                    ("draft", "填报中"),
                                    ("submitted", "待审核"),
                                    ("returned", "退回修改"),
                                    ("accepted", "审核通过"),
                                ],
                                default="todo",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "round",
                            models.PositiveSmallIntegerField(default=0, verbose_name="第几次提交"),
                        ),
                        (
                            "result",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("done", "已落实"),
                                    ("ongoing", "正在推进"),
                                    ("not_applicable", "不适用"),
                                ],
                                max_length=20,
                                verbose_name="落实情况",
                            ),
                        ),
                        (
                            "fact_on",
                            models.DateField(blank=True, null=True, verbose_name="完成日期"),
                        ),
                        (
                            "note",
                            models.TextField(blank=True, max_length=2000, verbose_name="情况说明"),
                        ),
                        (
                            "numbers",
                            models.JSONField(blank=True, default=dict, verbose_name="数字"),
                        ),
                        (
                            "first_submitted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="首次提交"),
                        ),
                        (
                            "on_time",
                            models.BooleanField(
                                blank=True,
                                help_text="以首次有效提交为准,撤回的不算,此后不再变。",
                                null=True,
                                verbose_name="是否按期",
                            ),
                        ),
                        (
                            "submitted_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="提交时间"),
                        ),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="审核时间"),
                        ),
                        (
                            "return_reason",
                            models.CharField(blank=True, max_length=500, verbose_name="退回原因"),
                        ),
                        ("revision", models.PositiveIntegerField(default=1)),
                        (
                            "updated_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now,
                                editable=False,
                                verbose_name="最后修改",
                            ),
                        ),
                        (
                            "branch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="branch_items",
                                to="branches.organization",
                                verbose_name="党支部",
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
                                verbose_name="提交人",
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
                            "with_organization",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="branches.organization",
                                verbose_name="正由其审核",
                            ),
                        ),
                        (
                            "item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="branch_items",
                                to="tasks.checklistitem",
                                verbose_name="检查条目",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                help_text="随修订更新,审核通过后不再变。",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="branch_items",
                                to="tasks.itemversion",
                                verbose_name="条目版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "支部条目",
                        "verbose_name_plural": "支部条目",
                        "ordering": ["branch__path", "item__task__order", "item__order"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "submitted")),
                                fields=["with_organization", "submitted_at"],
                                name="branchitem_queue",
                            ),
                            models.Index(fields=["item", "state"], name="branchitem_item_state"),
                            models.Index(
                                fields=["branch", "state", "due_on"], name="branchitem_todo"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch", "item"), name="one_answer_per_branch_and_item"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "submitted"), ("with_organization__isnull", False)
                                    ),
                                    models.Q(
                                        models.Q(("state", "submitted"), _negated=True),
                                        ("with_organization", None),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_submitted_item_lies_with_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemEvidence",
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
                            "attached_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now,
                                editable=False,
                                verbose_name="关联时间",
                            ),
                        ),
                        (
                            "attached_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="关联人",
                            ),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence_links",
                                to="tasks.branchitem",
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="tasks.evidence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条目佐证",
                        "verbose_name_plural": "条目佐证",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch_item", "evidence"),
                                name="a_file_proves_an_item_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemFact",
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
                                    ("roster", "党员名册"),
                                    ("groups", "党小组划分"),
                                    ("committee", "班子成员及分工"),
                                    ("terms", "换届情况"),
                                    ("appraisal", "民主评议党员"),
                                    ("talks", "谈心谈话"),
                                    ("training", "学时登记"),
                                    ("transfers", "组织关系转接"),
                                    ("absences", "流动和失联党员"),
                                    ("dues", "党费收缴"),
                                ],
                                max_length=12,
                                verbose_name="平台数据",
                            ),
                        ),
                        ("as_of", models.DateField(verbose_name="数据日期")),
                        ("digest", models.CharField(max_length=64, verbose_name="校验值")),
                        ("data", models.JSONField(verbose_name="数据")),
                        (
                            "attached_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now,
                                editable=False,
                                verbose_name="关联时间",
                            ),
                        ),
                        (
                            "attached_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="关联人",
                            ),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="fact_links",
                                to="tasks.branchitem",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条目关联的平台数据",
                        "verbose_name_plural": "条目关联的平台数据",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch_item", "kind"), name="a_ledger_proves_an_item_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemMeeting",
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
                            "attached_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now,
                                editable=False,
                                verbose_name="关联时间",
                            ),
                        ),
                        (
                            "attached_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="关联人",
                            ),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="meeting_links",
                                to="tasks.branchitem",
                            ),
                        ),
                        (
                            "meeting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="item_links",
                                to="members.meeting",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条目关联的组织生活记录",
                        "verbose_name_plural": "条目关联的组织生活记录",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch_item", "meeting"),
                                name="a_meeting_proves_an_item_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ItemStep",
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
                        ("round", models.PositiveSmallIntegerField(verbose_name="第几次提交")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("submitted", "提交"),
                                    ("withdrawn", "撤回"),
                                    ("forwarded", "审核通过,转上级"),
                                    ("accepted", "审核通过"),
                                    ("returned", "退回修改"),
                                    ("voided", "审核通过失效"),
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
                            "snapshot",
                            models.JSONField(
                                blank=True, default=dict, verbose_name="当时的填报内容"
                            ),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="tasks.branchitem",
                            ),
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
                            "version",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="tasks.itemversion",
                                verbose_name="依据的条目版本",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "办理过程",
                        "verbose_name_plural": "办理过程",
                        "ordering": ["pk"],
                        "indexes": [models.Index(fields=["kind", "at"], name="itemstep_decided")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind__in", ["forwarded", "accepted"])),
                                fields=("branch_item", "round", "organization", "kind"),
                                name="one_acceptance_per_round_and_level",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "returned")),
                                fields=("branch_item", "round"),
                                name="one_return_per_round",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MaterialCheck",
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
                        ("about", models.CharField(max_length=40, verbose_name="问题")),
                        (
                            "note",
                            models.CharField(blank=True, max_length=200, verbose_name="核实情况"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="核实时间")),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="material_checks",
                                to="tasks.branchitem",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="核实人",
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="material_checks",
                                to="tasks.evidence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "材料核实",
                        "verbose_name_plural": "材料核实",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("branch_item", "evidence", "about"),
                                name="a_question_is_answered_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Rule",
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
                        ("number", models.CharField(max_length=10, verbose_name="编号")),
                        ("code", models.CharField(max_length=60, verbose_name="代码")),
                        ("name", models.CharField(max_length=60, verbose_name="名称")),
                        ("statement", models.TextField(verbose_name="规则")),
                        (
                            "params",
                            models.JSONField(blank=True, default=dict, verbose_name="参数(阈值)"),
                        ),
                        (
                            "inputs",
                            models.JSONField(blank=True, default=list, verbose_name="依据数据"),
                        ),
                        (
                            "evaluated",
                            models.CharField(blank=True, max_length=100, verbose_name="检查时机"),
                        ),
                        ("severity", models.CharField(max_length=100, verbose_name="等级")),
                        ("basis", models.CharField(max_length=300, verbose_name="依据")),
                        (
                            "basis_status",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="依据可靠程度"
                            ),
                        ),
                        (
                            "difference",
                            models.TextField(blank=True, verbose_name="原文与条例的差异"),
                        ),
                        ("message", models.CharField(max_length=300, verbose_name="提示语")),
                        (
                            "expected_fix",
                            models.CharField(blank=True, max_length=300, verbose_name="整改要求"),
                        ),
                        (
                            "retired_at",
                            models.DateTimeField(
                                blank=True, editable=False, null=True, verbose_name="停用时间"
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="tasks.campaign",
                                verbose_name="年度活动",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rules",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "体检规则",
                        "verbose_name_plural": "体检规则",
                        "ordering": ["campaign", "number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "number"), name="one_rule_per_number"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
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
                        ("key", models.CharField(blank=True, max_length=120, verbose_name="对象")),
                        (
                            "severity",
                            models.CharField(
                                choices=[
                                    ("error", "须整改"),
                                    ("warning", "须整改或说明"),
                                    ("unknown", "情况不明"),
                                    ("notice", "提醒"),
                                ],
                                max_length=10,
                                verbose_name="等级",
                            ),
                        ),
                        ("facts", models.JSONField(blank=True, default=dict, verbose_name="数据")),
                        ("opened_on", models.DateField(verbose_name="发现日期")),
                        ("changed_on", models.DateField(verbose_name="数据日期")),
                        (
                            "closed_on",
                            models.DateField(blank=True, null=True, verbose_name="消除日期"),
                        ),
                        (
                            "closing",
                            models.CharField(
                                blank=True,
                                choices=[("mended", "已符合"), ("explained", "说明已采纳")],
                                max_length=10,
                                verbose_name="消除方式",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="tasks.rule",
                                verbose_name="规则",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "体检发现",
                        "verbose_name_plural": "体检发现",
                        "ordering": ["organization__path", "rule__number", "pk"],
                        "indexes": [
                            models.Index(fields=["rule", "closed_on"], name="findings_of_a_rule")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_on", None)),
                                fields=("organization", "rule", "key"),
                                name="one_open_finding_of_an_object",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Problem",
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
                        ("number", models.PositiveIntegerField(verbose_name="编号")),
                        (
                            "origin",
                            models.CharField(
                                choices=[
                                    ("finding", "支部体检"),
                                    ("self_check", "自查"),
                                    ("item", "检查条目退回"),
                                    ("inspection", "督查抽查"),
                                    ("hand", "自行登记"),
                                ],
                                max_length=12,
                                verbose_name="来源",
                            ),
                        ),
                        ("rule_key", models.CharField(blank=True, editable=False, max_length=120)),
                        (
                            "heading",
                            models.CharField(blank=True, max_length=10, verbose_name="自查项"),
                        ),
                        ("title", models.CharField(max_length=300, verbose_name="问题表现")),
                        (
                            "cause",
                            models.CharField(blank=True, max_length=500, verbose_name="原因"),
                        ),
                        (
                            "measure",
                            models.CharField(blank=True, max_length=500, verbose_name="整改措施"),
                        ),
                        (
                            "responsible",
                            models.CharField(blank=True, max_length=50, verbose_name="责任人"),
                        ),
                        (
                            "responsible_leader",
                            models.CharField(blank=True, max_length=50, verbose_name="责任领导"),
                        ),
                        ("found_on", models.DateField(verbose_name="发现日期")),
                        (
                            "due_on",
                            models.DateField(blank=True, null=True, verbose_name="整改时限"),
                        ),
                        (
                            "result",
                            models.CharField(blank=True, max_length=1000, verbose_name="整改结果"),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "待整改"),
                                    ("fixing", "整改中"),
                                    ("verify", "待验收"),
                                    ("closed", "已销号"),
                                    ("reopened", "重新整改"),
                                ],
                                default="open",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        (
                            "closed_on",
                            models.DateField(blank=True, null=True, verbose_name="销号日期"),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="登记时间")),
                        ("updated_at", models.DateTimeField(auto_now=True)),
                        ("revision", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "branch_item",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problems",
                                to="tasks.branchitem",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="problems",
                                to="tasks.campaign",
                            ),
                        ),
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
                            "finding",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problems",
                                to="tasks.finding",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problems",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "repeats",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="repeated_by",
                                to="tasks.problem",
                                verbose_name="与此前问题相同",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problems",
                                to="tasks.rule",
                                verbose_name="规则",
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problems",
                                to="tasks.task",
                                verbose_name="任务",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "问题",
                        "verbose_name_plural": "问题",
                        "ordering": ["organization__path", "number"],
                        "indexes": [
                            models.Index(
                                fields=["organization", "state"], name="problems_of_a_branch"
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("organization", "campaign", "number"),
                                name="one_problem_of_a_number",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("rule__isnull", False),
                                    models.Q(("state", "closed"), _negated=True),
                                ),
                                fields=("organization", "rule", "rule_key"),
                                name="a_finding_is_listed_once",
                                violation_error_message="该问题已列入问题清单。",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Extension",
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
                        ("due_before", models.DateField(verbose_name="原时限")),
                        ("due_wanted", models.DateField(verbose_name="申请延至")),
                        ("reason", models.CharField(max_length=300, verbose_name="理由")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("asked", "待审批"),
                                    ("granted", "已同意"),
                                    ("refused", "不同意"),
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
                            "decision_note",
                            models.CharField(blank=True, max_length=300, verbose_name="审批意见"),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                            ),
                        ),
                        (
                            "problem",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="extensions",
                                to="tasks.problem",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "整改延期",
                        "verbose_name_plural": "整改延期",
                        "ordering": ["-asked_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "asked")),
                                fields=("problem",),
                                name="one_extension_request_at_a_time",
                                violation_error_message="该问题已有待审批的延期申请。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProblemEvidence",
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
                        ("attached_at", models.DateTimeField(auto_now_add=True)),
                        (
                            "attached_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="problem_links",
                                to="tasks.evidence",
                            ),
                        ),
                        (
                            "problem",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence_links",
                                to="tasks.problem",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "整改佐证",
                        "verbose_name_plural": "整改佐证",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("problem", "evidence"), name="a_file_proves_a_problem_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ProblemStep",
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
                                    ("listed", "列入清单"),
                                    ("planned", "制定措施"),
                                    ("changed", "修改措施"),
                                    ("handed_in", "申请销号"),
                                    ("sent_back", "验收不通过"),
                                    ("closed", "销号"),
                                    ("reopened", "重新整改"),
                                    ("extension_asked", "申请延期"),
                                    ("extended", "同意延期"),
                                    ("not_extended", "不同意延期"),
                                ],
                                max_length=16,
                                verbose_name="步骤",
                            ),
                        ),
                        ("by_name", models.CharField(max_length=100, verbose_name="办理人")),
                        ("at", models.DateTimeField(verbose_name="时间")),
                        (
                            "reason",
                            models.CharField(blank=True, max_length=1000, verbose_name="意见"),
                        ),
                        ("data", models.JSONField(blank=True, default=dict, verbose_name="内容")),
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
                            "problem",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="tasks.problem",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "整改过程",
                        "verbose_name_plural": "整改过程",
                        "ordering": ["pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Explanation",
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
                        ("key", models.CharField(blank=True, max_length=120, verbose_name="对象")),
                        ("text", models.CharField(max_length=500, verbose_name="说明")),
                        (
                            "made_up",
                            models.BooleanField(
                                default=False, editable=False, verbose_name="已补开"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("given", "待审核"),
                                    ("accepted", "已采纳"),
                                    ("refused", "未采纳"),
                                    ("withdrawn", "已撤回"),
                                ],
                                default="given",
                                max_length=10,
                                verbose_name="状态",
                            ),
                        ),
                        ("given_at", models.DateTimeField(verbose_name="说明时间")),
                        (
                            "decided_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="审核时间"),
                        ),
                        (
                            "decision_note",
                            models.CharField(blank=True, max_length=300, verbose_name="审核意见"),
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
                            "given_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="说明人",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="explanations",
                                to="branches.organization",
                                verbose_name="党组织",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="explanations",
                                to="tasks.rule",
                                verbose_name="规则",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "情况说明",
                        "verbose_name_plural": "情况说明",
                        "ordering": ["-given_at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["given", "accepted"])),
                                fields=("organization", "rule", "key"),
                                name="one_explanation_of_an_object",
                                violation_error_message="该问题已有情况说明。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Twin",
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
                        ("bits", models.PositiveSmallIntegerField(verbose_name="相差(256位中)")),
                        (
                            "found_at",
                            models.DateTimeField(auto_now_add=True, verbose_name="发现时间"),
                        ),
                        (
                            "newer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="twins_before",
                                to="tasks.evidence",
                            ),
                        ),
                        (
                            "older",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="twins_after",
                                to="tasks.evidence",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "相近图片",
                        "verbose_name_plural": "相近图片",
                        "ordering": ["pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("newer", "older"), name="a_pair_is_found_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("newer", models.F("older")), _negated=True),
                                name="twins_are_two",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Delegation",
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
                            "asked_at",
                            models.DateTimeField(
                                default=django.utils.timezone.now,
                                editable=False,
                                verbose_name="委托时间",
                            ),
                        ),
                        (
                            "due_on",
                            models.DateField(blank=True, null=True, verbose_name="填好期限"),
                        ),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="要求")),
                        (
                            "done_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="填好时间"),
                        ),
                        (
                            "taken_back_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="收回时间"),
                        ),
                        (
                            "branch_item",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="delegations",
                                to="tasks.branchitem",
                                verbose_name="检查条目",
                            ),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="委托人",
                            ),
                        ),
                        (
                            "to",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="填报人",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "条目分工",
                        "verbose_name_plural": "条目分工",
                        "ordering": ["-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("done_at", None), ("taken_back_at", None)),
                                fields=["to"],
                                name="delegation_open",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("done_at", None), ("taken_back_at", None)),
                                fields=("branch_item",),
                                name="an_item_is_with_one_person",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Disposal",
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
                                    ("talk", "谈话教育"),
                                    ("correction", "限期改正"),
                                    ("persuaded", "劝其退党"),
                                    ("removed", "除名"),
                                    ("other", "其他处置"),
                                ],
                                max_length=12,
                                verbose_name="处置",
                            ),
                        ),
                        ("decided_on", models.DateField(verbose_name="决定日期")),
                        ("until", models.DateField(blank=True, null=True, verbose_name="改正期限")),
                        (
                            "reviewed_on",
                            models.DateField(blank=True, null=True, verbose_name="期满考察日期"),
                        ),
                        (
                            "result",
                            models.CharField(blank=True, max_length=300, verbose_name="改正情况"),
                        ),
                        (
                            "document_no",
                            models.CharField(blank=True, max_length=60, verbose_name="文号"),
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
                            "member",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disposals",
                                to="members.member",
                                verbose_name="党员",
                            ),
                        ),
                        (
                            "organization",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="disposals",
                                to="branches.organization",
                                verbose_name="党支部",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "不合格党员处置",
                        "verbose_name_plural": "不合格党员处置",
                        "ordering": ["-decided_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "correction"), _negated=True),
                                    ("until__isnull", False),
                                    _connector="OR",
                                ),
                                name="a_correction_has_a_limit",
                                violation_error_message="限期改正请填写改正期限。",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PictureBand",
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
                        ("part", models.PositiveSmallIntegerField(verbose_name="部分")),
                        ("band", models.PositiveSmallIntegerField(verbose_name="段")),
                        ("value", models.PositiveSmallIntegerField(verbose_name="值")),
                        (
                            "picture",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="bands",
                                to="tasks.picturehash",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "图片特征段",
                        "verbose_name_plural": "图片特征段",
                        "indexes": [
                            models.Index(
                                fields=["band", "value", "part"], name="pictures_of_a_band"
                            )
                        ],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="current",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tasks.itemversion",
                verbose_name="现行版本",
            ),
        ),
        migrations.RunPython(
            import_module("tasks.migrations.0010_ledgers_as_proof").add_words,
            migrations.RunPython.noop,
        ),
        migrations.RunPython(
            import_module("tasks.migrations.0011_clocks").enter, migrations.RunPython.noop
        ),
        migrations.RunPython(
            import_module("tasks.migrations.0012_announced_calendar").enter,
            migrations.RunPython.noop,
        ),
    ]
