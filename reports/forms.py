"""What the person meant: the words of a report, the filters of a list."""

from django import forms

from reports.services.monthly import MAX_WORDS

NOTE = "note_"  # what the field of an explanation begins with; the check's key follows


class ReportForm(forms.Form):
    """The written parts of a monthly report. Empty ones may be kept, not handed in."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, sections, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.keys = [section.key for section in sections]
        self.unexplained = frozenset()  # the checks whose line is missing
        for section in sections:
            self.fields[section.key] = forms.CharField(
                label=section.heading,
                required=False,
                max_length=MAX_WORDS,
                strip=True,
                help_text=section.hint,
                error_messages={
                    "max_length": f"“{section.heading}”现有%(show_value)d字，超过{MAX_WORDS}字，请精简。"
                },
                widget=forms.Textarea(attrs={"rows": 5, "maxlength": False}),
            )
            self.fields[section.key].wanted = section.is_wanted

    @property
    def sections(self):
        return [self[key] for key in self.keys]

    @property
    def texts(self):
        return {key: self.cleaned_data.get(key, "") for key in self.keys}

    @property
    def words(self):
        """What the boxes show, checked or not."""
        return {key: self[key].value() or "" for key in self.keys}

    @property
    def notes(self):
        """The explanations as they were typed, by check."""
        names = [name for name in self.data if name.startswith(NOTE)]
        return {name.removeprefix(NOTE): self.data[name] for name in names}


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
