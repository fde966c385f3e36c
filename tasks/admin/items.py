"""The checklist items: saving one makes its next version, none is ever edited."""

from django import forms
from django.contrib import admin, messages

from branches.models import BranchType
from branchyear.lib.admin import LookOnly
from tasks.admin.campaign import warn_about_points
from tasks.admin.parts import Lines, PrettyJSON, ThroughServices
from tasks.models import ChecklistItem, ItemVersion, Phase, Source
from tasks.services import campaign as services

VERIFY_WORDS = [("computed", "系统核算"), ("evidence", "佐证材料"), ("self-declared", "支部申报")]


class ItemForm(forms.ModelForm):
    """An item with the content of its current version; what is changed makes the next one."""

    text = forms.CharField(
        label="内容", max_length=200, widget=forms.Textarea(attrs={"rows": 2, "cols": 70})
    )
    evidence = Lines(label="应交材料")
    verify = forms.MultipleChoiceField(
        label="核验方式",
        choices=VERIFY_WORDS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="选“佐证材料”的，已落实时必须上传文件。",
    )
    rules = Lines(label="关联规则", help_text="体检规则编号，如 R09，每行一个。")
    asks = PrettyJSON(
        label="填报数字",
        required=False,
        rows=3,
        help_text='如 [{"key": "posts", "label": "设立示范岗、责任区", "unit": "个"}],空为不填数字。',
    )
    weight = forms.DecimalField(label="分值", min_value=0, max_digits=6, decimal_places=2)
    phases = forms.MultipleChoiceField(
        label="阶段",
        widget=forms.CheckboxSelectMultiple,
        help_text="只改阶段、不改日期时，日期随阶段。",
    )
    opens_on = forms.DateField(label="开始填报", widget=admin.widgets.AdminDateWidget)
    due_on = forms.DateField(label="完成期限", widget=admin.widgets.AdminDateWidget)
    applies_to = forms.MultipleChoiceField(
        label="适用支部类型",
        choices=BranchType.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="不选为全部支部。",
    )
    source = forms.ChoiceField(label="来源", choices=Source.choices, widget=forms.RadioSelect)
    basis = forms.CharField(
        label="依据", max_length=300, required=False, widget=forms.TextInput(attrs={"size": 70})
    )
    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = ChecklistItem
        fields = ("task", "code", "order")

    def __init__(self, *args, instance=None, initial=None, **kwargs):
        current = instance.current if instance is not None and instance.pk else None
        stored = {}
        if current is not None:
            stored = {name: getattr(current, name) for name in services.CONTENT}
            stored["base"] = current.number
        super().__init__(*args, instance=instance, initial={**stored, **(initial or {})}, **kwargs)
        phases = Phase.objects.order_by("campaign", "order")
        if current is not None:
            phases = phases.filter(campaign=instance.task.campaign_id)
        labels = {phase.code: f"{phase.code} {phase}" for phase in phases}
        self.fields["phases"].choices = list(labels.items())

    def clean_asks(self):
        return self.cleaned_data["asks"] or []

    def clean_base(self):
        base, item = self.cleaned_data["base"], self.instance
        if item.pk and base is not None and base != item.current.number:
            raise forms.ValidationError("该条目刚刚已由他人修订，请打开新版本再改。")
        return base


class VersionInline(LookOnly, admin.TabularInline):
    """Every version, the newest first; none is ever edited."""

    model = ItemVersion
    extra = 0
    fk_name = "item"
    verbose_name_plural = "各版本(只读)"
    fields = (
        "number",
        "text",
        "weight",
        "phase_codes",
        "opens_on",
        "due_on",
        "source",
        "reading",
        "created_at",
        "created_by",
    )
    readonly_fields = fields
    ordering = ("-number",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("created_by", "item")

    @admin.display(description="阶段")
    def phase_codes(self, version):
        return "、".join(version.phases)

    @admin.display(description="依据")
    def reading(self, version):
        return version.basis_words


class RetiredFilter(admin.SimpleListFilter):
    title = "状态"
    parameter_name = "retired"

    def lookups(self, request, model_admin):
        return [("0", "在用"), ("1", "已停用")]

    def queryset(self, request, queryset):
        if self.value() in {"0", "1"}:
            return queryset.filter(retired_at__isnull=self.value() == "0")
        return queryset


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ThroughServices, admin.ModelAdmin):
    """What is asked. Saving makes a new version; what has been accepted keeps the one it had."""

    form = ItemForm
    inlines = (VersionInline,)
    list_display = (
        "code",
        "text",
        "weight",
        "phases",
        "window",
        "source",
        "number",
        "is_asked",
    )
    list_display_links = ("code", "text")
    list_filter = ("task__campaign", "task", "current__source", RetiredFilter)
    list_per_page = 60
    list_select_related = ("task__campaign", "current")
    search_fields = ("code", "current__text", "current__basis")
    actions = ("retire", "restore")
    content = (
        "text",
        "evidence",
        "verify",
        "rules",
        "asks",
        "weight",
        "phases",
        ("opens_on", "due_on"),
        "applies_to",
        "source",
        "basis",
        "base",
    )

    def get_fieldsets(self, request, obj=None):
        return (
            (None, {"fields": (("task", "code", "order"),)}),
            ("内容(保存后形成新版本，已审核通过的不受影响)", {"fields": self.content}),
        )

    def get_readonly_fields(self, request, obj=None):
        return ("task", "code", "order") if obj else ()

    def get_inlines(self, request, obj):
        return self.inlines if obj else ()

    def save_model(self, request, obj, form, change):
        names = [name for name in form.changed_data if name in services.CONTENT]
        if change:
            item = ChecklistItem.objects.select_related("task__campaign", "current").get(pk=obj.pk)
            before = item.current
            changes = {name: form.cleaned_data[name] for name in names}
            version = services.revise_item(item, by=request.user, **changes)
            if version.pk != before.pk:
                messages.info(request, f"已形成第{version.number}版，未完成的支部条目随之更新。")
        else:
            content = {name: form.cleaned_data[name] for name in services.CONTENT}
            item = services.add_item(
                obj.task, code=obj.code, order=obj.order, by=request.user, **content
            )
            obj.pk, obj._state.adding = item.pk, False
        warn_about_points(request, item.task.campaign)

    @admin.action(description="停用所选条目(保留已填内容，不再要求)", permissions=["change"])
    def retire(self, request, queryset):
        for item in queryset.select_related("task__campaign"):
            services.retire_item(item, by=request.user)
        messages.success(request, "所选条目已停用。")

    @admin.action(description="恢复所选条目", permissions=["change"])
    def restore(self, request, queryset):
        for item in queryset.select_related("task__campaign"):
            services.restore_item(item, by=request.user)
        messages.success(request, "所选条目已恢复。")

    @admin.display(description="内容", ordering="current__text")
    def text(self, item):
        return item.current.text

    @admin.display(description="分值", ordering="current__weight")
    def weight(self, item):
        return item.current.weight

    @admin.display(description="阶段")
    def phases(self, item):
        return "、".join(item.current.phases)

    @admin.display(description="填报期间", ordering="current__due_on")
    def window(self, item):
        opens_on, due_on = item.current.opens_on, item.current.due_on
        return f"{opens_on.month}月{opens_on.day}日至{due_on.month}月{due_on.day}日"

    @admin.display(description="来源", ordering="current__source")
    def source(self, item):
        return item.current.get_source_display()

    @admin.display(description="版本", ordering="current__number")
    def number(self, item):
        return f"第{item.current.number}版"

    @admin.display(description="在用", boolean=True)
    def is_asked(self, item):
        return item.retired_at is None
