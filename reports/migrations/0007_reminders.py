"""The reminder ledger: what of, about whom, which notice; policies for items, problems and those above."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat

NEW_POLICIES = (
    ("report", "branch", True, -3),
    ("report", "direct", True, -3),
    ("items", "branch", False, 7),
    ("items", "branch", False, 1),
    ("items", "branch", False, -1),
    ("items", "branch", True, -7),
    ("problem", "branch", False, 7),
    ("problem", "branch", False, 1),
    ("problem", "branch", False, -1),
    ("problem", "branch", True, -7),
)


def fill(apps, schema_editor):
    """What the old rows were about stands in their report; running campaigns get the new policies."""
    reminders = apps.get_model("reports", "Reminder")
    reports = apps.get_model("reports", "MonthlyReport").objects.filter(pk=OuterRef("report"))
    reminders.objects.filter(subject="").update(
        subject=Concat(Value("report:"), Cast("report_id", models.CharField(max_length=20))),
        organization_id=Subquery(reports.values("organization")[:1]),
        due_on=Subquery(reports.values("period__due_on")[:1]),
    )
    policies = apps.get_model("reports", "ReminderPolicy")
    for campaign in policies.objects.order_by().values_list("campaign", flat=True).distinct():
        apps.get_model("reports", "UrgingRule").objects.get_or_create(campaign_id=campaign)
        for matter, tier, to_above, days in NEW_POLICIES:
            policies.objects.get_or_create(
                campaign_id=campaign,
                matter=matter,
                tier=tier,
                to_above=to_above,
                days_before=days,
            )
    if schema_editor.connection.vendor == "postgresql":
        # The columns are made compulsory below; PostgreSQL wants the foreign keys checked before that.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def forget(apps, schema_editor):
    """Back: what is not about a report, or not for its people, has no place in the old tables."""
    apps.get_model("reports", "Reminder").objects.filter(report=None).delete()
    policies = apps.get_model("reports", "ReminderPolicy").objects
    policies.exclude(matter="report", to_above=False).delete()


MATTER = models.CharField(
    choices=[("report", "月报"), ("items", "检查条目"), ("problem", "问题整改")],
    default="report",
    max_length=10,
    verbose_name="事项",
)


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0003_handovers"),
        ("notifications", "0001_initial"),
        ("reports", "0006_due_days_at_rest"),
        ("tasks", "0011_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UrgingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
            options={"verbose_name": "催办间隔", "verbose_name_plural": "催办间隔"},
        ),
        migrations.RemoveConstraint("reminderpolicy", "one_policy_per_tier_and_day"),
        migrations.RemoveConstraint("reminder", "one_reminder_per_occasion"),
        migrations.AlterModelOptions(
            "reminderpolicy",
            {
                "ordering": ["campaign", "matter", "tier", "to_above", "-days_before"],
                "verbose_name": "提醒策略",
                "verbose_name_plural": "提醒策略",
            },
        ),
        migrations.AddField("reminderpolicy", "matter", MATTER.clone()),
        migrations.AddField(
            "reminderpolicy",
            "to_above",
            models.BooleanField(
                default=False,
                help_text="勾选后提醒上一级负责接收、审核的人，用于逾期后上报。",
                verbose_name="提醒上级",
            ),
        ),
        migrations.AlterField(
            "reminderpolicy",
            "days_before",
            models.SmallIntegerField(
                help_text=(
                    "0 为当日，负数为逾期后天数。逢休息日，到期前的提到上一个工作日，逾期后的顺延。"
                ),
                validators=[
                    django.core.validators.MinValueValidator(-30),
                    django.core.validators.MaxValueValidator(30),
                ],
                verbose_name="提前天数",
            ),
        ),
        migrations.AddField("reminder", "matter", MATTER.clone()),
        migrations.AddField(
            "reminder",
            "subject",
            models.CharField(default="", editable=False, max_length=40),
            preserve_default=False,
        ),
        migrations.AddField(
            "reminder",
            "organization",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="branches.organization",
                verbose_name="党组织",
            ),
        ),
        migrations.AddField("reminder", "due_on", models.DateField(null=True, verbose_name="期限")),
        migrations.AddField(
            "reminder",
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
        migrations.AddField(
            "reminder",
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
        migrations.AddField(
            "reminder",
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
        migrations.AlterField(
            "reminder",
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
        migrations.RunPython(fill, forget),
        migrations.AlterField(
            "reminder",
            "organization",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="branches.organization",
                verbose_name="党组织",
            ),
        ),
        migrations.AlterField("reminder", "due_on", models.DateField(verbose_name="期限")),
        migrations.AddConstraint(
            "reminderpolicy",
            models.UniqueConstraint(
                fields=("campaign", "matter", "tier", "to_above", "days_before"),
                name="one_policy_per_matter_tier_and_day",
                violation_error_message="这个事项、层级和时点的提醒策略已经有了。",
            ),
        ),
        migrations.AddConstraint(
            "reminderpolicy",
            models.CheckConstraint(
                condition=Q(to_above=False) | Q(days_before__lt=0),
                name="those_above_are_told_of_what_is_overdue",
                violation_error_message="提醒上级只用于逾期以后，提前天数请填负数。",
            ),
        ),
        migrations.AddConstraint(
            "reminder",
            models.UniqueConstraint(
                fields=("subject", "due_on", "recipient", "occasion"),
                name="one_reminder_per_occasion",
            ),
        ),
        migrations.AddIndex("reminder", models.Index(fields=["sent_at"], name="reminders_by_time")),
    ]
