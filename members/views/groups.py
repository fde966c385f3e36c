"""Party groups (党小组): founded, named, given a leader, closed."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from branches import rules as branch_rules
from branches.models import Kind, Organization
from branches.services import organizations
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused, require
from branchyear.lib.routes import path_to
from members import rules
from members.forms_terms import GroupForm
from members.models import Member, Post, PostHeld
from members.services import posts
from members.views.termform import answer, home_of, organization_or_404


@require_http_methods(["GET", "POST"])
def found_group(request, pk):
    """成立党小组."""
    branch = organization_or_404(request.user, pk)
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
    return answer(request, branch, form, act, context)


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
        "grouping_url": grouping_url(request.user, branch),
        "size": len(people),
    }
    return answer(request, branch, form, act, context)


@require_POST
def close_group(request, pk):
    """撤销党小组, when nobody is in it any more."""
    group = _group(request.user, pk)
    branch = Organization.objects.get_parent(group)
    require(branch_rules.may_keep_groups(request.user, branch))
    organizations.close(group, on=local_day(), by=request.user)
    messages.success(request, f"已撤销{group.name}。")
    return redirect(home_of(branch))


def grouping_url(user, branch):
    """Where the members are put into their groups; "" for who does not keep the roster."""
    if not (branch.is_open and rules.may_keep_roster(user, branch)):
        return ""
    return f"{path_to('members:groups')}?org={branch.pk}"


def _group(user, pk):
    seen = Organization.objects.with_ledgers_for(user).filter(kind=Kind.GROUP)
    return get_object_or_404(seen, pk=pk)
