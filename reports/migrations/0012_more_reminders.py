"""Elections, conversions and what waits too long with reviewers are reminded of; running campaigns get the days."""

import django.core.validators
from django.db import migrations, models


NEW_POLICIES = {
    "term": ((180, 90, 30, -1), -7),
    "probation": ((30, 7, -1), -7),
    "review": ((-1, -3), -5),
}


def give(apps, schema_editor):
    policies = apps.get_model("reports", "ReminderPolicy").objects
    for campaign in policies.order_by().values_list("campaign", flat=True).distinct():
        for matter, (days, above) in NEW_POLICIES.items():
            for before, to_above in (*((day, False) for day in days), (above, True)):
                policies.get_or_create(
                    campaign_id=campaign,
                    matter=matter,
                    tier="branch",
                    days_before=before,
                    to_above=to_above,
                )


def take(apps, schema_editor):
    for model in ("Reminder", "ReminderPolicy"):
        apps.get_model("reports", model).objects.filter(matter__in=NEW_POLICIES).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0011_export_centre"),
    ]

    operations = [
        migrations.AlterField(
            model_name="reminder",
            name="matter",
            field=models.CharField(
                choices=[
                    ("report", "月报"),
                    ("items", "检查条目"),
                    ("problem", "问题整改"),
                    ("term", "换届"),
                    ("probation", "转正"),
                    ("review", "审核时限"),
                ],
                default="report",
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.AlterField(
            model_name="reminderpolicy",
            name="days_before",
            field=models.SmallIntegerField(
                help_text="0 为当日，负数为逾期后天数。逢休息日，到期前的提到上一个工作日，逾期后的顺延。",
                validators=[
                    django.core.validators.MinValueValidator(-30),
                    django.core.validators.MaxValueValidator(200),
                ],
                verbose_name="提前天数",
            ),
        ),
        migrations.AlterField(
            model_name="reminderpolicy",
            name="matter",
            field=models.CharField(
                choices=[
                    ("report", "月报"),
                    ("items", "检查条目"),
                    ("problem", "问题整改"),
                    ("term", "换届"),
                    ("probation", "转正"),
                    ("review", "审核时限"),
                ],
                default="report",
                max_length=10,
                verbose_name="事项",
            ),
        ),
        migrations.RunPython(give, take),
    ]
