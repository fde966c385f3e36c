"""Who may keep the roll, and what makes a person's record sound."""

import re

from branches.roles import BRANCH_ROLES
from branches.scope import scope_of


def may_keep_roster(user, branch):
    """The branch keeps its own roll: its secretary and its clerk. Those above read it.

    Source: 中国共产党党员教育管理工作条例 第二十二条 (the branch manages its members' registration).
    """
    return scope_of(user).holds(BRANCH_ROLES, branch)


def may_record_life(user, branch, *, scope=None):
    """Meetings, the appraisal and talks are recorded by the branch itself, for its groups too.

    Source: 中国共产党支部工作条例(试行) 第四章、第五章 (the branch holds and records them).
    """
    return branch.is_open and (scope or scope_of(user)).holds(BRANCH_ROLES, branch)


# GB 11643-1999: weights of the first seventeen digits, and the last sign by the remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST = "10X98765432"


def id_number_check_sign(first_seventeen):
    """The last sign that belongs to seventeen digits of an ID number."""
    total = sum(int(d) * w for d, w in zip(first_seventeen, _WEIGHTS, strict=True))
    return _LAST[total % 11]


def id_number_problem(number):
    """A sentence when ``number`` cannot be an ID number, else ""."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return "公民身份号码应为18位，前17位为数字，最后一位为数字或X。"
    if number[-1] != id_number_check_sign(number[:17]):
        return "公民身份号码校验位不正确，请核对是否输错。"
    return ""
