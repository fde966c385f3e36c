"""What the pages of dues have in common: their own row of links, months and years of an address."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from branches.models import Kind, Organization
from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import require
from members import rules
from members.desk import chosen_organization, desk

FIRST_YEAR = 2008  # the regulation came into force
NOT_YOURS = "个人党费金额和基数会显示工资水平，只有本支部和负责审核的上级可以查看。"
# In the order of use: label, view, whether only for those who may see a member's sums.
PAGES = (
    ("按月登记", "members:dues", False),
    ("全年", "members:dues_year", False),
    ("基数核定", "members:dues_bases", True),
    ("减免", "members:dues_exemptions", True),
    ("上缴和公布", "members:dues_accounts", False),
)


def dues_desk(request, view_name, organization=None):
    """``(organization, context)`` as the desk gives it, with the links between the pages of dues."""
    organization, context = desk(request, "members:dues", organization)
    sees = rules.may_see_dues_sums(request.user, organization)
    context |= {
        "pages": [
            {
                "label": label,
                "url": f"{reverse(name)}?org={organization.pk}",
                "active": name == view_name,
            }
            for label, name, private in PAGES
            if sees or not private
        ],
        "sees_sums": sees,
        "may_keep": rules.may_keep_dues(request.user, organization),
        "today": local_day(),
        "running": running_month(),
    }
    return organization, context


def posted_organization(request):
    """The organisation a form speaks of, else the person's own; 404 when it is out of sight."""
    asked = request.POST.get("org", "")
    if not asked:
        return chosen_organization(request, ledgers=True)
    seen = Organization.objects.with_ledgers_for(request.user).exclude(kind=Kind.GROUP)
    return get_object_or_404(seen, pk=int(asked) if _is_number(asked) else 0)


def posted_branch(request):
    """The branch whose dues the form keeps, for somebody who may."""
    branch = posted_organization(request)
    require(rules.may_keep_dues(request.user, branch))
    return branch


def _is_number(text):
    return text.isascii() and text.isdigit() and len(text) <= 18


def running_month():
    return Month.of(local_day(timezone.now()))


def month_of(query):
    """The month asked for; the running one when nothing usable is asked."""
    try:
        month = Month.parse(query.get("month", ""))
    except ValueError:
        return running_month()
    if not FIRST_YEAR <= month.year <= running_month().year + 1:
        return running_month()
    return month


def year_of(query):
    """The year asked for; the running one when nothing usable is asked."""
    asked = query.get("year", "")
    this = running_month().year
    if asked.isascii() and asked.isdigit() and FIRST_YEAR <= int(asked[:5]) <= this:
        return int(asked)
    return this


def require_sums(request, organization):
    require(rules.may_see_dues_sums(request.user, organization), NOT_YOURS)


def require_branch(organization):
    if not organization.is_branch:
        raise Http404
