"""What is ticked below an item's answer: files of the library, recorded meetings, ledgers of the portal."""

from branchyear.lib.errors import Refused
from branchyear.lib.forms import ticked
from tasks import meetings as records
from tasks.models import BranchItem, Evidence, FactKind
from tasks.services import evidence as materials
from tasks.services import facts as ledgers


def files(request, row):
    """Of the branch's library."""
    rows = Evidence.objects.visible_to(request.user)
    return rows.filter(organization=row.branch, pk__in=ticked(request.POST, "attach"))


def meetings(request, row):
    """Recorded meetings that may prove the item."""
    return records.fitting(row).filter(pk__in=ticked(request.POST, "meeting"))


def facts(request):
    """Kinds of ledgers."""
    return [kind for kind in request.POST.getlist("fact") if kind in FactKind.values]


def boxes(request):
    """What is to be ticked again when the form comes back."""
    return {
        "attach": ticked(request.POST, "attach"),
        "meeting": ticked(request.POST, "meeting"),
        "fact": set(facts(request)),
    }


def taken(request, row):
    """Let all that is ticked prove the item: who hands it in means what he has ticked. The sentences that say what
    cannot be. Meetings are ticked beforehand and prove nothing of an item that does not apply."""
    applies = row.result != BranchItem.Result.NOT_APPLICABLE
    try:
        for file in files(request, row) if ticked(request.POST, "attach") else ():
            materials.attach(row, file, by=request.user)
        if applies and ticked(request.POST, "meeting") and (chosen := meetings(request, row)):
            materials.attach_meetings(row, chosen, by=request.user)
        if kinds := facts(request):
            ledgers.use(row, kinds, by=request.user)
    except Refused as error:
        if error.field != "evidence":
            raise
        return [error.sentence]
    return []
