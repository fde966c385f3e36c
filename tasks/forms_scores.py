"""What the person meant about scores. The services decide."""

from django import forms

from members.forms_movement import Day, Text
from tasks.forms_problems import ProblemForm, _area


class Points(forms.DecimalField):
    """Points with two decimals at most."""

    def __init__(self, label, **options):
        options.setdefault("max_digits", 6)
        options.setdefault("decimal_places", 2)
        super().__init__(label=label, **options)


class RoundForm(ProblemForm):
    """发起考核."""

    name = Text("考核名称", 40, help_text="如“上半年”“6月”“年度”")
    starts_on = Day("考核期起")
    ends_on = Day("考核期止", help_text="这段时间内到期的条目、月报、问题计入")
    self_until = Day("自评截止", help_text="需要评议的项目由各党组织在此日前自评")


class JudgeForm(ProblemForm):
    points = Points("自评分")
    reason = _area("自评理由", 500, 2)


class CheckForm(ProblemForm):
    checked_points = Points("审核分")
    checked_reason = _area("审核意见", 500, 2)


class AppealForm(ProblemForm):
    """One line of the score, and why it is wrong."""

    line = forms.ChoiceField(label="评分项")
    reason = _area(
        "申诉理由", 500, 3, help_text="写明哪一条事实不对、以什么为准，例如某条目已于某日审核通过"
    )

    def __init__(self, *args, lines, **options):
        super().__init__(*args, **options)
        self.fields["line"].choices = [("", "请选择"), *((one.code, str(one)) for one in lines)]


class DecideForm(ProblemForm):
    change = Points("调整分", required=False, help_text="予以调整的，加分填正数，减分填负数")
    answer = _area("复核意见", 500, 2)
