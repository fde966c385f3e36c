"""Scores (量化评分): a round, the score of each organisation in it, its lines, and appeals.

Organisations only, never persons. Facts come from what was reviewed; three columns are kept apart: 自评 what
the organisation says, 审核 what was reviewed above, 抽查 what inspections took away.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Organization
from branches.querysets import OrganizationOwnedQuerySet, owned_through
from branchyear.lib.routes import path_to
from tasks.models.campaign import Campaign
from tasks.models.evidence import Evidence
from tasks.models.rubrics import Rubric, RubricLine

POINTS = {"max_digits": 7, "decimal_places": 2}


class ScoreRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Whoever sees an organisation knows which rounds there are; a score is its organisation's."""
        from branches.scope import scope_of  # scope reads models, which need this module

        return self.all() if scope_of(user).seen_paths else self.none()


class ScoreRound(models.Model):
    """One assessment (一次考核): which facts, by which rubric, until when; frozen once, then appealed."""

    class State(models.TextChoices):
        OPEN = "open", "自评审核中"
        FREEZING = "freezing", "定格中"
        FROZEN = "frozen", "已定格"
        FINAL = "final", "已公布"

    MOVES = {
        State.OPEN: {State.FREEZING},
        State.FREEZING: {State.FREEZING, State.FROZEN},  # asked for again when the job was given up
        State.FROZEN: {State.FINAL},
        State.FINAL: set(),
    }

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="score_rounds", verbose_name="年度活动"
    )
    rubric = models.ForeignKey(
        Rubric, models.PROTECT, related_name="rounds", verbose_name="评分办法"
    )
    name = models.CharField("名称", max_length=40)
    starts_on = models.DateField("起")
    ends_on = models.DateField("止", help_text="考核期内到期的事项计入。")
    self_until = models.DateField("自评截止")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="发起人"
    )
    opened_at = models.DateTimeField("发起时间")
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="定格人",
    )  # fmt: skip
    frozen_at = models.DateTimeField("定格时间", null=True, blank=True)
    # The job that freezes: which attempt, how many of how many organisations.
    freezing_run = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    freezing_done = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    freezing_total = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    appeals_until = models.DateField("申诉截止", null=True, blank=True)
    finished_at = models.DateTimeField("公布时间", null=True, blank=True)
    digest = models.CharField("定格校验值", max_length=64, blank=True)

    objects = ScoreRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "考核"
        verbose_name_plural = "考核"
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "name"],
                name="one_score_round_of_a_name",
                violation_error_message="本年度已有同名的考核。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="score_round_ends_after_it_starts",
                violation_error_message="考核期的止日不能早于起日。",
            ),
        ]

    def __str__(self):
        return f"{self.campaign.year}年{self.name}考核"

    def get_absolute_url(self):
        return f"{path_to('tasks:scores')}?round={self.pk}"

    @property
    def is_frozen(self):
        return self.state in (self.State.FROZEN, self.State.FINAL)

    def takes_appeals(self, day):
        """Within the window, both days included."""
        return self.state == self.State.FROZEN and day <= self.appeals_until


# The levels that are compared with one another.
LEVELS = {
    "direct": Q(organization__depth=Organization.DIRECT_DEPTH),
    "branch": Q(organization__kind="branch"),
}


class ScoreQuerySet(OrganizationOwnedQuerySet):
    def of_level(self, level):
        """``direct``: the directly affiliated organisations; ``branch``: the branches."""
        return self.filter(LEVELS[level])


class Score(models.Model):
    """The score of one organisation in one round. The numbers are empty until the round is frozen.

    ``frozen_total`` never changes; ``total`` differs from it by granted appeals only.
    """

    round = models.ForeignKey(
        ScoreRound, models.PROTECT, related_name="scores", verbose_name="考核"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="scores", verbose_name="党组织"
    )
    self_total = models.DecimalField("自评", null=True, blank=True, **POINTS)
    checked_total = models.DecimalField("审核", null=True, blank=True, **POINTS)
    spot_total = models.DecimalField("抽查核减", null=True, blank=True, **POINTS)
    frozen_total = models.DecimalField("定格得分", null=True, blank=True, **POINTS)
    frozen_band = models.CharField("定格等次", max_length=20, blank=True)
    total = models.DecimalField("得分", null=True, blank=True, **POINTS)
    band = models.CharField("等次", max_length=20, blank=True)
    digest = models.CharField("校验值", max_length=64, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = "考核得分"
        verbose_name_plural = "考核得分"
        ordering = ["organization__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organization"], name="one_score_per_round_and_organization"
            )
        ]

    def __str__(self):
        return f"{self.organization}{self.round}"

    def get_absolute_url(self):
        return path_to("tasks:score", self.pk)

    @property
    def is_frozen(self):
        return self.frozen_total is not None


class ScoreJudgement(models.Model):
    """A line that asks for judgement: what the organisation gives itself, and what those above give it."""

    score = models.ForeignKey(Score, models.CASCADE, related_name="judgements")
    line = models.ForeignKey(RubricLine, models.PROTECT, related_name="+", verbose_name="评分项")
    self_points = models.DecimalField("自评分", null=True, blank=True, **POINTS)
    self_reason = models.CharField("自评理由", max_length=500, blank=True)
    self_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="自评人",
    )  # fmt: skip
    self_at = models.DateTimeField("自评时间", null=True, blank=True)
    checked_points = models.DecimalField("审核分", null=True, blank=True, **POINTS)
    checked_reason = models.CharField("审核意见", max_length=500, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="审核人",
    )  # fmt: skip
    checked_at = models.DateTimeField("审核时间", null=True, blank=True)

    objects = owned_through("score__organization")

    class Meta:
        verbose_name = "评议项得分"
        verbose_name_plural = "评议项得分"
        ordering = ["score", "line"]
        constraints = [
            models.UniqueConstraint(fields=["score", "line"], name="a_line_is_judged_once")
        ]

    def __str__(self):
        return f"{self.score} {self.line}"


class ScoreLine(models.Model):
    """One line of a frozen score: the facts as they were, and the points made of them.

    Everything that the arithmetic needs is here, so that it can be done again years later:
    ``counted`` of ``facts`` (how many), ``numerator`` of ``denominator`` (by their own points), and the
    digest of which facts they were.
    """

    score = models.ForeignKey(Score, models.CASCADE, related_name="lines", verbose_name="考核得分")
    line = models.ForeignKey(RubricLine, models.PROTECT, related_name="+", verbose_name="评分项")
    counted = models.PositiveIntegerField("件数", default=0)
    claimed = models.PositiveIntegerField("自报件数", default=0)
    facts = models.PositiveIntegerField("总件数", default=0)
    numerator = models.DecimalField("分子", max_digits=12, decimal_places=2, default=0)
    claimed_numerator = models.DecimalField("自报分子", max_digits=12, decimal_places=2, default=0)
    denominator = models.DecimalField("分母", max_digits=12, decimal_places=2, default=0)
    spot_failed = models.PositiveIntegerField("抽查不符", default=0)
    spot_facts = models.PositiveIntegerField("抽查件数", default=0)
    facts_digest = models.CharField("事实校验值", max_length=64, blank=True)
    reviewer = models.CharField("审核人", max_length=200, blank=True)
    self_points = models.DecimalField("自评分", null=True, blank=True, **POINTS)
    checked_points = models.DecimalField("审核分", null=True, blank=True, **POINTS)
    spot_points = models.DecimalField("抽查核减", null=True, blank=True, **POINTS)
    points = models.DecimalField("得分", null=True, blank=True, **POINTS)
    appealed = models.DecimalField("申诉调整", default=0, **POINTS)
    is_lifted = models.BooleanField("申诉后不再适用", default=False)

    objects = owned_through("score__organization")

    class Meta:
        verbose_name = "得分明细"
        verbose_name_plural = "得分明细"
        ordering = ["score", "line__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["score", "line"], name="a_line_is_scored_once")
        ]

    def __str__(self):
        return f"{self.score} {self.line}"


class ScoreAppeal(models.Model):
    """The scored organisation says that a line is wrong (申诉); the working committee answers (复核)."""

    class State(models.TextChoices):
        ASKED = "asked", "待复核"
        GRANTED = "granted", "予以调整"
        REFUSED = "refused", "维持原分"
        WITHDRAWN = "withdrawn", "已撤回"

    MOVES = {
        State.ASKED: {State.GRANTED, State.REFUSED, State.WITHDRAWN},
        State.GRANTED: set(),
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
    }

    line = models.ForeignKey(
        ScoreLine, models.CASCADE, related_name="appeals", verbose_name="得分明细"
    )
    reason = models.CharField("申诉理由", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.ASKED)
    change = models.DecimalField("调整分", default=0, **POINTS)
    answer = models.CharField("复核意见", max_length=500, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="申诉人"
    )
    asked_at = models.DateTimeField("申诉时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="复核人",
    )  # fmt: skip
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)

    objects = owned_through("line__score__organization")

    class Meta:
        verbose_name = "申诉"
        verbose_name_plural = "申诉"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state="asked"),
                name="one_appeal_of_a_line_at_a_time",
                violation_error_message="该项已有待复核的申诉。",
            )
        ]

    def __str__(self):
        return f"{self.line} 申诉"


class AppealEvidence(models.Model):
    """This file of the organisation's library shows that the appeal is right."""

    appeal = models.ForeignKey(
        ScoreAppeal, models.CASCADE, related_name="evidence_links", verbose_name="申诉"
    )
    evidence = models.ForeignKey(
        Evidence, models.PROTECT, related_name="appeal_links", verbose_name="材料"
    )
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="关联人"
    )
    attached_at = models.DateTimeField("关联时间")

    objects = owned_through("appeal__line__score__organization")

    class Meta:
        verbose_name = "申诉附件"
        verbose_name_plural = "申诉附件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "evidence"], name="a_file_goes_with_an_appeal_once"
            )
        ]

    def __str__(self):
        return f"{self.appeal} {self.evidence}"
