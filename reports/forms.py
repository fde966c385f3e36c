"""What the person meant: the words of a report, the filters of a list."""

from django import forms

from reports.models import MonthlyReport
from reports.services.monthly import MAX_WORDS, MIN_WORDS

HINTS = {
    "progress": "本月做了什么、做到什么程度。可从文字处理软件粘贴，保留分段。",
    "problems": "还有哪些问题，涉及问题清单的请写明编号。",
    "next_steps": "下一步做什么、什么时候完成。",
    "experience": "可供其他支部借鉴的做法，没有可不填。",
}


class ReportForm(forms.Form):
    """The written parts of a monthly report. Empty ones may be kept, not handed in."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for key, heading, wanted in MonthlyReport.SECTIONS:
            self.fields[key] = forms.CharField(
                label=heading,
                required=False,
                max_length=MAX_WORDS,
                strip=True,
                help_text=HINTS[key],
                error_messages={
                    "max_length": f"“{heading}”现有%(show_value)d字，超过{MAX_WORDS}字，请精简。"
                },
                widget=forms.Textarea(attrs={"rows": 5, "maxlength": False}),
            )
            self.fields[key].wanted = wanted

    @classmethod
    def of(cls, report):
        return cls(initial={"version": report.revision, **report.texts})

    @property
    def sections(self):
        return [self[key] for key, _, _ in MonthlyReport.SECTIONS]

    @property
    def texts(self):
        return {key: self.cleaned_data.get(key, "") for key, _, _ in MonthlyReport.SECTIONS}

    def typed(self, version):
        """The same form with everything typed, on top of a newer version."""
        data = self.data.copy()
        data["version"] = version
        return type(self)(data)


class ExtensionForm(forms.Form):
    """How long, and why."""

    until = forms.DateField(
        label="延至",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选择延至哪一天。", "invalid": "请写成 2022-04-28 的形式。"},
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明理由。",
            "max_length": "最多300个字，现有%(show_value)d个字，请精简。",
        },
    )


RULE = f"必填部分各不少于{MIN_WORDS}字"
