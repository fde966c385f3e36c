"""通报: drafted from the month's numbers, edited in words, published to organisations, kept as it was."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Organization
from branches.querysets import within
from branches.roles import COMMITTEE_ROLES
from branches.scope import scope_of
from branchyear.lib.routes import path_to
from tasks.models import Campaign


class BulletinQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A draft is the committee's; a published one is read by those it went to, and by those above it."""
        scope = scope_of(user)
        steps = Organization.steplen
        own = {p[:end] for p in scope.seen_paths for end in range(steps, len(p) + 1, steps)}
        upper = {p[:end] for p in scope.seen_paths if len(p) <= steps * Organization.DIRECT_DEPTH
                 for end in range(steps, len(p) + 1, steps)}  # fmt: skip
        published = Q(state=Bulletin.State.PUBLISHED) & (
            within(scope.seen_paths, "organization__path")
            | Q(organization__path__in=own, audience=Bulletin.Audience.ALL)
            | Q(organization__path__in=upper)
        )
        kept = [o.path for role, o in scope.offices if role in COMMITTEE_ROLES]
        return self.filter(published | Q(organization__path__in=kept))


class Bulletin(models.Model):
    """One 通报 of the working committee. ``figures`` are the numbers it was drafted from, each with its
    denominator and list; ``parts`` its words. Published, nothing of it changes any more."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        PUBLISHED = "published", "已发布"

    MOVES = {State.DRAFT: {State.PUBLISHED}, State.PUBLISHED: set()}

    class Audience(models.TextChoices):
        DIRECT = "direct", "各直属党组织"
        ALL = "all", "各直属党组织、党支部"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="bulletins", verbose_name="印发单位"
    )
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="bulletins")
    number = models.PositiveIntegerField("期号")
    month = models.CharField("月份", max_length=7)
    title = models.CharField("标题", max_length=100)
    audience = models.CharField(
        "发至", max_length=10, choices=Audience.choices, default=Audience.DIRECT
    )
    figures = models.JSONField("数据", default=list)
    parts = models.JSONField("内容", default=list)
    practices = models.JSONField("经验做法", default=list, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="起草人"
    )
    drafted_at = models.DateTimeField("起草时间")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="签发人",
    )  # fmt: skip
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    seal = models.CharField("校验值", max_length=64, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "通报"
        verbose_name_plural = "通报"
        ordering = ["-campaign__year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "campaign", "number"], name="one_bulletin_of_a_number"
            )
        ]

    def __str__(self):
        return f"{self.campaign.year}年第{self.number}期通报"

    def get_absolute_url(self):
        return path_to("reports:bulletin", self.pk)

    @property
    def is_published(self):
        return self.state == self.State.PUBLISHED
