"""What the person wants to see of the roll, and what is mended on it."""

import re

from django import forms
from django.db.models import F

from members import soundness
from members.completeness import REQUIRED
from members.models import STANDING_MOVES, Category, Member, Sex, Standing
from members.services.roster import EDITABLE

FLAGS = (
    ("is_leading_cadre", "党员领导干部"),
    ("is_retired", "离退休"),
    ("is_excused", "年老体弱或行动不便"),
)
OTHER_STANDINGS = [(value, label) for value, label in Standing.choices if value != "active"]
# What the roster can be sorted by: the key in the address → the columns.
SORTS = {
    "name": ("name_key",),
    "born": (F("birth_date").asc(nulls_last=True), "name_key"),
    "admitted": (F("admitted_on").asc(nulls_last=True), "name_key"),
    "missing": ("-missing", "name_key"),
}


class RosterForm(forms.Form):
    """The query row above the roster; anything unusable counts as not asked."""

    q = forms.CharField(label="查找", max_length=50, required=False, strip=True)
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "全部类别"), *Category.choices]
    )
    group = forms.ChoiceField(label="党小组", required=False)
    standing = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[
            ("", "在册党员"),
            *OTHER_STANDINGS,
            ("off", "已离开名册的"),
            ("all", "全部登记过的"),
        ],
    )
    flag = forms.ChoiceField(label="人员", required=False, choices=[("", "全部人员"), *FLAGS])
    lacking = forms.ChoiceField(
        label="信息",
        required=False,
        choices=[
            ("", "全部"),
            ("any", "信息不全"),
            *((required.name, f"缺{required.label}") for required in REQUIRED),
        ],
    )

    def __init__(self, *args, groups=(), **kwargs):
        super().__init__(*args, **kwargs)
        names = [(str(group.pk), group.name) for group in groups]
        self.fields["group"].choices = [("", "全部党小组"), *names, ("none", "未编入党小组")]

    def clean_q(self):
        """A whole ID number is cut to its last four signs: it must not stay in an address."""
        words = self.cleaned_data["q"]
        return re.sub(r"[0-9]{11,17}([0-9]{3}[0-9Xx])", r"\1", words)

    @property
    def chosen(self):
        """The usable answers; an unknown choice is left out rather than refused."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class RosterFileForm(forms.Form):
    """The workbook that is brought back."""

    file = forms.FileField(
        label="名册文件",
        allow_empty_file=True,
        error_messages={"required": "请先选择填写好的 Excel 文件。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et"}),
    )


# --- One record -----------------------------------------------------------------------------------

ETHNICITIES = (
    "汉族",
    "蒙古族",
    "回族",
    "藏族",
    "维吾尔族",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "高山族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜族",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯族",
    "阿昌族",
    "普米族",
    "塔吉克族",
    "怒族",
    "乌孜别克族",
    "俄罗斯族",
    "鄂温克族",
    "德昂族",
    "保安族",
    "裕固族",
    "京族",
    "塔塔尔族",
    "独龙族",
    "鄂伦春族",
    "赫哲族",
    "门巴族",
    "珞巴族",
    "基诺族",
)  # GB/T 3304
EDUCATIONS = ("研究生", "大学本科", "大学专科", "中专", "高中", "初中", "小学")
DEGREES = ("博士", "硕士", "学士", "无")
# Offered while typing; anything else may be typed, too.
OFFERED = {"ethnicity": ETHNICITIES, "education": EDUCATIONS, "degree": DEGREES}

PARTS = (
    ("基本情况", ("name", "sex", "ethnicity", "native_place", "id_number", "birth_date", "phone")),
    ("学历和工作", ("education", "degree", "worked_from", "unit", "post", "is_unit_head")),
    ("党籍情况", ("category", "admitted_on", "formal_on", "group", "is_leading_cadre")),
    (
        "组织关系和管理",
        (
            "joined_branch_on",
            "joined_from",
            "platform_entered_on",
            "is_retired",
            "is_excused",
            "remarks",
        ),
    ),
)
HELP = {
    "id_number": "18位。出生日期和性别留空时，按身份号码自动填写。",
    "phone": "手机，或带区号的座机。",
    "is_unit_head": "党支部书记一般由主要负责人担任（机关基层组织工作条例第八条），体检时核对。",
    "worked_from": "精确到日；档案只写到月的，填当月1日。",
    "admitted_on": "支部党员大会接收为预备党员之日。",
    "formal_on": "支部党员大会通过转为正式党员之日；预备党员不填。",
    "joined_branch_on": "编入本支部之日。",
    "joined_from": "从何处转入，如“市财政局机关党委”；在本支部入党的填“本支部发展”。",
    "platform_entered_on": "在“党建e家”完成入库之日。",
    "is_excused": "参加活动和集中学习不作硬性要求（党员教育管理工作条例第二十三条）。",
    "remarks": "身份号码与档案不一致、经核对以档案为准的，在此写明“以档案为准”及理由。",
}


def _box(field):
    """How a column of the roster is asked for."""
    attrs = {"autocomplete": "off"}
    if field.name in OFFERED:
        attrs["list"] = f"offered-{field.name}"
    if field.get_internal_type() == "DateField":
        return forms.DateInput(format="%Y-%m-%d", attrs={**attrs, "type": "date"})
    if field.name in ("id_number", "phone"):
        return forms.TextInput(attrs={**attrs, "maxlength": 20})
    if field.name == "remarks":
        return forms.Textarea(attrs={"rows": 2})
    return None


class MemberForm(forms.Form):
    """The facts of one record. The two numbers are shown masked: left as they are, they stay."""

    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, *, member, groups):
        self.member, self.groups = member, list(groups)
        super().__init__(data, initial=self.stored(member))
        for name in EDITABLE:
            column = Member._meta.get_field(name)
            if name == "group":
                self.fields[name] = forms.ModelChoiceField(
                    queryset=groups, label="党小组", required=False, empty_label="未编入"
                )
            else:
                self.fields[name] = column.formfield(
                    required=name in ("name", "category"),
                    label=column.verbose_name,
                    **({"widget": box} if (box := _box(column)) else {}),
                )
            field = self.fields[name]
            if name == "sex":
                field.choices = [("", "请选择"), *Sex.choices]
            field.help_text = HELP.get(name, "")
            field.error_messages["invalid"] = "请按 2022-04-25 的格式填写日期。"
            field.error_messages["required"] = "请填写此项。"
            field.error_messages["invalid_choice"] = "请从所列选项中选择。"
        if not self.groups:
            del self.fields["group"]

    @staticmethod
    def stored(member):
        values = {name: getattr(member, name) for name in EDITABLE}
        return {
            **values,
            "id_number": member.masked_id_number,
            "phone": member.masked_phone,
            "version": member.revision,
        }

    @property
    def parts(self):
        """``[(heading, bound fields)]`` as the page shows them."""
        return [
            (heading, [self[name] for name in names if name in self.fields])
            for heading, names in PARTS
        ]

    @property
    def offered(self):
        return [(f"offered-{name}", words) for name, words in OFFERED.items()]

    @property
    def revision(self):
        """The revision the person had before the eyes when typing."""
        return self.cleaned_data.get("version") or self.member.revision

    def _number(self, name):
        """A number typed anew, or the stored one where the masked one was left."""
        typed = self.cleaned_data[name].strip().upper()
        if typed == getattr(self.member, f"masked_{name}"):
            return getattr(self.member, name)
        if "*" in typed:
            raise forms.ValidationError("请填写完整号码；不修改的，请保留原来带“*”的内容不动。")
        return typed

    def clean_id_number(self):
        return self._number("id_number")

    def clean_phone(self):
        return self._number("phone")

    def clean(self):
        """Nothing is asked twice: the ID number knows the birth date and the sex."""
        data = super().clean()
        number = data.get("id_number", "")
        if number and not soundness.id_number_problem(number):
            if not data.get("birth_date") and "birth_date" not in self.errors:
                data["birth_date"] = soundness.birth_date_in(number)
            data["sex"] = data.get("sex") or soundness.sex_in(number)
        return data

    def facts(self):
        """The columns as typed, for the service."""
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}


# A transfer, an absence and a lost contact have ledgers of their own and are entered there.
ELSEWHERE = frozenset({Standing.LEAVING, Standing.FLOATING, Standing.LOST})


class StandingForm(forms.Form):
    """Why and since when somebody stands differently with the branch."""

    standing = forms.ChoiceField(
        label="改为",
        error_messages={"required": "请选择新的状态。", "invalid_choice": "请从所列状态中选择。"},
    )
    on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": "请填写日期。",
            "invalid": "请按 2022-04-25 的格式填写日期。",
        },
    )
    reason = forms.CharField(
        label="原因",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "原因最多300字，请精简。"},
    )
    document_no = forms.CharField(
        label="文号",
        max_length=60,
        required=False,
        help_text="有决定或批复文件的填写。",
        error_messages={"max_length": "文号最多60字。"},
    )

    def __init__(self, *args, member, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["standing"].choices = [("", "请选择"), *standings_for(member)]


def standings_for(member):
    """The standings that are entered by hand from where a member stands now."""
    now = Standing(member.standing)
    if now == Standing.LEAVING:
        return []  # first the letter is received or withdrawn
    allowed = STANDING_MOVES[now] - ELSEWHERE
    if now in ELSEWHERE:
        allowed -= {Standing.ACTIVE}  # the absence is ended where it was entered
    return [(value, label) for value, label in Standing.choices if value in allowed]


class UnmaskForm(forms.Form):
    """Why somebody needs to read a number in full."""

    reason = forms.CharField(
        label="查看原因",
        min_length=5,
        max_length=200,
        strip=True,
        error_messages={
            "required": "请写明查看原因。",
            "min_length": "请写明查看原因（至少5个字）。",
            "max_length": "查看原因最多200字。",
        },
        widget=forms.TextInput(
            attrs={"placeholder": "如：办理组织关系介绍信，核对身份号码", "autocomplete": "off"}
        ),
    )


class NumbersForm(forms.Form):
    """For what somebody needs a roster with whole numbers, and in which layout."""

    profile = forms.ChoiceField(
        label="版式",
        error_messages={
            "required": "请选择版式。",
            "invalid_choice": "这个版式已停用，请选择其他版式。",
        },
    )
    reason = forms.CharField(
        label="事由",
        min_length=5,
        max_length=200,
        error_messages={
            "required": "请写明导出完整号码的事由。",
            "min_length": "请写明导出完整号码的事由（至少5个字）。",
            "max_length": "事由最多200字。",
        },
        widget=forms.TextInput(
            attrs={"placeholder": "如：“党建e家”批量入库", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args, profiles, **kwargs):
        super().__init__(*args, **kwargs)
        self.profiles = {str(profile.pk): profile for profile in profiles}
        self.fields["profile"].choices = [(key, one.name) for key, one in self.profiles.items()]

    def clean_profile(self):
        return self.profiles[self.cleaned_data["profile"]]
