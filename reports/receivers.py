"""What happens below, answered here in three lines each."""

from django.dispatch import receiver

from reports.services import periods
from tasks.signals import campaign_opened


@receiver(campaign_opened)
def give_the_campaign_its_report_rules(sender, campaign, **kwargs):
    periods.set_up(campaign)
