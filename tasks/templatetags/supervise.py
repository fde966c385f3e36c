"""The button that begins a 督办单, on the page of the thing that is overdue."""

from django import template
from django.utils.html import format_html

from branchyear.lib.dates import local_day
from tasks.services.supervision import may_issue
from tasks.views.supervision import new_url

register = template.Library()


@register.simple_tag(takes_context=True)
def supervise(context, kind, row, organization):
    """Shown to the working committee where the problem, item or report is past its day; else nothing."""
    request = context.get("request")
    late = row.due_on is not None and row.due_on < local_day() and row.state in OPEN[kind]
    if not late or request is None or not may_issue(request.user, organization):
        return ""
    return format_html(
        '<a class="button button--quiet" href="{}">签发督办单</a>',
        new_url(organization, kind, row.pk),
    )


OPEN = {
    "problem": {"open", "fixing", "reopened"},
    "item": {"todo", "draft", "returned"},
    "report": {"todo", "draft", "returned"},
}
