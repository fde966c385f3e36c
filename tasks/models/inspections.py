"""Inspections (督查抽查): the plan, who goes, and the draws that say where.

Source: 工作方案 五(二) (工委定期检查；第三方随机检查、抽查). Spot checks go straight to the branch, so the
population of a draw is branches; what the draw was made of is kept for ever.
"""

from datetime import UTC

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from branches.models import Organization
from branches.querysets import within
from branches.roles import COMMITTEE_ROLES, SEEING_ROLES, Role
from branchyear.lib.crypto import EncryptedText
from branchyear.lib.routes import path_to
from tasks import drawing
from tasks.models.campaign import Campaign, ChecklistItem

# Who reads all of an inspection when holding one of these at the organisation that runs it, or above.
WATCHING_ROLES = frozenset({Role.ORG_REVIEWER, Role.CITY_DEPARTMENT}) | COMMITTEE_ROLES
# Who learns of it from below. An inspector's sight is his visits, nothing else.
BELOW_ROLES = SEEING_ROLES - {Role.INSPECTOR}


def sights(user):
    """``(over, below, inspected)``: paths from which this person runs, undergoes and makes inspections."""
    from branches.scope import scope_of  # scope reads models, which need this module

    scope = scope_of(user)
    return tuple(
        [o.path for o in scope.organizations(roles)]
        for roles in (WATCHING_ROLES, BELOW_ROLES, {Role.INSPECTOR})
    )


class InspectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those over it, all; the inspector, what holds a visit of his; those below, an announced one from
        its publication, an unannounced one from the first visit to a branch of theirs, any once it is over."""
        from tasks.models.visits import Visit  # visits hang on inspections

        over, below, inspected = sights(user)
        mine = Visit.objects.filter(inspection=OuterRef("pk"))
        steps = Organization.steplen
        above = {p[:end] for p in below for end in range(steps, len(p) + 1, steps)}
        known = (
            Q(announced=True)
            | Q(state=Inspection.State.ENDED)
            | Exists(mine.filter(within(below, "branch__path"), started_at__isnull=False))
        )
        concerned = Q(scope__path__in=above) | within(below, "scope__path")
        undergone = (
            Q(organization__path__in=above) & concerned & known & ~Q(state=Inspection.State.DRAFT)
        )
        made = Exists(mine.filter(within(inspected, "branch__path"), inspector=user.pk))
        return self.filter(within(over, "organization__path") | undergone | made)


class Inspection(models.Model):
    """One inspection as planned: where, when, what is looked at, how the branches are drawn."""

    class Kind(models.TextChoices):
        SUPERVISION = "supervision", "督查"
        SPOT = "spot", "抽查"
        THIRD_PARTY = "third_party", "第三方随机检查"

    class State(models.TextChoices):
        DRAFT = "draft", "起草"
        PUBLISHED = "published", "已公布"
        RUNNING = "running", "进行中"
        ENDED = "ended", "已结束"

    # Back to DRAFT: the draw (or what was published for it) is declared void, with a reason that stays.
    MOVES = {
        State.DRAFT: {State.PUBLISHED},
        State.PUBLISHED: {State.RUNNING, State.DRAFT},
        State.RUNNING: {State.ENDED, State.DRAFT},
        State.ENDED: set(),
    }

    class Strata(models.TextChoices):
        DIRECT = "direct", "按直属党组织分层"
        TYPE = "type", "按支部类型分层"
        NONE = "none", "不分层"

    class Measure(models.TextChoices):
        NUMBER = "number", "每层抽取数量（个）"
        PERCENT = "percent", "每层抽取比例（%）"

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="inspections", verbose_name="年度活动"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="inspections", verbose_name="组织单位"
    )
    scope = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="检查范围"
    )
    title = models.CharField("名称", max_length=100)
    kind = models.CharField("检查类型", max_length=12, choices=Kind.choices)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    methods = models.CharField("检查方式", max_length=100, blank=True)
    demands = models.TextField("检查要求", max_length=1000, blank=True)
    announced = models.BooleanField(
        "事先通知", default=False, help_text="不事先通知的，到支部开始检查时才告知支部和上级。"
    )
    strata_by = models.CharField(
        "分层", max_length=8, choices=Strata.choices, default=Strata.DIRECT
    )
    measure = models.CharField(
        "抽取方式", max_length=8, choices=Measure.choices, default=Measure.PERCENT
    )
    amount = models.PositiveSmallIntegerField("数量或比例", default=5)
    items = models.ManyToManyField(
        ChecklistItem, related_name="inspections", blank=True, verbose_name="检查内容"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.DRAFT)
    summary = models.TextField("总体情况", max_length=2000, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="起草人"
    )
    created_at = models.DateTimeField("起草时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "督查抽查"
        verbose_name_plural = "督查抽查"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="inspection_ends_after_it_starts",
                violation_error_message="结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=1) & (Q(measure="number") | Q(amount__lte=100)),
                name="an_inspection_draws_something",
                violation_error_message="每层至少抽取1个，比例最多100%。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return path_to("tasks:inspection", self.pk)

    @property
    def amount_words(self):
        each = "抽取" if self.strata_by == self.Strata.NONE else "每层抽取"
        if self.measure == self.Measure.PERCENT:
            return f"{each}{self.amount}%，至少1个"
        return f"{each}{self.amount}个"

    @property
    def draw(self):
        """The draw that counts, or None; the voided ones stay beside it."""
        return next((d for d in self.draws.all() if d.voided_at is None), None)


class Exclusion(models.Model):
    """A branch that is left out of the population, and why."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="exclusions")
    branch = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", verbose_name="党支部"
    )
    reason = models.CharField("理由", max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "不列入抽取的支部"
        verbose_name_plural = "不列入抽取的支部"
        ordering = ["branch__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "branch"], name="a_branch_is_left_out_once"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="leaving_out_has_a_reason",
                violation_error_message="请写明不列入抽取的理由。",
            ),
        ]

    def __str__(self):
        return f"{self.branch}（{self.reason}）"


class TeamQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who goes out is known to those over the inspection alone: a branch is not to know whom to expect."""
        over, _, _ = sights(user)
        return self.filter(within(over, "inspection__organization__path"))


class TeamMember(models.Model):
    """Who goes out (检查人员), and until which day he sees the branches drawn for him."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="检查人员"
    )
    unit = models.CharField("所在单位", max_length=100, blank=True)
    until = models.DateField("权限至")
    added_at = models.DateTimeField("加入时间")
    left_at = models.DateTimeField("退出时间", null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = "检查人员"
        verbose_name_plural = "检查人员"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "user"],
                condition=Q(left_at=None),
                name="a_person_is_in_a_team_once",
                violation_error_message="该人员已在检查组中。",
            )
        ]

    def __str__(self):
        return f"{self.user}"


class Draw(models.Model):
    """One committed draw: what was fixed and published, then the seed and what it gave.

    Nothing of it is changed afterwards; a second draw is a row of its own, and this one says why it is void.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField("第几次")
    algorithm = models.CharField("算法", max_length=40)
    population = models.JSONField("总体名单")
    population_sha256 = models.CharField("总体名单校验值", max_length=64)
    strata = models.JSONField("分层")
    size = models.PositiveIntegerField("抽取数")
    seed = EncryptedText("种子")  # nobody reads it before it is opened
    commitment = models.CharField("公布的校验值", max_length=64)
    published_at = models.DateTimeField("公布时间")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="公布人"
    )
    published_by_name = models.CharField("公布人", max_length=100)
    sample = models.JSONField("抽取结果", null=True, blank=True)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="抽取人",
    )  # fmt: skip
    drawn_by_name = models.CharField("抽取人", max_length=100, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by_name = models.CharField("作废人", max_length=100, blank=True)
    void_reason = models.CharField("作废理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "随机抽取"
        verbose_name_plural = "随机抽取"
        ordering = ["inspection", "number"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="one_draw_of_a_number"),
            models.UniqueConstraint(
                fields=["inspection"],
                condition=Q(voided_at=None),
                name="one_draw_counts",
                violation_error_message="本次检查已有有效的抽取。",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None) | Q(drawn_at__gt=F("published_at")),
                name="the_hash_is_older_than_the_draw",
                violation_error_message="校验值须先公布，再抽取。",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""),
                name="a_void_draw_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.inspection} 第{self.number}次抽取"

    def get_absolute_url(self):
        return path_to("tasks:draw", self.pk)

    @property
    def is_open(self):
        """Whether the seed may be seen: drawn, or given up."""
        return self.drawn_at is not None or self.voided_at is not None

    def document(self):
        """All that is needed to do it again, as it is downloaded; without the seed until it is opened."""
        told = {
            "format": drawing.FORMAT,
            "inspection": self.inspection.title,
            "number": self.number,
            "algorithm": self.algorithm,
            "population": self.population,
            "population_sha256": self.population_sha256,
            "strata": self.strata,
            "size": self.size,
            "commitment": self.commitment,
            "published_at": _moment(self.published_at),
            "published_by": self.published_by_name,
        }
        if self.is_open:
            told["seed"] = self.seed
        if self.drawn_at is not None:
            told |= {
                "sample": self.sample,
                "drawn_at": _moment(self.drawn_at),
                "drawn_by": self.drawn_by_name,
            }
        if self.voided_at is not None:
            told |= {"voided_at": _moment(self.voided_at), "void_reason": self.void_reason}
        return told


def _moment(value):
    return value.astimezone(UTC).isoformat()
