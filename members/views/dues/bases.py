"""基数核定: the bases of a branch's members on one page. Only for those who may see what one earns."""

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from branchyear.lib.dates import Month, local_day
from branchyear.lib.errors import require
from branchyear.lib.routes import path_to
from members import rules
from members.dues import ARTICLES, BRACKETS, FIXED, read_money
from members.models import DuesBase, Member
from members.models.dues import DuesKind
from members.services import dues as services
from members.services.dues.bases import problem_of
from members.services.dues.sums import rows_below
from members.views.dues.common import dues_desk, require_sums


@require_http_methods(["GET", "POST"])
def dues_bases(request):
    """The form sends itself to its own address, so that what is typed stays when a line is wrong."""
    organization, context = dues_desk(request, "members:dues_bases")
    require_sums(request, organization)
    if not organization.is_branch:
        context |= _by_branch(organization)
        return render(request, "members/dues_bases_branches.html", context)
    lines = lines_of(organization, context["running"])
    status = 200
    from_month = request.POST.get("from_month", "") or str(context["running"])
    if request.method == "POST":
        require(rules.may_keep_dues(request.user, organization))
        entries = _read(lines, request.POST, from_month)
        if entries is not None:
            count = services.approve_bases(organization, entries, by=request.user)
            said = f"已核定{count}人的党费基数。" if count else "内容没有变化，无需保存。"
            messages.success(request, said)
            return redirect(f"{path_to('members:dues_bases')}?org={organization.pk}")
        status = 422
    context |= {
        "lines": lines,
        "kinds": DuesKind.choices,
        "from_month": from_month,
        "missing": sum(line.current is None for line in lines),
        "problem_count": sum(bool(line.problems) for line in lines),
        "brackets": [(kind, ARTICLES[kind], BRACKETS.get(kind)) for kind in DuesKind],
        "fixed": FIXED,
    }
    return render(request, "members/dues_bases.html", context, status=status)


class BaseLine:
    """One member with the base in force and those before it."""

    def __init__(self, member, history, running):
        self.member = member
        self.history = history
        in_force = [base for base in history if base.from_month <= str(running)]
        self.current = in_force[0] if in_force else None
        self.coming = [base for base in history if base.from_month > str(running)]
        self.typed, self.problems = {}, {}

    @property
    def shown(self):
        if self.typed:
            return self.typed
        base = self.current
        if base is None:
            kind = DuesKind.RETIRED if self.member.is_retired else DuesKind.WAGE
            return {"kind": kind, "base": "", "note": ""}
        return {"kind": base.kind, "base": self.figure, "note": ""}

    @property
    def figure(self):
        """What stands in the box: the base, for a farmer the sum agreed."""
        base = self.current
        if base is None or base.kind == DuesKind.FIXED:
            return ""
        return f"{base.monthly_due if base.kind == DuesKind.FARMER else base.base:.2f}"


def lines_of(branch, running):
    """The counted members with their bases, in two statements."""
    bases = Prefetch("dues_bases", DuesBase.objects.select_related("by").order_by("-from_month"))
    members = Member.objects.counted().filter(organization=branch).order_by("name_key", "pk")
    return [
        BaseLine(member, list(member.dues_bases.all()), running)
        for member in members.prefetch_related(bases)
    ]


def _read(lines, post, from_month):
    """The lines that were changed, as entries; None when one cannot be approved."""
    today = local_day(timezone.now())
    try:
        month = Month.parse(from_month)
    except ValueError as error:
        if lines:
            lines[0].problems["from_month"] = str(error)
        return None
    entries, sound = [], True
    for line in lines:
        pk = line.member.pk
        if f"kind_{pk}" not in post:
            continue
        before = line.shown
        line.typed = {
            name: post.get(f"{name}_{pk}", "").strip() for name in ("kind", "base", "note")
        }
        if not _is_changed(line, before):
            continue
        try:
            base = read_money(line.typed["base"])
        except ValueError as error:
            line.problems["base"] = str(error)
            sound = False
            continue
        entry = services.BaseEntry(pk, line.typed["kind"], base, month, line.typed["note"])
        problem = problem_of(entry, today)
        if problem:
            line.problems[problem[0]] = problem[1]
            sound = False
            continue
        entries.append(entry)
    return entries if sound else None


def _is_changed(line, before):
    """A member without a base whose line was left alone is not approved by leaving it alone."""
    same_kind = line.typed["kind"] == str(before["kind"])
    try:
        same_base = read_money(line.typed["base"]) == read_money(before["base"])
    except ValueError:
        return True
    return not (same_kind and same_base)


def _by_branch(organization):
    """How many members of each branch have an approved base; no base is shown here."""
    organizations, key = rows_below(organization)
    has = DuesBase.objects.filter(member=OuterRef("pk"))
    counted = (
        Member.objects.counted()
        .under(organization)
        .annotate(has=Exists(has))
        .order_by()
        .values_list("organization__path")
        .annotate(members=Count("pk"), based=Count("pk", filter=Q(has=True)))
    )
    found = {}
    for path, members, based in counted:
        line = found.setdefault(key(path), [0, 0])
        line[0] += members
        line[1] += based
    rows = [(o, *found.get(o.path, (0, 0))) for o in organizations]
    return {"rows": [(o, members, based, members - based) for o, members, based in rows]}
