"""What people mean on the pages of dues: exemptions, remittances, publications."""

from django import forms

from branchyear.lib.dates import Month
from members.dues import read_money


class MoneyField(forms.CharField):
    """A sum as people type it ("1,234.50", full-width digits); more than two decimals is a sentence."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options):
        super().__init__(**{"max_length": 30, **options})
        self.widget.attrs["data-unit"] = "元"

    def to_python(self, value):
        text = super().to_python(value)
        try:
            return read_money(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def validate(self, value):
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"])

    def run_validators(self, value):
        """The length was looked at as a text; a number has none."""


class MonthField(forms.CharField):
    """A month, typed or chosen: 2026-04."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-04"})

    def to_python(self, value):
        text = super().to_python(value).strip()
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def validate(self, value):
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"])

    def run_validators(self, value):
        """As in ``MoneyField``."""


def day_field(label):
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class ExemptionForm(forms.Form):
    """减免申请."""

    member = forms.ModelChoiceField(label="党员", queryset=None, empty_label="请选择")
    from_month = MonthField(label="自")
    to_month = MonthField(label="至")
    reduced_to = MoneyField(label="每月交纳")
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, members, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members


class DecisionForm(forms.Form):
    note = forms.CharField(label="审批意见", max_length=300, required=False)


class RemittanceForm(forms.Form):
    """上缴登记."""

    month = MonthField(label="所属月份")
    amount = MoneyField(label="上缴金额")
    on = day_field("上缴日期")
    receipt_no = forms.CharField(label="票据号", max_length=60, required=False)


class PublicationForm(forms.Form):
    """公布登记."""

    year = forms.IntegerField(label="年度", min_value=2008, max_value=2200)
    on = day_field("公布日期")
    how = forms.CharField(label="公布方式", max_length=100)
    reason = forms.CharField(label="更正原因", max_length=200, required=False)
