"""Admission of new members (发展党员): five stages, 25 steps, as data.

Source: 中国共产党发展党员工作细则 (2014). Step lists differ by place, so the steps are rows that an
administrator edits.
"""

from django.conf import settings
from django.db import models

from branches.models import Organization
from branches.querysets import LedgerQuerySet, ledger_through
from branchyear.lib.crypto import EncryptedText, mask_id_number
from branchyear.lib.routes import path_to
from members.models.member import Member, Sex


class AdmissionStage(models.TextChoices):
    APPLICANT = "applicant", "申请入党"
    ACTIVIST = "activist", "入党积极分子的确定和培养教育"
    TARGET = "target", "发展对象的确定和考察"
    PROBATIONARY = "probationary", "预备党员的接收"
    CONVERSION = "conversion", "预备党员的教育考察和转正"


class AdmissionStep(models.Model):
    """One of the steps on the way into the Party, with its limits.

    ``not_before``, ``not_after`` and ``at_most`` are months counted from the step with the number
    ``counted_from``; ``min_days`` or ``min_hours`` (either will do) is how long the step itself takes.
    """

    number = models.PositiveSmallIntegerField("序号", unique=True)
    code = models.SlugField("代码", max_length=40, unique=True)
    stage = models.CharField("阶段", max_length=20, choices=AdmissionStage.choices)
    name = models.CharField("步骤", max_length=60)
    is_required = models.BooleanField("必经", default=True)
    counted_from = models.PositiveSmallIntegerField("自第几步起算", null=True, blank=True)
    not_before = models.PositiveSmallIntegerField("不早于(月)", null=True, blank=True)
    not_after = models.PositiveSmallIntegerField("一般不迟于(月)", null=True, blank=True)
    at_most = models.PositiveSmallIntegerField("最迟不超过(月)", null=True, blank=True)
    min_days = models.PositiveSmallIntegerField("不少于(天)", null=True, blank=True)
    min_hours = models.PositiveSmallIntegerField("或不少于(学时)", null=True, blank=True)
    basis = models.CharField("依据", max_length=100, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "发展党员步骤"
        verbose_name_plural = "发展党员步骤"
        ordering = ["number"]

    def __str__(self):
        return f"{self.number} {self.name}"


class Applicant(models.Model):
    """A person on the way into the Party, from the application to formal membership."""

    class State(models.TextChoices):
        RUNNING = "running", "培养中"
        ADMITTED = "admitted", "已接收为预备党员"
        FINISHED = "finished", "已转正"
        STOPPED = "stopped", "已终止"

    MOVES = {
        State.RUNNING: {State.ADMITTED, State.STOPPED},
        State.ADMITTED: {State.FINISHED, State.STOPPED},
        State.FINISHED: set(),
        State.STOPPED: {State.RUNNING},
    }

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="applicants", verbose_name="党支部"
    )
    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=10, choices=Sex.choices, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_number = EncryptedText("公民身份号码", blank=True, default="")
    unit = models.CharField("所在处(科)室", max_length=100, blank=True)
    mentors = models.CharField("培养联系人", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.RUNNING)
    stopped_reason = models.CharField("终止原因", max_length=200, blank=True)
    member = models.OneToOneField(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="admission",
        verbose_name="对应党员",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    at = models.DateTimeField("登记时间", auto_now_add=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = "发展党员"
        verbose_name_plural = "发展党员"
        ordering = ["organization__path", "pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return path_to("members:applicant", self.pk)

    @property
    def masked_id_number(self):
        return mask_id_number(self.id_number) if self.id_number else ""


class AdmissionProgress(models.Model):
    """A step that an applicant has taken."""

    applicant = models.ForeignKey(Applicant, models.CASCADE, related_name="progress")
    step = models.ForeignKey(AdmissionStep, models.PROTECT, related_name="+", verbose_name="步骤")
    on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    days = models.PositiveSmallIntegerField("天数", null=True, blank=True)
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1, null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )

    objects = ledger_through("applicant__organization")

    class Meta:
        verbose_name = "发展党员进程"
        verbose_name_plural = "发展党员进程"
        ordering = ["step__number"]
        constraints = [
            models.UniqueConstraint(fields=["applicant", "step"], name="a_step_is_taken_once")
        ]

    def __str__(self):
        return f"{self.applicant} {self.step}"
