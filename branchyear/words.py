"""Django's own form sentences in the words of an office, each saying what to do."""

from django import forms

WORDS = {
    forms.Field: {"required": "此项必填。"},
    forms.IntegerField: {"invalid": "请填写整数，如 17。"},
    forms.DecimalField: {"invalid": "请填写数字，如 12.5。"},
    forms.FloatField: {"invalid": "请填写数字，如 12.5。"},
    forms.DateField: {"invalid": "日期不正确，请按 2022-04-25 的写法填写。"},
    forms.TimeField: {"invalid": "时间不正确，请按 14:30 的写法填写。"},
    forms.DateTimeField: {"invalid": "时间不正确，请按 2022-04-25 14:30 的写法填写。"},
    forms.ChoiceField: {"invalid_choice": "请从列出的选项中选择。"},
    forms.MultipleChoiceField: {"invalid_choice": "请从列出的选项中选择。"},
    forms.ModelChoiceField: {"invalid_choice": "请从列出的选项中选择，该项可能已不存在。"},
    forms.FileField: {"empty": "这是一个空文件，请检查后重新选择。", "missing": "请选择文件。"},
}


def speak_plainly():
    """Put the sentences in place; called once when the portal starts."""
    for kind, sentences in WORDS.items():
        kind.default_error_messages = {**kind.default_error_messages, **sentences}
