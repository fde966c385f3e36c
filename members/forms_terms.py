"""What the person says about an election, a post, an extension, a Party group."""

from django import forms

from branches.models import Organization, TermReminder
from branches.services.terms import Election
from branches.terms import State
from members.models import COMMITTEE_POSTS, Post, PostHeld
from members.services.posts import Seat, post_word


def _day(label, *, required=True, **more):
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "invalid": "请按 2022-04-25 的格式填写日期。",
            "required": f"请填写{label}。",
        },
        **more,
    )


def _number(label, **more):
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=99_999,
        widget=forms.NumberInput(attrs={"data-unit": "人", "inputmode": "numeric"}),
        error_messages={
            "invalid": "请填写整数，不清楚的留空。",
            "min_value": "人数不能小于0。",
            "max_value": "人数过大，请核对。",
        },
        **more,
    )


def _text(label, length, *, required=False, **more):
    return forms.CharField(
        label=label,
        required=required,
        max_length=length,
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多{length}字，请精简。",
        },
        **more,
    )


class CorrectionForm(forms.Form):
    """The facts of an election as they stand in the record."""

    elected_on = _day("选举日期")
    seats = _number("应选名额")
    candidates = _number("候选人数")
    voters_due = _number("应到人数")
    voters_present = _number("实到人数")
    request_no = _text("请示文号", 60)
    approval_no = _text("批复文号", 60)
    filed_on = _day("备案日期", required=False)
    late_reason = _text("未按期换届原因", 300)
    remarks = _text("备注", 300)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def election(self):
        return Election(**self.facts)

    @property
    def facts(self):
        return {name: self.cleaned_data[name] for name in Election.__dataclass_fields__}

    @classmethod
    def of(cls, term):
        facts = {name: getattr(term, name) for name in Election.__dataclass_fields__}
        return {**facts, "version": str(term.revision)}


class ElectionForm(CorrectionForm):
    """A re-election; ``version`` is the term that ran when the page was opened: ``pk:revision`` or ""."""

    @staticmethod
    def version_of(term):
        return f"{term.pk}:{term.revision}" if term else ""

    @property
    def running(self):
        """``(pk, revision)`` or (); what nobody offered counts as a term that does not run."""
        parts = self.cleaned_data["version"].split(":")
        if parts == [""]:
            return ()
        return tuple(int(part) if part.isdecimal() else 0 for part in parts)


class ByElectionForm(forms.Form):
    """The facts of a by-election."""

    on = _day("补选日期")
    voters_due = _number("应到人数")
    voters_present = _number("实到人数")
    document_no = _text("批复（备案）文号", 60)
    reason = _text("说明", 200)


class SeatForm(forms.Form):
    """One line: a person, elected or not."""

    name = forms.CharField(label="姓名", required=False, max_length=160)
    post = forms.ChoiceField(
        label="党内职务",
        required=False,
        error_messages={"invalid_choice": "请从所列职务中选择。"},
    )
    votes = forms.IntegerField(
        label="得票数",
        required=False,
        min_value=0,
        max_value=99_999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "请填写整数。",
            "min_value": "票数不能小于0。",
            "max_value": "票数过大，请核对。",
        },
    )
    duties = _text("分工", 200)

    def __init__(self, *args, organization, member=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["post"].choices = [("", "—")] + [
            (post, post_word(post, organization)) for post in Post if post in COMMITTEE_POSTS
        ]
        who = member.name if member else "新增人员"
        for name in ("name", "post", "votes", "duties"):
            self.fields[name].widget.attrs["aria-label"] = f"{who}的{self.fields[name].label}"

    @property
    def is_chosen(self):
        return bool(self.cleaned_data.get("post"))


class SeatLines:
    """The people who can be elected, a line each; whoever gets a post is elected.

    A branch lists its members. A committee above has hundreds: those who hold a post there or lead a
    branch are listed, others are written in by name.
    """

    BLANKS = 6

    def __init__(self, organization, people, *, body=(), data=None):
        self.organization, self.people, self.data = organization, list(people), data
        held = {one.member_id: one for one in body}
        listed = self.people if organization.is_branch else self._leading(held)
        order = {one.member_id: place for place, one in enumerate(body)}
        listed = sorted(listed, key=lambda member: order.get(member.pk, len(order)))
        self.lines = [self._line(member, held.get(member.pk)) for member in listed]
        self.present = self.lines[: sum(member.pk in held for member in listed)]
        self.others = self.lines[len(self.present) :]
        self.blanks = []
        if not organization.is_branch:
            self.blanks = [
                SeatForm(data, prefix=f"n{number}", organization=organization)
                for number in range(self.BLANKS)
            ]
        for line in self.blanks:
            line.fields["name"].widget.attrs |= {"list": "electable", "placeholder": "姓名"}

    def _leading(self, held):
        leading = set(
            PostHeld.objects.filter(
                organization__in={member.organization_id for member in self.people},
                ends_on=None,
                post=Post.SECRETARY,
            ).values_list("member", flat=True)
        )
        return [member for member in self.people if member.pk in leading or member.pk in held]

    def _line(self, member, held):
        initial = {"post": held.post, "duties": held.duties} if held else {}
        return SeatForm(
            self.data,
            prefix=f"m{member.pk}",
            initial=initial,
            organization=self.organization,
            member=member,
        )

    @property
    def names(self):
        """What may be written into a blank line."""
        return [_called(member) for member in self.people] if self.blanks else []

    def is_valid(self):
        for line in self.blanks:
            if line.is_valid():
                self._resolve(line)
        # Every line is asked, so that each can show its error.
        wrong = [line for line in (*self.lines, *self.blanks) if not line.is_valid()]
        return not wrong

    def _resolve(self, line):
        name = line.cleaned_data["name"].strip()
        if not name and line.is_chosen:
            line.add_error("name", "请填写姓名。")
        if not name:
            return
        found = [m for m in self.people if _called(m) == name] or [
            m for m in self.people if m.name == name
        ]
        if len(found) == 1:
            line.member = found[0]
        elif found:
            line.add_error("name", f"有{len(found)}名“{name}”，请从提示中选择带支部名称的一项。")
        else:
            line.add_error("name", f"在册正式党员中没有“{name}”，请核对姓名。")
        if not line.is_chosen and "name" not in line.errors:
            line.add_error("post", "请选择职务。")

    @property
    def has_errors(self):
        return self.data is not None and any(line.errors for line in (*self.lines, *self.blanks))

    @property
    def opens_others(self):
        """The folded part holds something the person should see."""
        return not self.present or any(
            line.is_bound and (line.errors or line["post"].value()) for line in self.others
        )

    @property
    def seats(self):
        chosen = [
            Seat(
                line.member,
                line.cleaned_data["post"],
                line.cleaned_data["votes"],
                line.cleaned_data["duties"],
            )
            for line in (*self.lines, *self.blanks)
            if line.is_chosen
        ]
        return sorted(chosen, key=lambda seat: list(Post).index(Post(seat.post)))


def _called(member):
    return f"{member.name}（{member.organization.label}）"


class ExtensionForm(forms.Form):
    """An extension that those above approved."""

    to = _day("延期至")
    document_no = _text("批复文号", 60, required=True)
    request_no = _text("请示文号", 60)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ReminderForm(forms.Form):
    """A reminder outside the portal."""

    how = forms.ChoiceField(
        label="方式",
        choices=[
            choice for choice in TermReminder.How.choices if choice[0] != TermReminder.How.NOTICE
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择提醒方式。"},
    )
    on = _day("提醒日期")
    note = _text("说明", 200)


class PostForm(forms.Form):
    """The division of work of one post."""

    duties = _text("分工", 200)
    document_no = _text("批复（备案）文号", 60)


class EndPostForm(forms.Form):
    """Release from a post."""

    on = _day("免职日期")
    reason = _text("原因", 200, required=True)
    document_no = _text("文号", 60)


class GroupForm(forms.Form):
    """A Party group: its name and who leads it."""

    name = _text("名称", Organization._meta.get_field("name").max_length, required=True)
    leader = forms.ChoiceField(
        label="组长",
        required=False,
        error_messages={"invalid_choice": "组长应是本党小组的党员，请重新选择。"},
    )
    since = _day("组长任职日期", required=False)

    def __init__(self, *args, members=None, **kwargs):
        super().__init__(*args, **kwargs)
        if members is None:
            del self.fields["leader"], self.fields["since"]
        else:
            names = [(str(member.pk), member.name) for member in members]
            self.fields["leader"].choices = [("", "（未定）"), *names]


class TermsForm(forms.Form):
    """The query row above the list of terms; anything unusable counts as not asked."""

    q = forms.CharField(label="党组织", max_length=50, required=False, strip=True)
    kind = forms.ChoiceField(label="类型", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", ""), *State.choices])

    def __init__(self, *args, kinds=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部类型"), *kinds]

    @property
    def chosen(self):
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
