"""Problems (问题清单): listed, planned, put right, handed in, closed (销号) or sent back, reopened.

Source: 工作方案 五(一) (项目清单化管理); practice of 台账销号: closed by another level, with a written
result and something that proves it, and never while the rule that found it still fails (R51).

Every verb is one transaction; the row is moved by a conditional update on the state and the revision the
person had before the eyes, then leaves its step, its audit entry and its notices (``moves.py``).
"""

from tasks.services.problems.closing import (
    close,
    hand_in,
    handed_in_by,
    open_finding,
    reopen,
    send_back,
)
from tasks.services.problems.evidence import add_evidence, attach_evidence, detach_evidence
from tasks.services.problems.extensions import ask_extension, decide_extension
from tasks.services.problems.listing import (
    enter_problem,
    list_answer,
    list_finding,
    list_item,
    list_problem,
)
from tasks.services.problems.moves import OF_CLOSERS, OF_KEEPERS, WORK
from tasks.services.problems.planning import DAYS_TO_MEND, Plan, due_by_default, plan

__all__ = [
    "DAYS_TO_MEND",
    "OF_CLOSERS",
    "OF_KEEPERS",
    "WORK",
    "Plan",
    "add_evidence",
    "ask_extension",
    "attach_evidence",
    "close",
    "decide_extension",
    "detach_evidence",
    "due_by_default",
    "enter_problem",
    "hand_in",
    "handed_in_by",
    "list_answer",
    "list_finding",
    "list_item",
    "list_problem",
    "open_finding",
    "plan",
    "reopen",
    "send_back",
]
