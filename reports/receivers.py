"""What happens below, answered here in three lines each."""

from django.dispatch import receiver

from branchyear.audit.signals import recorded
from branchyear.outbox.signals import job_buried
from reports.models import Export
from reports.services import attachments, exports, periods, rollups, sections
from tasks.signals import campaign_opened, evidence_replaced


@receiver(campaign_opened)
def give_the_campaign_its_report_rules(sender, campaign, **kwargs):
    periods.set_up(campaign)
    sections.set_up_checks(campaign)


@receiver(job_buried)
def tell_the_person_whose_ledger_was_given_up(sender, job, **kwargs):
    if not job.kind.startswith("reports."):
        return
    part = {"parts__pk": job.payload["part"]} if "part" in job.payload else {}
    wanted = part or {"pk": job.payload.get("export")}
    export = Export.objects.filter(**wanted).first()
    if export:
        exports.fail(export, exports.GIVEN_UP)


@receiver(evidence_replaced)
def let_the_newer_file_go_with_reports(sender, old, new, **kwargs):
    attachments.follow_revision(old, new)


@receiver(recorded, dispatch_uid="reports-count-again")
def acted(sender, organizations, verbs, **kwargs):
    rollups.touched(organizations, verbs)


@receiver(job_buried, dispatch_uid="reports-count-given-up")
def count_live_when_counting_was_given_up(sender, job, **kwargs):
    if job.kind in (rollups.ONE, rollups.ALL):
        rollups.switch_off()
