"""What the frame around every page shows: menu, person, unit, campaign."""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from branches.roles import ADMIN_ROLES, BRANCH_ROLES, COMMITTEE_ROLES, KEY_ROLES, Role
from branches.scope import scope_of
from branchyear.lib.dates import local_day
from branchyear.lib.routes import path_to
from branchyear.manual import help_for
from tasks.year import year_of


def frame(request):
    """``{"frame": …}``, computed only when a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request):
    user = request.user
    values = {
        "font_size": _font_size(request),
        "demo": not settings.PRODUCTION,
        "menu": (),
        "unread": 0,
        "who": "",
        "unit": "",
        "role": "",
        "campaign": None,
        "tree": False,
        "search_url": "",
        "inbox_url": path_to("notices:inbox"),
        "logout_url": path_to("logout"),
        "account_url": path_to("account"),
        "tokens_url": "",
        "help_url": path_to("help"),
        "verify_url": path_to("reports:verify"),
        "admin_url": "",
        "user_key": "",
    }
    if not user.is_authenticated:
        return values
    scope = scope_of(user)
    role, organization = main_office(scope)
    values.update(
        who=user.name or user.username,
        user_key=str(user.pk),
        **_office(role, organization),
        tokens_url=path_to("branches:tokens") if scope.has(KEY_ROLES) else "",
        search_url=path_to("search") if scope.seen_paths else "",
        help_url=help_for(_view_name(request), role),
        unread=year_of(request).unread,
        campaign=_campaign(year_of(request)),
        admin_url=reverse("admin:index") if scope.is_administrator else "",
        tree=bool(scope.seen_paths) and not scope.roles <= BRANCH_ROLES | {Role.BRANCH_MEMBER},
        menu=_menu(request, scope),
    )
    return values


# The office that decides which home page a person sees, highest first.
RANK = (
    Role.CITY_DEPARTMENT,
    Role.COMMITTEE_LEADER,
    Role.COMMITTEE_REVIEWER,
    Role.ORG_REVIEWER,
    Role.SECRETARY,
    Role.CLERK,
    Role.BRANCH_MEMBER,
    Role.INSPECTOR,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
)


def main_office(scope):
    """``(role, organization)`` of the office that counts for home and frame; (None, None) if none."""
    for role in RANK:
        held = scope.organizations({role})
        if held:
            return role, held[0]
    return None, None


def _office(role, organization):
    """The unit and the office beside the name; an inspector belongs to none of the branches drawn for him."""
    label = Role(role).label if role else ""
    if role == Role.INSPECTOR:
        return {"unit": label, "role": ""}
    return {"unit": organization.label if organization else "", "role": label}


def _font_size(request):
    size = request.COOKIES.get("fontsize", "m")
    return size if size in {"s", "m", "l"} else "m"


def _view_name(request):
    return request.resolver_match.view_name if request.resolver_match else ""


def _campaign(year):
    """The running year and the phase of today."""
    today = local_day()
    if year.campaign is None:
        return None
    phases = [p for p in year.phases if p.starts_on <= today <= p.ends_on]
    last = phases[-1] if phases else None
    return {
        "name": year.campaign.name,
        "year": year.campaign.year,
        "phase_label": str(last) if last else "",
        "days_left": (last.ends_on - today).days if last else None,
    }


def _menu(request, scope):
    """The first-level menu: short for a secretary, longer upwards."""
    entries = [("首页", "home")]
    upper = scope.has({Role.ORG_REVIEWER, Role.CITY_DEPARTMENT, *COMMITTEE_ROLES})
    if scope.has(BRANCH_ROLES) and not upper:
        entries += [("八项任务清单", "tasks:checklist"), ("支部体检", "tasks:checkup")]
        entries += [
            ("问题整改", "tasks:problems"),
            ("督查抽查", "tasks:inspections"),
            ("月报", "reports:reports"),
            ("支部台账", "members:roster"),
            ("督办", "tasks:supervisions"),
            ("考核评分", "tasks:scores"),
            ("台账导出", "reports:exports"),
        ]
    elif upper:
        entries += [("总览", "reports:overview"), ("支部体检", "tasks:checkup")]
        entries += [("问题整改", "tasks:problems"), ("督查抽查", "tasks:inspections")]
        if scope.has({Role.ORG_REVIEWER, Role.COMMITTEE_REVIEWER}):
            entries += [("审核", "tasks:review")]
        if scope.has(BRANCH_ROLES):
            entries += [("八项任务清单", "tasks:checklist")]
        entries += [("月报", "reports:reports"), ("报送情况", "reports:matrix")]
        entries += [("党组织", "branches:tree"), ("支部台账", "members:roster")]
        entries += [("督办", "tasks:supervisions"), ("考核评分", "tasks:scores")]
        entries += [("台账导出", "reports:exports")]
    elif scope.has({Role.BRANCH_MEMBER}):  # sees its branch, fills in what is delegated to it
        entries += [("八项任务清单", "tasks:checklist"), ("党组织", "branches:tree")]
    elif scope.has({Role.INSPECTOR}):
        entries += [("督查抽查", "tasks:inspections"), ("党组织", "branches:tree")]
    if scope.has(ADMIN_ROLES):
        entries += [("系统管理", "admin:index")]
    here = _view_name(request)
    here = BELONGS.get(here, "members:roster" if here.startswith("members:") else here)
    return _entries(tuple(entries), here)


class Entry(NamedTuple):
    label: str
    url: str
    active: bool


@lru_cache(maxsize=500)  # one for each kind of menu and each page of it
def _entries(entries, here):
    return tuple(Entry(label, path_to(name), here == name) for label, name in entries)


# Under which entry of the menu a page stands that is no entry itself.
BELONGS = {
    **dict.fromkeys(
        (
            "tasks:branch_checklist",
            "tasks:item",
            "tasks:submit_done",
            "tasks:checklist_excel",
            "tasks:checklist_report",
            "tasks:save_item",
            "tasks:library",
            "tasks:material",
        ),
        "tasks:checklist",
    ),
    "tasks:checkup_list": "tasks:checkup",
    "tasks:self_check": "tasks:checkup",
    **dict.fromkeys(
        ("tasks:problem", "tasks:problem_lists", "tasks:new_problem", "tasks:disposals"),
        "tasks:problems",
    ),
    **dict.fromkeys(
        ("tasks:review_batch", "tasks:accept_many", "tasks:review_clocks"), "tasks:review"
    ),
    **dict.fromkeys(
        ("tasks:score", "tasks:score_facts", "tasks:rubric", "tasks:new_round"), "tasks:scores"
    ),
    **dict.fromkeys(
        ("tasks:supervision", "tasks:new_supervision", "reports:bulletins", "reports:bulletin"),
        "tasks:supervisions",
    ),
    "reports:duty": "tasks:scores",
    **dict.fromkeys(
        (
            "tasks:inspection",
            "tasks:new_inspection",
            "tasks:edit_inspection",
            "tasks:draw",
            "tasks:visit",
        ),
        "tasks:inspections",
    ),
    "reports:burden": "tasks:checkup",
    "reports:items": "reports:overview",
    "reports:meeting": "reports:overview",
    "reports:report": "reports:reports",
    "reports:practices": "reports:reports",
    "reports:export": "reports:exports",
    "branches:organization": "branches:tree",
}
