"""How a rule of 支部体检 is written down.

A rule is a function that gets an ``Ask`` and answers with rows: querysets made with ``found``, each of
which says organisation, object, severity and the values for the rule's sentence. One function serves
one branch and ten thousand, on both databases, because it never sees a row::

    @check("R08", mend="members:roster")
    def member_assignment(ask):
        rows = ask.members().filter(group=None, has_groups=True)
        return found(rows, about=key("member", "pk"), severity=ERROR, name=F("name"))
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.db.models import CharField, DateField, F, JSONField, Q, TextField, Value
from django.db.models.functions import Cast, Concat, JSONObject

from tasks.models import Severity

ERROR, WARNING, NOTICE, UNKNOWN = (
    Severity.ERROR,
    Severity.WARNING,
    Severity.NOTICE,
    Severity.UNKNOWN,
)


@dataclass(frozen=True)
class Ask:
    """What a rule is asked: about which organisations, on which day, with which thresholds.

    ``under(path)`` is the condition that limits rows to those organisations; ``params`` are the rule's
    thresholds; ``starts_on`` and ``ends_on`` bound the campaign (a period counts only if it lies wholly
    within them).
    """

    day: date
    starts_on: date
    ends_on: date
    params: dict = field(default_factory=dict)
    condition: object = None

    def under(self, path="organization__path"):
        return Q() if self.condition is None else self.condition(path)


@dataclass(frozen=True)
class Check:
    """A registered rule. ``mend`` names the page on which the branch can put it right.

    ``applies`` is a function like the rule itself that answers with the organisations the rule speaks of
    (None: every open branch). ``words`` are further sentences, for a rule that can fail in several ways:
    ``say=`` in ``found`` chooses one; without it the rule's own sentence (data) is used. ``after`` is for a
    rule about findings: it is asked when those of the others are kept.
    """

    number: str
    find: object
    mend: str = ""
    applies: object = None
    words: dict = field(default_factory=dict)
    after: bool = False


CHECKS: dict[str, Check] = {}

# What of a rule the facts of the portal cannot tell, and why; said on the page, so that nobody takes
# silence for "in order".
NOT_COMPUTED = {
    "R08": "党员是否同时编入其他城市、其他系统的支部，本平台没有数据；本平台内由身份号码唯一保证。",
    "R10": "与纸质档案是否一致须人工核对；系统只核对身份号码、出生日期、性别和各日期之间的关系。",
    "R25": "党委书记每年讲党课的部分没有计算：党委不登记组织生活记录，只登记了支部党课。",
    "R51": "验收人是否为责任人由销号环节当场拒绝，不再事后核对。",
    "R54": "材料内容是否属实须审核人查看；系统只核对有没有、是不是本年度的。",
    "R56": "记录文字九成相似没有计算（两两比对随记录数平方增长），只核对完全相同的。",
}


def check(number, *, mend="", applies=None, words=None, after=False):
    """Register the function below as the rule with this number (R01 …)."""

    def register(function):
        if number in CHECKS and CHECKS[number].find.__module__ != function.__module__:
            raise ValueError(f"two checks for {number}")
        CHECKS[number] = Check(number, function, mend, applies, words or {}, after)
        return function

    return register


def found(rows, *, organization="organization_id", about=None, severity=ERROR, say="", **facts):
    """Rows of findings: ``(organization id, key, severity, facts)``, in this order.

    Facts never count from today ("overdue by 3 days"), else they would change every night; the sentence
    reckons that from the dates when it is shown.
    """
    if say:
        facts["say"] = say if hasattr(say, "resolve_expression") else Value(say)
    about = Value("") if about is None else about
    severity = severity if hasattr(severity, "resolve_expression") else Value(str(severity))
    return (
        rows.order_by()
        .annotate(
            found_in=F(organization),
            found_key=Cast(about, CharField()),
            found_severity=Cast(severity, CharField()),
            found_facts=JSONObject(**facts) if facts else Value({}, output_field=JSONField()),
        )
        .values_list("found_in", "found_key", "found_severity", "found_facts")
    )


def key(kind, *names):
    """The key of an object: "member:12", "group:3:month:2026-04"."""
    parts = [Value(f"{kind}:")]
    for number, name in enumerate(names):
        if number:
            parts.append(Value(":"))
        parts.append(Cast(F(name) if isinstance(name, str) else name, TextField()))
    return Concat(*parts, output_field=TextField())


def load():
    """Import every module of rules, so that they are registered."""
    _import_rules()
    return CHECKS


@cache
def _import_rules():
    import tasks.health as package  # its modules import this one

    for module in iter_modules(package.__path__):
        import_module(f"tasks.health.{module.name}")


def as_text(day):
    """A date column as "2026-04-12"."""
    return Cast(Cast(day, DateField()), TextField())
