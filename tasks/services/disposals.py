"""What was decided about an unqualified member, registered; the portal decides nothing.

Source: 中国共产党党员教育管理工作条例(2019) 第三十、三十一条 (限期改正最长1年，期满考察); 工作方案: 严肃处置不合格党员.
"""

from django.db import transaction

from branchyear.audit.services import record
from branchyear.lib.dates import add_months, local_day
from branchyear.lib.errors import Refused, require
from tasks import rules
from tasks.models import Disposal

MONTHS = 12  # 第三十一条: 限期改正时间一般不超过1年


@transaction.atomic
def register(organization, *, member, kind, decided_on, by, now, until=None, document_no=""):
    """登记处置决定."""
    require(rules.may_fill(by, organization))
    today = local_day(now)
    if member.organization_id != organization.pk:
        raise Refused("只能登记本支部党员的处置。", field="member")
    if decided_on > today:
        raise Refused("决定日期不能晚于今天。", field="decided_on")
    if kind == Disposal.Kind.CORRECTION and until is None:
        raise Refused("限期改正请填写改正期限。", field="until")
    if kind != Disposal.Kind.CORRECTION:
        until = None
    if until is not None and not decided_on < until <= add_months(decided_on, MONTHS):
        raise Refused("改正期限应在决定日期之后，最长1年。", field="until")
    disposal = Disposal.objects.create(
        organization=organization, member=member, kind=kind, decided_on=decided_on, until=until,
        document_no=(document_no or "").strip(), by=by,
    )  # fmt: skip
    record(
        "disposal.registered", disposal, by=by, organization=organization, member=member.pk,
        kind=kind, decided_on=decided_on.isoformat(),
    )  # fmt: skip
    return disposal


@transaction.atomic
def review(disposal, *, reviewed_on, result, by, now):
    """登记期满考察情况, once."""
    require(rules.may_fill(by, disposal.organization))
    if disposal.kind != Disposal.Kind.CORRECTION:
        raise Refused("只有限期改正需要登记期满考察。")
    if not disposal.decided_on <= reviewed_on <= local_day(now):
        raise Refused("考察日期应在决定日期之后，且不能晚于今天。", field="reviewed_on")
    result = (result or "").strip()
    if len(result) < 2:
        raise Refused("请填写改正情况。", field="result")
    done = Disposal.objects.filter(pk=disposal.pk, reviewed_on=None).update(
        reviewed_on=reviewed_on, result=result
    )
    if not done:
        raise Refused("该处置的期满考察已经登记，请刷新页面。")
    disposal.refresh_from_db()
    record(
        "disposal.reviewed", disposal, by=by, organization=disposal.organization,
        reviewed_on=reviewed_on.isoformat(),
    )  # fmt: skip
    return disposal
