"""Posts in the Party (党内职务): seats of an elected body and leaders of Party groups."""

from django.db import models
from django.db.models import F, Q

from branches.models import Organization, Term
from branches.querysets import LedgerQuerySet
from members.models.member import Member


class Post(models.TextChoices):
    SECRETARY = "secretary", "支部书记"
    DEPUTY_SECRETARY = "deputy_secretary", "副书记"
    ORGANIZATION_OFFICER = "organization_officer", "组织委员"
    PUBLICITY_OFFICER = "publicity_officer", "宣传委员"
    DISCIPLINE_OFFICER = "discipline_officer", "纪检委员"
    OFFICER = "officer", "委员"
    GROUP_LEADER = "group_leader", "党小组组长"


# Seats of the branch committee; a group leader is not one of them.
COMMITTEE_POSTS = frozenset(set(Post) - {Post.GROUP_LEADER})


class PostHeld(models.Model):
    """A member holds a post at an organisation (a branch, a Party group …) from a day to a day.

    This is who *is* secretary or officer by election; who may *use the portal* for the branch is an
    ``Appointment``. ``Member.party_post`` repeats the posts in force, for lists.
    """

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="posts_held", verbose_name="党员"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="posts_held", verbose_name="党组织"
    )
    term = models.ForeignKey(
        Term, models.PROTECT, null=True, blank=True, related_name="posts_held", verbose_name="届次"
    )
    post = models.CharField("党内职务", max_length=20, choices=Post.choices)
    duties = models.CharField("分工", max_length=200, blank=True)
    votes = models.PositiveIntegerField("得票数", null=True, blank=True)
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("免职日期", null=True, blank=True)
    document_no = models.CharField("批复(备案)文号", max_length=60, blank=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "党内任职"
        verbose_name_plural = "党内任职"
        ordering = ["organization__path", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="post_ends_after_it_starts",
                violation_error_message="免职日期不能早于任职日期。",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(ends_on=None, post="secretary"),
                name="one_secretary_at_a_time",
                violation_error_message="该党组织已有在任书记，请先办理免职。",
            ),
            models.UniqueConstraint(
                fields=["member", "organization", "post"],
                condition=Q(ends_on=None),
                name="one_post_of_a_kind_at_a_time",
                violation_error_message="该党员已担任此职务。",
            ),
        ]
        indexes = [models.Index(fields=["organization", "ends_on"], name="posts_in_force")]

    def __str__(self):
        return f"{self.member} {self.get_post_display()}"
