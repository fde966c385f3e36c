"""The paper of a monthly report, part by part: what the page and the printed copy show."""

from django.utils.functional import cached_property

from branchyear.lib.dates import local_day
from reports.models import ReportSection, Tier
from reports.services import figures
from reports.services.monthly import note_field
from reports.services.sections import sections_of

NUMBERS = "一二三四五六七八九十"


class Part:
    """One numbered part of the paper: the figures, a text to write, or a text as it was sealed."""

    def __init__(
        self, number, heading, *, text="", bound=None, draft=None, lower=(), is_figures=False
    ):
        self.number, self.heading, self.text = number, heading, text
        self.bound, self.draft, self.lower, self.is_figures = bound, draft, lower, is_figures

    @cached_property
    def is_drafted(self):
        """Whether the box still shows the portal's own words."""
        return bool(self.draft and self.draft.text) and self.bound.value() == self.draft.text


def parts_to_write(report, form, desk, lower):
    """The parts in the campaign's order, with their boxes, drafts and what came from below."""
    parts = []
    for number, section in zip(NUMBERS, sections_of(report.period), strict=False):
        if section.kind == ReportSection.Kind.FIGURES:
            parts.append(Part(number, section.heading, is_figures=True))
            continue
        texts = lower["texts"].get(section.key, ()) if lower else ()
        parts.append(
            Part(
                number,
                section.heading,
                bound=form[section.key],
                draft=desk.drafts.get(section.key),
                lower=texts,
            )
        )
    return parts


def parts_to_read(step):
    """The parts as they were sealed; of a report not handed in, the figures alone."""
    sealed = step.sealed["texts"] if step else ()
    parts = [Part(NUMBERS[0], "基本数据", is_figures=True)]
    for number, one in zip(NUMBERS[1:], sealed, strict=False):
        parts.append(Part(number, one["heading"], text=one["text"]))
    return parts


def questions(form, report, unusual):
    """What is unusual, each with its line: the sentence, the field, what was typed, what is missing."""
    typed = form.notes if form.is_bound else report.notes
    return [
        {
            "field": note_field(one.key),
            "sentence": one.sentence,
            "note": typed.get(one.key, ""),
            "is_missing": one.key in form.unexplained,
        }
        for one in unusual
    ]


def sealed_figures(step, live):
    """The figures as handed in; a link only where the list still gives the same number."""
    now = {figure["key"]: figure for figure in live}
    shown = []
    for figure in step.sealed["figures"]:
        same = now.get(figure["key"], {})
        links = {
            name: same.get(name, "") if same.get(part) == figure[part] else ""
            for name, part in (("url", "value"), ("of_url", "of"))
        }
        shown.append({**figure, **links})
    return shown


def changed_since(step, live):
    """What differs today from what was handed in: ``[(label, then, now, url)]``."""
    then = {figure["key"]: figure for figure in step.sealed["figures"]}
    return [
        (figure["label"], _said(then[figure["key"]]), _said(figure), figure["url"])
        for figure in live
        if figure["key"] in then and _said(then[figure["key"]]) != _said(figure)
    ]


def _said(figure):
    of = "" if figure["of"] is None else f"/{figure['of']}"
    return f"{figure['value']}{of}{figure['unit']}"


def columns(rows):
    """The figures by group with their sources, in two columns: the tasks on the right."""
    groups = {}
    for figure in rows:
        groups.setdefault(figure["group"], []).append(figure)
    left, right = [], []
    for name, members in groups.items():
        source = "、".join(dict.fromkeys(figure["source"] for figure in members))
        column = right if name == "八项任务通过情况" else left
        column.append(({"name": name, "source": source}, members))
    return [left, right]


def lower_words(report, user):
    """What the level below handed in, section by section, and who is missing; to draw from."""
    if report.period.tier == Tier.BRANCH or report.organization.is_branch:
        return None
    rows = figures.lower_reports(report.organization, report.period)
    rows = list(rows.visible_to(user).select_related("organization").order_by("organization__path"))
    handed_in = [row for row in rows if not row.is_editable]
    return {
        "expected": len(rows),
        "handed_in": len(handed_in),
        "missing": [row for row in rows if row.is_editable],
        "texts": {
            key: [(row, row.texts[key]) for row in handed_in if row.texts.get(key)]
            for key in dict.fromkeys(key for row in handed_in for key in row.texts)
        },
    }


def confirmation(report, live, now):
    """What is about to be sealed, in the words of the question before handing in."""
    facts = [f"{f['label']}{_said(f)}" for f in live if f["key"] in ("members", "items_accepted")]
    day = local_day(now)
    return (
        f"报送{report.organization}{report.period.label}月报至{report.receiver}?\n"
        f"将封存：截至{day.month}月{day.day}日的基本数据{len(live)}项({'、'.join(facts)})和文字内容。\n"
        "报送后不能修改；接收之前可以撤回。"
    )
