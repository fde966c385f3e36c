from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations, models


def fill(apps, schema_editor):
    """Midnight in China after the due day, for periods that were open already."""
    for period in apps.get_model("reports", "Period").objects.filter(due_before=None):
        moment = datetime.combine(
            period.due_on + timedelta(days=1), time.min, tzinfo=ZoneInfo("Asia/Shanghai")
        )
        type(period).objects.filter(pk=period.pk).update(due_before=moment)


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="period",
            name="due_before",
            field=models.DateTimeField(
                editable=False,
                help_text="报送期限次日零时(北京时间)。",
                null=True,
                verbose_name="此刻起为逾期",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="period",
            name="due_before",
            field=models.DateTimeField(
                editable=False,
                help_text="报送期限次日零时(北京时间)。",
                verbose_name="此刻起为逾期",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_day__lte", models.F("day"))),
                name="report_rule_opens_before_it_is_due",
                violation_error_message="开始填报的日期不能晚于报送期限。",
            ),
        ),
    ]
