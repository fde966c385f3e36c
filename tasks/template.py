"""The campaign's template file: read, checked as a whole, its dates moved to the year it is opened for.

A template that is wrong anywhere is refused with everything that is wrong, in Chinese, before any row is
written.
"""

import hashlib
import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import yaml

from branchyear.lib.dates import shift_year
from branchyear.lib.errors import Refused

BUNDLED = Path(__file__).parent / "campaigns"
VERIFIED_BY = {"computed", "evidence", "self-declared"}
TOTAL = 100  # 量化评分: points out of 100
PROBLEMS_SHOWN = 20
# The same safe loader, in C where PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


def read(path):
    """The template at ``path``; a bare name (``campaign_2022``) means one of those that come along."""
    given = Path(path)
    for found in (given, BUNDLED / given.name, BUNDLED / f"{given.name}.yaml"):
        if found.is_file() and (found == given or given.name == str(path)):
            return parse(found.read_bytes())
    raise Refused(f"没有找到模板文件“{path}”。")


def parse(data):
    """The template in these bytes."""
    try:
        template = yaml.load(data.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506  # nosec B506 - a safe loader
    except UnicodeDecodeError:
        raise Refused("模板文件不是 UTF-8 编码，请另存为 UTF-8。") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"(第{mark.line + 1}行)" if mark else ""
        raise Refused(f"模板文件不是有效的 YAML{place}。") from None
    if not isinstance(template, dict):
        raise Refused("模板文件的内容应是若干“名称: 内容”。")
    return template


def digest_of(template):
    """The same content has the same digest, however it is laid out in the file."""
    text = json.dumps(template, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def check(template):
    """Refuse a template that is wrong anywhere, and say all that is."""
    found = problems(template)
    if found:
        more = f"\n……共{len(found)}处。" if len(found) > PROBLEMS_SHOWN else ""
        lines = "\n".join(f"{i}. {p}" for i, p in enumerate(found[:PROBLEMS_SHOWN], 1))
        raise Refused(f"模板有{len(found)}处错误，没有载入任何内容：\n{lines}{more}")


def shifted(value, years):
    """Every date in a value moved by ``years``, however deep it lies; everything else as it is."""
    if isinstance(value, dict):
        return {key: shifted(inner, years) for key, inner in value.items()}
    if isinstance(value, list):
        return [shifted(inner, years) for inner in value]
    if isinstance(value, date):
        return shift_year(value, value.year + years).isoformat()
    if isinstance(value, str):
        if _DAY.fullmatch(value):
            day = day_of(value)
            return shift_year(day, day.year + years).isoformat() if day else value
        if month := _MONTH.fullmatch(value):
            return f"{int(month[1]) + years:04d}-{month[2]}"
    return value


def day_of(value):
    """The date, written as a date or as ``2022-04-01``; None when it is none."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def number_of(value):
    """The weight as a Decimal with two places; None when it is none or negative."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number < 10_000 or number != round(number, 2):
        return None
    return round(number, 2)


def window_of(codes, phases):
    """From the start of the first named phase to the end of the last one.

    ``phases`` maps a code to its ``(starts_on, ends_on)``.
    """
    named = [phases[code] for code in codes]
    return min(start for start, _ in named), max(end for _, end in named)


# --- What can be wrong ----------------------------------------------------------------------------


def problems(template):
    """Everything that is wrong, as sentences; empty for a good template."""
    return _Check(template).found


class _Check:
    def __init__(self, template):
        self.found = []
        if not isinstance(template, dict):
            self.found.append("模板的内容应是若干“名称: 内容”。")
            return
        self.campaign(template.get("campaign"))
        self.phases = self.named(template, "phases", "code", "阶段")
        self.tasks = self.named(template, "tasks", "code", "任务")
        self.rules = self.named(template, "rules", "id", "规则", may_be_empty=True)
        for code, phase in self.phases.items():
            self.phase(code, phase)
        for number, rule in self.rules.items():
            self.rule(number, rule)
        seen = set()
        for code, task in self.tasks.items():
            self.task(code, task, seen)
        weights = [number_of(task.get("weight")) for task in self.tasks.values()]
        if weights and None not in weights and sum(weights) != TOTAL:
            self.say(f"各任务分值之和应为{TOTAL}，现为{_plain(sum(weights))}。")

    def say(self, sentence):
        self.found.append(sentence)

    def named(self, template, key, name, word, *, may_be_empty=False):
        """The rows of a list by their code."""
        rows = template.get(key, [] if may_be_empty else None)
        if not isinstance(rows, list) or (not rows and not may_be_empty):
            self.say(f"缺少{word}({key})。")
            return {}
        named = {}
        for position, row in enumerate(rows, 1):
            code = row.get(name) if isinstance(row, dict) else None
            if not isinstance(code, str) or not 0 < len(code) <= 20:
                self.say(f"第{position}个{word}没有编码({name})。")
            elif code in named:
                self.say(f"{word}编码“{code}”重复。")
            else:
                named[code] = row
        return named

    def text(self, row, key, limit, where, *, needed=True):
        value = row.get(key)
        if value is None and not needed:
            return
        if not isinstance(value, str) or (needed and not value.strip()):
            self.say(f"{where}缺少“{key}”。")
        elif len(value) > limit:
            self.say(f"{where}的“{key}”超过{limit}个字。")
        elif "\x00" in value:
            self.say(f"{where}的“{key}”含有不能保存的字符。")

    def words(self, row, key, where):
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.say(f"{where}的“{key}”应是文字列表。")
            return []
        return value

    def campaign(self, row):
        if not isinstance(row, dict):
            self.say("缺少活动信息(campaign)。")
            return
        self.text(row, "code", 40, "活动信息")
        self.text(row, "name", 60, "活动信息")
        for key, limit in (
            ("scope", 100),
            ("issued_by", 60),
            ("reports_to", 60),
            ("parent_document", 200),
        ):
            self.text(row, key, limit, "活动信息", needed=False)
        year = row.get("year")
        if isinstance(year, bool) or not isinstance(year, int) or not 2000 <= year <= 2100:
            self.say("活动信息的年度(year)应是 2000 至 2100 之间的年份。")
        start, end = day_of(row.get("start")), day_of(row.get("end"))
        if start is None or end is None:
            self.say("活动信息的起止日期(start、end)应写成 2022-04-01 的形式。")
        elif start > end:
            self.say("活动的结束日期早于开始日期。")
        for key in ("reporting", "grading"):
            if not isinstance(row.get(key, {}), dict):
                self.say(f"活动信息的“{key}”应是若干“名称: 内容”。")
        self.window = (start, end)

    def phase(self, code, row):
        where = f"阶段{code}"
        self.text(row, "name", 60, where)
        self.text(row, "source", 300, where)
        self.text(row, "date_note", 300, where, needed=False)
        self.words(row, "goals", where)
        if not isinstance(row.get("self_check", []), list):
            self.say(f"{where}的“self_check”应是列表。")
        start, end = day_of(row.get("start")), day_of(row.get("end"))
        if start is None or end is None:
            self.say(f"{where}的起止日期应写成 2022-04-01 的形式。")
            return
        if start > end:
            self.say(f"{where}的结束日期早于开始日期。")
        first, last = getattr(self, "window", (None, None))
        if first and last and not first <= start <= end <= last:
            self.say(f"{where}的日期不在活动期间内。")

    def rule(self, number, row):
        where = f"规则{number}"
        if len(number) > 10:
            self.say(f"{where}的编号超过10个字。")
        for key, limit in (
            ("code", 60),
            ("name", 60),
            ("statement", 5000),
            ("severity", 100),
            ("source", 300),
            ("message", 300),
        ):
            self.text(row, key, limit, where)
        for key, limit in (
            ("evaluated", 100),
            ("source_status", 40),
            ("seed_vs_regulation", 5000),
            ("expected_fix", 300),
        ):
            self.text(row, key, limit, where, needed=False)
        if not isinstance(row.get("params", {}), dict):
            self.say(f"{where}的参数(params)应是若干“名称: 内容”。")
        self.words(row, "inputs", where)
        if str(row.get("task")) not in self.tasks:
            self.say(f"{where}所属任务“{row.get('task')}”不存在。")

    def task(self, code, row, seen):
        where = f"任务{code}"
        if len(code) > 10:
            self.say(f"{where}的编码超过10个字。")
        self.text(row, "name", 60, where)
        self.text(row, "source", 300, where)
        self.text(row, "description", 300, where, needed=False)
        self.text(row, "source_note", 500, where, needed=False)
        weight = number_of(row.get("weight"))
        if weight is None:
            self.say(f"{where}的分值(weight)应是不小于0的数字。")
        items = self.named(row, "checklist", "code", f"{where}的条目")
        weights = []
        for item_code, item in items.items():
            if item_code in seen:
                self.say(f"条目编码“{item_code}”重复。")
            seen.add(item_code)
            weights.append(self.item(item_code, item))
        if weight is not None and weights and None not in weights and sum(weights) != weight:
            self.say(f"{where}的分值是{_plain(weight)}，条目分值之和却是{_plain(sum(weights))}。")

    def item(self, code, row):
        where = f"条目{code}"
        self.text(row, "text", 200, where)
        self.text(row, "source", 300, where)
        for key in ("evidence", "applies_to"):
            self.words(row, key, where)
        for way in self.words(row, "verify", where):
            if way not in VERIFIED_BY:
                self.say(f"{where}的核验方式“{way}”不认识。")
        codes = self.words(row, "phases", where)
        if not codes:
            self.say(f"{where}没有注明阶段(phases)。")
        for phase in codes:
            if phase not in self.phases:
                self.say(f"{where}的阶段“{phase}”不存在。")
        for number in self.words(row, "rules", where):
            if number not in self.rules:
                self.say(f"{where}的规则“{number}”不存在。")
        for problem in asks_problems(row.get("asks", [])):
            self.say(f"{where}的{problem}")
        for kind in row.get("applies_to", []) if isinstance(row.get("applies_to"), list) else []:
            if str(kind) not in branch_types():
                self.say(f"{where}的支部类型“{kind}”不存在。")
        weight = number_of(row.get("weight"))
        if weight is None:
            self.say(f"{where}的分值(weight)应是不小于0的数字。")
        return weight


def branch_types():
    from branches.models import BranchType  # the file is read before any row is

    return set(BranchType.values)


def asks_problems(asks):
    """What is wrong with the numbers an item asks."""
    if not isinstance(asks, list):
        return ["填报数字(asks)应是列表。"]
    found, keys = [], set()
    for ask in asks:
        good = isinstance(ask, dict) and set(ask) <= {"key", "label", "unit"}
        key = ask.get("key") if good else None
        if (
            not good
            or not re.fullmatch(r"[a-z][a-z0-9_]{0,29}", str(key or ""))
            or not isinstance(ask.get("label"), str)
            or not 0 < len(ask["label"]) <= 30
            or not isinstance(ask.get("unit", ""), str)
            or len(ask.get("unit", "")) > 10
        ):
            found.append("填报数字(asks)每项应有 key(小写字母)、label 和 unit。")
        elif key in keys:
            found.append(f"填报数字“{key}”重复。")
        keys.add(key)
    return found


def _plain(number):
    return format(number.normalize() if number else Decimal(0), "f")


def campaign_values(template, year):
    """The columns of the campaign, opened for ``year``."""
    row = template["campaign"]
    years = year - row["year"]
    return {
        "code": row["code"].replace(str(row["year"]), str(year))[:40],
        "name": row["name"],
        "starts_on": _moved(row["start"], years),
        "ends_on": _moved(row["end"], years),
        "scope": row.get("scope") or "",
        "issued_by": row.get("issued_by") or "",
        "reports_to": row.get("reports_to") or "",
        "parent_document": row.get("parent_document") or "",
        "aims": {
            key: row[key]
            for key in ("requirements", "three_norms", "three_improvements", "issue_lists")
            if key in row
        },
        "reporting": shifted(row.get("reporting", {}), years),
        "grading": row.get("grading", {}),
    }


def phase_values(row, order, years):
    return {
        "order": order,
        "name": row["name"],
        "starts_on": _moved(row["start"], years),
        "ends_on": _moved(row["end"], years),
        "goals": row.get("goals", []),
        "self_check": row.get("self_check", []),
        "source": mark_of(row["source"]),
        "source_note": row.get("date_note") or "",
    }


def task_values(row, order):
    return {
        "order": order,
        "name": row["name"],
        "weight": number_of(row["weight"]),
        "description": row.get("description") or "",
        "source": mark_of(row["source"]),
        "source_note": row.get("source_note") or "",
    }


def rule_values(row, years):
    return {
        "code": row["code"],
        "name": row["name"],
        "statement": row["statement"],
        "params": shifted(row.get("params", {}), years),
        "inputs": row.get("inputs", []),
        "evaluated": row.get("evaluated") or "",
        "severity": row["severity"],
        "basis": row["source"],
        "basis_status": row.get("source_status") or "",
        "difference": row.get("seed_vs_regulation") or "",
        "message": row["message"],
        "expected_fix": row.get("expected_fix") or "",
    }


def version_values(row, phases):
    """The columns of an item's version; ``phases`` as in ``window_of``."""
    opens_on, due_on = window_of(row["phases"], phases)
    return {
        "text": row["text"],
        "evidence": row.get("evidence", []),
        "verify": row.get("verify", []),
        "rules": row.get("rules", []),
        "asks": row.get("asks", []),
        "weight": number_of(row["weight"]),
        "phases": row["phases"],
        "opens_on": opens_on,
        "due_on": due_on,
        "applies_to": row.get("applies_to", []),
        "source": mark_of(row["source"]),
        "basis": row["source"],
    }


def mark_of(source):
    """原文 when the note begins with seed, 推断 otherwise."""
    return "seed" if source.strip().lower().startswith("seed") else "inferred"


def _moved(value, years):
    day = day_of(value)
    return shift_year(day, day.year + years)


def phases_shifted(template, years):
    """Every phase's window by its code, in the year it is opened for."""
    return {
        row["code"]: (_moved(row["start"], years), _moved(row["end"], years))
        for row in template["phases"]
    }
