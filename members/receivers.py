"""What the roll does when the organisations change."""

from django.dispatch import receiver

from branches.models import Kind
from branches.signals import organization_closed, organization_merged, organization_moved
from branchyear.lib.errors import Refused
from branchyear.outbox.signals import job_buried
from members.models import Member, RosterUpload
from members.services import absences, admissions, imports, posts, roster, transfers


@receiver(organization_merged, dispatch_uid="members-merged")
def merged(sender, organization, into, on, by, **kwargs):
    roster.take_over(organization, into=into, on=on, by=by)
    for noun in (transfers, absences, admissions):
        noun.take_over(organization, into=into)


@receiver(organization_closed, dispatch_uid="members-closed")
def closed(sender, organization, on, by, **kwargs):
    left = roster.roll_of(organization)
    if left:
        raise Refused(f"“{organization}”还有{left}名在册党员，请先办理组织关系转接或合并。")
    if transfers.pending_at(organization):
        raise Refused(f"“{organization}”还有待接收的组织关系介绍信，请先接收或退回。")
    if organization.kind == Kind.GROUP:
        left = Member.objects.counted().filter(group=organization).count()
        if left:
            raise Refused(f"“{organization}”还有{left}名党员，请先调整到其他党小组。")
    posts.end_all(organization, on=on, by=by)


@receiver(organization_moved, dispatch_uid="members-moved")
def moved(sender, organization, **kwargs):
    if organization.kind == Kind.GROUP:
        roster.follow_group(organization)


@receiver(job_buried, dispatch_uid="members-roster-given-up")
def tell_whose_roster_was_given_up(sender, job, **kwargs):
    upload = RosterUpload.objects.filter(pk=job.payload.get("roster_upload")).first()
    if upload and job.kind in {"members.check_roster", "members.save_roster"}:
        imports.fail(upload, imports.GIVEN_UP)
