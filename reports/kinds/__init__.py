"""The ledgers (台账) there are: one module per kind, listed here and nowhere else.

A kind says what its columns are and streams its rows; Excel, PDF and the preview on the screen take
both from it, so they cannot differ.
"""

from branchyear.lib.errors import Refused
from reports.kinds.appraisals import Appraisals
from reports.kinds.base import Asked, Kind
from reports.kinds.branches import Branches
from reports.kinds.checklist import Checklist
from reports.kinds.dossier import Dossier
from reports.kinds.dues import Dues
from reports.kinds.inspections import Inspections
from reports.kinds.meetings import Meetings
from reports.kinds.month_end import MonthEnd
from reports.kinds.movement import Absences, Admissions, Transfers
from reports.kinds.posts import Posts
from reports.kinds.problems import CorrectionList, ProblemList, Problems, ResponsibilityList
from reports.kinds.reporting import Reporting
from reports.kinds.roster import Roster
from reports.kinds.scores import Scores
from reports.kinds.summary import Summary
from reports.kinds.talks import Talks
from reports.kinds.terms import Terms
from reports.kinds.training import TrainingRegister

LEDGERS = (
    Checklist(),
    Summary(),
    Reporting(),
    Problems(),
    ProblemList(),
    CorrectionList(),
    ResponsibilityList(),
    Inspections(),
    Scores(),
    Branches(),
    Terms(),
    Posts(),
    Roster(),
    Dues(),
    TrainingRegister(),
    Transfers(),
    Absences(),
    Admissions(),
    Meetings(),
    Talks(),
    Appraisals(),
)
# Sets of papers in one archive.
PACKAGES = (MonthEnd(LEDGERS), Dossier())

KINDS = {kind.key: kind for kind in (*PACKAGES, *LEDGERS)}


def kind_of(key):
    """The kind with this key; a sentence for the person who asked for another."""
    try:
        return KINDS[key]
    except KeyError:
        raise Refused(f"没有“{key}”这种台账，请从列表中选择。", field="kind") from None


__all__ = ["KINDS", "Asked", "Kind", "kind_of"]
