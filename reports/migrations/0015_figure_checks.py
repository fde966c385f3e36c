"""Figures that must be there before a report is handed in; drafts speak of training and dues as well."""

import django.db.models.deletion
from django.db import migrations, models


OLD_LIFE = """\
本月召开（开展）{本月会议}。
否则：本月还没有登记组织生活。
主要内容：{会议主题}。
{党费情况}。"""
NEW_LIFE = """\
本月召开（开展）{本月会议}。
否则：本月还没有登记组织生活。
主要内容：{会议主题}。
组织培训{本月培训}次，参加人员合计{培训学时}学时。
当月应交党费{应交党费}元，实交{实交党费}元。
{党费情况}。
否则：足额交纳{足额人数}人，尚未足额交纳{未足额人数}人。"""
CHECKS = (
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


def give(apps, schema_editor):
    """Campaigns that run get the checks; a wording somebody has edited stays as it is."""
    sections = apps.get_model("reports", "ReportSection").objects
    checks = apps.get_model("reports", "FigureCheck").objects
    sections.filter(key="life", draft=OLD_LIFE).update(draft=NEW_LIFE)
    for campaign in sections.order_by().values_list("campaign", flat=True).distinct():
        for key, fails, sentence in CHECKS:
            checks.get_or_create(
                campaign_id=campaign, key=key, fails=fails, defaults={"sentence": sentence}
            )


def take(apps, schema_editor):
    sections = apps.get_model("reports", "ReportSection").objects
    sections.filter(key="life", draft=NEW_LIFE).update(draft=OLD_LIFE)


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0014_month_ends_and_counts"),
        ("tasks", "0001_squashed_0018_scores"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=30, verbose_name="数据代码")),
                (
                    "fails",
                    models.CharField(
                        choices=[
                            ("none", "数据为零"),
                            ("no_whole", "总数为零"),
                            ("all", "等于总数"),
                        ],
                        max_length=10,
                        verbose_name="何时不能报送",
                    ),
                ),
                (
                    "sentence",
                    models.CharField(
                        help_text="说明缺什么、到哪里去办。", max_length=200, verbose_name="提示"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figure_checks",
                        to="tasks.campaign",
                        verbose_name="年度活动",
                    ),
                ),
            ],
            options={
                "verbose_name": "月报数据核对",
                "verbose_name_plural": "月报数据核对",
                "ordering": ["campaign", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "key", "fails"), name="one_check_of_a_figure"
                    )
                ],
            },
        ),
        migrations.RunPython(give, take),
    ]
