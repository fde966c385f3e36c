"""What the person says about a meeting: facts, who was absent, votes."""

from django import forms

from branchyear.lib.dates import Month
from members import life
from members.models import (
    AppraisalResult,
    Attendance,
    Category,
    Grade,
    Meeting,
    MeetingKind,
    Vote,
)
from members.services import appraisals

OUT = "out"  # not counted as due
VOTES = 3  # lines for votes; more matters are rare and may be recorded as a second meeting
ATTENDANCE = [*Attendance.Status.choices, (OUT, "不列入应到")]
_WRONG_DAY = {"invalid": "请按 2022-04-25 的格式填写日期。", "required": "请填写日期。"}


def _text(label, name, **more):
    length = Meeting._meta.get_field(name).max_length
    return forms.CharField(label=label, required=False, max_length=length, **more)


def _long(label, rows, **more):
    return forms.CharField(
        label=label, required=False, max_length=20000,
        widget=forms.Textarea(attrs={"rows": rows}), **more,
    )  # fmt: skip


class MeetingForm(forms.Form):
    """One meeting. Kind and group are chosen before, because they decide who is listed."""

    on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=_WRONG_DAY,
    )
    starts_at = forms.TimeField(
        label="开始时间",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "请按 15:00 的格式填写时间。"},
    )
    topic = forms.CharField(
        label="主题",
        max_length=200,
        error_messages={"required": "请填写主题，如“学习党章”“研究发展党员工作”。"},
    )
    place = _text("地点", "place")
    host = _text("主持人", "host")
    recorder = _text("记录人", "recorder")
    includes_lecture = forms.BooleanField(label="会上安排了党课", required=False)
    lecturer = _text("讲课人", "lecturer")
    hours = forms.DecimalField(
        label="计入学时",
        required=False,
        min_value=0,
        max_digits=4,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "data-unit": "学时"}),
        error_messages={"invalid": "学时请填写数字，如 2 或 1.5。"},
    )
    minutes = _long("主要内容", 6)
    resolution = _long("决议", 3)
    follow_up = _long("落实情况", 2)
    again = forms.BooleanField(label="这是另一次活动", required=False)
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, *, kind, candidates, due, statuses=None, votes=(), **kwargs):
        """``candidates`` are listed; ``due`` are present by default; ``statuses`` stand already."""
        super().__init__(data, **kwargs)
        self.kind, self.candidates = kind, list(candidates)
        if kind == MeetingKind.LECTURE:
            del self.fields["includes_lecture"]
        elif kind in {MeetingKind.COMMITTEE, MeetingKind.OTHER}:
            del self.fields["includes_lecture"], self.fields["lecturer"]
        statuses = statuses or {}
        for member in self.candidates:
            usual = Attendance.Status.PRESENT if member.pk in due else OUT
            if statuses:
                usual = statuses.get(member.pk, OUT)
            self.fields[f"who_{member.pk}"] = forms.ChoiceField(
                label=member.name,
                choices=ATTENDANCE,
                initial=usual,
                required=False,
                error_messages={"invalid_choice": "请从列出的情况中选择。"},
            )
        self.can_vote = kind in life.VOTING
        if self.can_vote:
            self._add_votes(list(votes))

    def _add_votes(self, stored):
        self.vote_lines = max(VOTES, len(stored))
        for number in range(self.vote_lines):
            vote = stored[number] if number < len(stored) else None
            self.fields[f"vote_{number}"] = forms.CharField(
                label="表决事项",
                required=False,
                max_length=200,
                initial=vote.matter if vote else "",
            )
            for name in ("voters_due", "voters_present", "in_favour", "against", "abstained"):
                self.fields[f"vote_{number}_{name}"] = forms.IntegerField(
                    label=Vote._meta.get_field(name).verbose_name,
                    required=False,
                    min_value=0,
                    max_value=9999,
                    initial=getattr(vote, name) if vote else None,
                    error_messages={"invalid": "请填写整数。"},
                )

    # --- for the template -----------------------------------------------------------------------

    @property
    def people(self):
        """``(member, bound field, its present value)``."""
        return [(m, self[f"who_{m.pk}"], self[f"who_{m.pk}"].value()) for m in self.candidates]

    @property
    def counts(self):
        values = [value for _, _, value in self.people]
        due = sum(value != OUT for value in values)
        present = sum(value == Attendance.Status.PRESENT for value in values)
        return {"due": due, "present": present, "absent": due - present}

    @property
    def votes(self):
        names = ("voters_due", "voters_present", "in_favour", "against", "abstained")
        return [
            (self[f"vote_{n}"], [self[f"vote_{n}_{name}"] for name in names])
            for n in range(self.vote_lines)
        ]

    @property
    def has_votes(self):
        """Whether the part about votes stands open."""
        return any(
            matter.value() or any(b.errors for b in numbers) or matter.errors
            for matter, numbers in self.votes
        )

    # --- for the service ------------------------------------------------------------------------

    def facts(self, **more):
        data = self.cleaned_data
        names = (
            "on", "starts_at", "topic", "place", "host", "recorder", "includes_lecture",
            "lecturer", "minutes", "resolution", "follow_up",
        )  # fmt: skip
        found = {name: data[name] for name in names if name in data}
        return {"kind": self.kind, "hours": data.get("hours") or 0, **found, **more}

    def attendance(self):
        """``(ids of those due, {id: why absent})``."""
        given = {m.pk: self.cleaned_data.get(f"who_{m.pk}") or OUT for m in self.candidates}
        due = [pk for pk, status in given.items() if status != OUT]
        absent = {pk: s for pk, s in given.items() if s not in {OUT, Attendance.Status.PRESENT}}
        return due, absent

    def votes_given(self):
        """The lines that say anything, as the service takes them."""
        lines = []
        for number in range(self.vote_lines if self.can_vote else 0):
            matter = self.cleaned_data.get(f"vote_{number}", "")
            numbers = {
                name: self.cleaned_data.get(f"vote_{number}_{name}")
                for name in ("voters_due", "voters_present", "in_favour", "against", "abstained")
            }
            said = numbers["in_favour"] is not None
            if matter or said:
                lines.append({"matter": matter, **{k: v or 0 for k, v in numbers.items()}})
        return lines

    def refuse(self, refused):
        """Put the service's sentence beside its field."""
        name = refused.field
        self.add_error(name if name in self.fields else None, refused.sentence)


def day_for(month, today):
    """The day a form for ``month`` begins with: today, or the month's last day when it is over."""
    return today if Month.of(today) == month else min(month.last_day, today)


def first_words(branch, kind, on, *, host="", voters=(0, 0)):
    """What the portal knows already when a meeting is recorded."""
    words = {
        "on": on,
        "place": branch.place,
        "host": host,
        "hours": life.HOURS.get(kind, 0),
    }
    due, present = voters
    if due:
        words |= {"vote_0_voters_due": due, "vote_0_voters_present": present}
    return words


class VoidForm(forms.Form):
    reason = forms.CharField(
        label="作废原因",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "如：与5月12日的记录重复"}),
        error_messages={"required": "请写明作废原因。"},
    )


IN_A_ROW = {
    "part": "参加",
    "self": "自评等次",
    "grade": "评定等次",
    "opinion": "支部意见",
    **{vote: AppraisalResult._meta.get_field(vote).verbose_name for vote in appraisals.VOTES},
}


class AppraisalForm(forms.Form):
    """The whole branch on one page: for each member took part, self grade, votes, grade, opinion."""

    on = forms.DateField(
        label="评议日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=_WRONG_DAY,
    )
    meeting = forms.ModelChoiceField(
        label="评议会议",
        queryset=Meeting.objects.none(),
        required=False,
        empty_label="（不关联）",
        error_messages={"invalid_choice": "请从列表中选择会议。"},
    )
    over_third_reason = forms.CharField(label="优秀超三分之一理由", required=False, max_length=300)
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, *, people, meetings, stored=None, **kwargs):
        super().__init__(data, **kwargs)
        self.people, self.stored = list(people), stored or {}
        self.fields["meeting"].queryset = meetings
        grades = [("", "—"), *Grade.choices]
        for member in self.people:
            row, pk = self.stored.get(member.pk), member.pk
            self.fields[f"part_{pk}"] = forms.BooleanField(
                label="参加", required=False, initial=row.took_part if row else True
            )
            for name in ("self", "grade"):
                column = "self_grade" if name == "self" else "grade"
                self.fields[f"{name}_{pk}"] = forms.ChoiceField(
                    choices=grades,
                    required=False,
                    initial=getattr(row, column) if row else "",
                    error_messages={"invalid_choice": "请从列出的等次中选择。"},
                )
            for vote in appraisals.VOTES:
                self.fields[f"{vote}_{pk}"] = forms.IntegerField(
                    required=False,
                    min_value=0,
                    max_value=appraisals.VOTES_MAX,
                    initial=getattr(row, vote) if row else None,
                    error_messages={"invalid": "请填写整数。"},
                )
            self.fields[f"opinion_{pk}"] = forms.CharField(
                required=False, max_length=300, initial=row.opinion if row else ""
            )
            for (
                name,
                word,
            ) in IN_A_ROW.items():  # the head of the column names them for the eye only
                self.fields[f"{name}_{pk}"].widget.attrs["aria-label"] = f"{member.name}：{word}"
            if member.category == Category.PROBATIONARY and not (row and row.grade):
                del self.fields[f"grade_{pk}"]

    @property
    def lines(self):
        """``(member, fields by name, errors)`` as the page shows them."""
        for member in self.people:
            pk = member.pk
            names = {"part": f"part_{pk}", "self": f"self_{pk}", "opinion": f"opinion_{pk}"}
            if f"grade_{pk}" in self.fields:
                names["grade"] = f"grade_{pk}"
            bound = {short: self[name] for short, name in names.items()}
            votes = [self[f"{vote}_{pk}"] for vote in appraisals.VOTES]
            errors = [error for field in (*bound.values(), *votes) for error in field.errors]
            yield member, {**bound, "votes": votes}, errors

    def results(self):
        data = self.cleaned_data
        return {
            m.pk: appraisals.Result(
                took_part=data[f"part_{m.pk}"],
                self_grade=data[f"self_{m.pk}"],
                grade=data.get(f"grade_{m.pk}", ""),
                opinion=data[f"opinion_{m.pk}"],
                **{vote: data[f"{vote}_{m.pk}"] for vote in appraisals.VOTES},
            )
            for m in self.people
        }

    def refuse(self, refused):
        """Put the service's sentence beside its field."""
        name = refused.field
        self.add_error(name if name in self.fields else None, refused.sentence)


class TalksForm(forms.Form):
    """One person's talks with several people."""

    on = forms.DateField(
        label="谈话日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages=_WRONG_DAY,
    )
    speaker = forms.TypedChoiceField(
        label="谈话人",
        coerce=int,
        error_messages={"required": "请选择谈话人。", "invalid_choice": "名单有变动，请重新选择。"},
    )
    listeners = forms.TypedMultipleChoiceField(
        label="谈话对象",
        coerce=int,
        error_messages={
            "required": "请勾选谈话对象，可以一次选几个人。",
            "invalid_choice": "名单有变动，请重新勾选。",
        },
    )
    content = forms.CharField(
        label="主要内容", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    opinion = forms.CharField(label="意见建议", required=False, max_length=300)

    def __init__(self, data=None, *, people, officers, **kwargs):
        super().__init__(data, **kwargs)
        named = [(pk, m.name + ("（支委）" if pk in officers else "")) for pk, m in people.items()]
        self.fields["listeners"].choices = named
        self.fields["speaker"].choices = sorted(named, key=lambda pair: pair[0] not in officers)

    @property
    def ticked(self):
        return {str(value) for value in self["listeners"].value() or ()}
