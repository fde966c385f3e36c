"""班子和党小组: the body of a branch, its term, its Party groups; elections, by-elections, posts."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches import rules as branch_rules
from branches import terms as arithmetic
from branches.models import Kind, Organization, Term
from branches.services import organizations
from branches.services import terms as term_services
from branchyear.lib.dates import full_years, local_day
from branchyear.lib.errors import Conflict, Refused, require
from branchyear.lib.paging import page_of
from members import rules
from members.desk import desk
from members.forms_terms import (
    ByElectionForm,
    CorrectionForm,
    ElectionForm,
    EndPostForm,
    ExtensionForm,
    GroupForm,
    PostForm,
    SeatLines,
)
from members.groups import advice_on_groups
from members.models import COMMITTEE_POSTS, Member, Post, PostHeld
from members.services import elections, posts
from members.views.termlist import listed, look, with_terms

VIEW = "members:committee"


@require_GET
def committee(request):
    """The running term and the body, the Party groups of a branch; above, how those below stand."""
    organization, context = desk(request, VIEW)
    today = local_day()
    term = elections.running_term(organization)
    context |= {"today": today, "elects": arithmetic.elects(organization), "term": term}
    if context["elects"]:
        context |= _body(request.user, organization, term, today)
    if organization.is_branch:
        context |= _groups(request.user, organization)
    else:
        below = listed(request.user, organization, today).exclude(pk=organization.pk)
        page = page_of(request.GET, below, size=20)
        context |= {"page": page, "rows": with_terms(page, today)}
    return render(request, "members/committee.html", context)


def _body(user, organization, term, today):
    held = body_of(organization)
    for one in held:
        one.word = posts.post_word(one.post, organization)
        since = one.member.formal_on
        one.party_years = full_years(since, today) if since else None
    formal = elections.electable(organization).count()
    past = Term.objects.filter(organization=organization).exclude(ended_on=None)
    return {
        "held": held,
        "look": look(term and term.expires_on, term and term.extended_to, today),
        "formal": formal,
        "advice": elections.advice_on_body(formal, held) if organization.is_branch else [],
        "unknown": _unknown(term),
        "reminders": term.reminders.select_related("by").order_by("-on", "-pk") if term else (),
        "past": past.order_by("-number").annotate(people=Count("posts_held")),
        "may_keep": organization.is_open and branch_rules.may_keep_term(user, organization),
        "may_extend": organization.is_open and branch_rules.may_extend_term(user, organization),
        "may_remind": branch_rules.may_remind_term(user, organization),
        "years": arithmetic.YEARS[organization.kind],
        "years_basis": arithmetic.YEARS_BASIS,
    }


def body_of(organization):
    """The posts in force of the body, secretary first."""
    held = PostHeld.objects.filter(
        organization=organization, ends_on=None, post__in=COMMITTEE_POSTS
    ).select_related("member__organization", "organization")
    return sorted(held, key=lambda one: (list(Post).index(Post(one.post)), one.pk))


def _unknown(term):
    """What the record of the election lacks; a gap is said, not passed over."""
    if term is None:
        return []
    wanted = ("seats", "candidates", "voters_due", "voters_present")
    missing = [name for name in wanted if getattr(term, name) is None]
    missing += [name for name in ("approval_no",) if not getattr(term, name)]
    return [Term._meta.get_field(name).verbose_name for name in missing]


def _groups(user, branch):
    groups = list(organizations.groups_of(branch))
    counted = Member.objects.counted().filter(organization=branch)
    sizes = dict(counted.order_by().values_list("group").annotate(Count("pk")))
    leaders = {
        held.organization_id: held
        for held in PostHeld.objects.filter(
            organization__in=groups, ends_on=None, post=Post.GROUP_LEADER
        ).select_related("member")
    }
    for group in groups:
        group.size, group.leader = sizes.get(group.pk, 0), leaders.get(group.pk)
    inside = sum(group.size for group in groups)
    total = sum(sizes.values())
    return {
        "groups": groups,
        "groups_advice": advice_on_groups(total, {g.name: g.size for g in groups}, total - inside),
        "may_group": branch.is_open and branch_rules.may_keep_groups(user, branch),
        "grouping_url": _grouping_url(user, branch),
    }


def _grouping_url(user, branch):
    """Where the members are put into their groups; "" for who does not keep the roster."""
    if not (branch.is_open and rules.may_keep_roster(user, branch)):
        return ""
    return f"{reverse('members:groups')}?org={branch.pk}"


# --- Elections ------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def election(request, pk):
    """登记换届: the facts of the election, and who was elected, on one page."""
    organization = _seen(request.user, pk)
    require(branch_rules.may_keep_term(request.user, organization))
    term, today = elections.running_term(organization), local_day()
    body = body_of(organization)
    people = list(elections.electable(organization))
    initial = {
        "seats": (term and term.seats) or len(body) or None,
        "voters_due": len(people) if organization.is_branch else None,
        "version": ElectionForm.version_of(term),
    }
    form = ElectionForm(request.POST or None, initial=initial)
    lines = SeatLines(organization, people, body=body, data=request.POST or None)
    context = {
        "years": arithmetic.YEARS.get(organization.kind),
        "years_basis": arithmetic.YEARS_BASIS,
        "term": term,
        "late": bool(term and term.due_on < today),
    }

    def act():
        new = elections.record_election(
            organization, form.election, lines.seats, by=request.user, running=form.running
        )
        return (
            f"已登记第{new.number}届，任期至{new.expires_on:%Y年%-m月%-d日}。"
            "新任书记使用平台的账号由系统管理员办理。"
        )

    return _elect(request, organization, form, lines, act, context)


@require_http_methods(["GET", "POST"])
def by_election(request, pk):
    """补选: seats filled within the running term."""
    organization = _seen(request.user, pk)
    require(branch_rules.may_keep_term(request.user, organization))
    term = elections.running_term(organization)
    if term is None:
        raise Refused("还没有登记本届班子，请先登记换届。")
    people = list(elections.electable(organization))
    initial = {"voters_due": len(people) if organization.is_branch else None}
    form = ByElectionForm(request.POST or None, initial=initial)
    lines = SeatLines(organization, people, data=request.POST or None)
    context = {"term": term, "by_election": True, "held": body_of(organization)}
    for one in context["held"]:
        one.word = posts.post_word(one.post, organization)

    def act():
        given = elections.by_election(term, lines.seats, by=request.user, **form.cleaned_data)
        return f"已登记补选{len(given)}人。"

    return _elect(request, organization, form, lines, act, context)


def _elect(request, organization, form, lines, act, context):
    """Show, or register and go back to the body; a refusal keeps everything typed."""
    conflict = None
    if request.method == "POST":
        facts, people = form.is_valid(), lines.is_valid()
        if facts and people:
            try:
                said = act()
            except Conflict as error:
                conflict = error
                form.add_error(None, error.sentence)
                form = _seen_again(form, organization)
            except Refused as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, refusal.sentence)
            else:
                messages.success(request, said)
                return redirect(_home(organization))
    wrong = form.is_bound and (form.errors or lines.has_errors or conflict)
    context |= {
        "organization": organization,
        "form": form,
        "lines": lines,
        "conflict": conflict,
        "back_url": _home(organization),
    }
    status = 409 if conflict else 422 if wrong else 200
    return render(request, "members/election.html", context, status=status)


def _seen_again(form, organization):
    """The typed facts on top of the term that runs by now: saving again is a decision."""
    data = form.data.copy()
    data["version"] = ElectionForm.version_of(elections.running_term(organization))
    return type(form)(data)


# --- One term -------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def correct_term(request, pk):
    """更正换届登记."""
    term = _term(request.user, pk)
    require(branch_rules.may_keep_term(request.user, term.organization))
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.of(term))

    def act():
        version = form.cleaned_data["version"]
        term_services.correct_term(
            term,
            revision=int(version) if version.isdecimal() else 0,
            by=request.user,
            **form.facts,
        )
        return "已更正。"

    context = {
        "heading": f"更正第{term.number}届换届登记",
        "button": "保存更正",
        "note": "届满日期按选举日期和任期自动计算；更正前后的内容都有记录。",
    }
    return _answer(request, term.organization, form, act, context, version=lambda: term.revision)


@require_http_methods(["GET", "POST"])
def extension(request, pk):
    """延期换届: the paper of approval and the day."""
    organization = _seen(request.user, pk)
    require(branch_rules.may_extend_term(request.user, organization))
    term = elections.running_term(organization)
    if term is None:
        raise Refused("还没有登记本届班子，请先登记换届。")
    initial = {
        "to": term.extended_to,
        "document_no": term.extension_no,
        "request_no": term.request_no,
        "version": term.revision,
    }
    form = ExtensionForm(request.POST or None, initial=initial)

    def act():
        asked = dict(form.cleaned_data)
        asked["revision"] = asked.pop("version") or 0
        term_services.extend(term, by=request.user, **asked)
        return f"已登记延期至{term.extended_to:%Y年%-m月%-d日}。"

    latest = arithmetic.latest_extension(term.expires_on)
    context = {
        "heading": "登记延期换届",
        "button": "登记延期",
        "facts": [("届满日期", _said(term.expires_on)), ("最晚可延至", _said(latest))],
        "note": f"延期须经上级党组织批准，延长期限一般不超过1年。依据：{arithmetic.EXTENSION_BASIS}。",
    }
    return _answer(request, organization, form, act, context, version=lambda: term.revision)


# --- Posts ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def post(request, pk):
    """One seat: its division of work, or the release from it."""
    held = get_object_or_404(
        PostHeld.objects.visible_to(request.user)
        .filter(ends_on=None, post__in=COMMITTEE_POSTS)
        .select_related("organization", "member__organization"),
        pk=pk,
    )
    require(posts.may_keep(request.user, held.organization))
    ending = request.POST.get("action") == "end"
    form = PostForm(
        request.POST if request.method == "POST" and not ending else None,
        initial={"duties": held.duties, "document_no": held.document_no},
    )
    end_form = EndPostForm(
        request.POST if ending else None, initial={"on": local_day()}, prefix="end"
    )

    def act():
        if ending:
            posts.end_post(held, by=request.user, **end_form.cleaned_data)
            return f"已免去{held.member}的职务。"
        posts.change_post(held, by=request.user, **form.cleaned_data)
        return "已保存。"

    word = posts.post_word(held.post, held.organization)
    context = {
        "heading": f"{held.member.name} {word}",
        "button": "保存分工",
        "form": form,
        "end_form": end_form,
        "end_title": "免去职务",
        "end_note": "免职后本人的任职经历保留；书记空缺的应当及时补选。",
        "facts": [("任职日期", _said(held.starts_on))],
    }
    return _answer(request, held.organization, end_form if ending else form, act, context)


# --- Party groups ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def found_group(request, pk):
    """成立党小组."""
    branch = _seen(request.user, pk)
    if not branch.is_branch:
        raise Http404
    require(branch_rules.may_keep_groups(request.user, branch))
    count = organizations.groups_of(branch).count()
    numerals = "一二三四五六七八九十"
    name = f"第{numerals[count]}党小组" if count < len(numerals) else ""
    form = GroupForm(request.POST or None, initial={"name": name})

    def act():
        organizations.found_group(
            branch, name=form.cleaned_data["name"], on=local_day(), by=request.user
        )
        return "已成立党小组。下一步：把党员编入党小组，再指定组长。"

    context = {
        "heading": "成立党小组",
        "button": "成立",
        "note": "党员20人以上的支部应当划分党小组，每组一般不超过10人。依据：工作方案任务（一）；《中国共产党支部工作条例（试行）》第十三条。",
    }
    return _answer(request, branch, form, act, context)


@require_http_methods(["GET", "POST"])
def group(request, pk):
    """One Party group: name and leader."""
    group = _group(request.user, pk)
    branch = Organization.objects.get_parent(group)
    require(branch_rules.may_keep_groups(request.user, branch))
    if not group.is_open:
        raise Refused(f"{group.name}已撤销。")
    people = Member.objects.counted().filter(organization=branch, group=group)
    leader = PostHeld.objects.filter(
        organization=group, ends_on=None, post=Post.GROUP_LEADER
    ).first()
    form = GroupForm(
        request.POST or None,
        members=people,
        initial={
            "name": group.name,
            "leader": str(leader.member_id) if leader else "",
            "since": leader.starts_on if leader else local_day(),
        },
    )

    def act():
        asked, today = form.cleaned_data, local_day()
        chosen = asked["leader"]
        member = next((m for m in people if str(m.pk) == chosen), None)
        changes = (leader.member_id if leader else None) != (member.pk if member else None)
        with transaction.atomic():
            organizations.rename(
                group,
                name=asked["name"],
                short_name=group.short_name,
                on=today,
                by=request.user,
            )
            if changes:
                require(rules.may_keep_roster(request.user, branch))
                posts.set_leader(group, member, on=asked["since"] or today, by=request.user)
        return "已保存。"

    context = {
        "heading": group.name,
        "button": "保存",
        "note": "组长从本小组党员中指定或推荐产生；换了组长，原组长自新组长任职之日起免职。"
        if people
        else "这个党小组还没有党员，请先调整编组，再指定组长。",
        "group": group,
        "grouping_url": _grouping_url(request.user, branch),
        "size": len(people),
    }
    return _answer(request, branch, form, act, context)


@require_POST
def close_group(request, pk):
    """撤销党小组, when nobody is in it any more."""
    group = _group(request.user, pk)
    branch = Organization.objects.get_parent(group)
    require(branch_rules.may_keep_groups(request.user, branch))
    organizations.close(group, on=local_day(), by=request.user)
    messages.success(request, f"已撤销{group.name}。")
    return redirect(_home(branch))


# --- Common ---------------------------------------------------------------------------------------


def _answer(request, organization, form, act, context, *, version=None):
    """A short form: shown, or acted on; a refusal stands beside its field and keeps what was typed.

    ``version()`` is what the row is at by now: after a conflict the form carries it, so that saving
    again overrides knowingly.
    """
    conflict = None
    if form.is_bound and form.is_valid():
        try:
            said = act()
        except Conflict as error:
            conflict = error
            if version:
                data = form.data.copy()
                data["version"] = str(version())
                form = type(form)(data)
                form.is_valid()
            else:
                form.add_error(None, error.sentence)
        except Refused as refusal:
            form.add_error(
                refusal.field if refusal.field in form.fields else None, refusal.sentence
            )
        else:
            messages.success(request, said)
            return redirect(_home(organization))
    status = 409 if conflict else 422 if form.is_bound and form.errors else 200
    context = {"form": form} | context
    if version:
        context["form"] = form
    context |= {
        "organization": organization,
        "conflict": conflict,
        "back_url": _home(organization),
    }
    return render(request, "members/term_form.html", context, status=status)


def _home(organization):
    return f"{reverse(VIEW)}?org={organization.pk}"


def _seen(user, pk):
    seen = Organization.objects.with_ledgers_for(user).exclude(kind=Kind.GROUP)
    return get_object_or_404(seen, pk=pk)


def _group(user, pk):
    seen = Organization.objects.with_ledgers_for(user).filter(kind=Kind.GROUP)
    return get_object_or_404(seen, pk=pk)


def _term(user, pk):
    return get_object_or_404(Term.objects.visible_to(user).select_related("organization"), pk=pk)


def _said(day):
    return f"{day.year}年{day.month}月{day.day}日"
