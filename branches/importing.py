"""An Excel list of organisations and of the people in office, read and compared with what is there.

Nothing is changed here: ``plan`` says for every row what would happen, or which cell is wrong and why.
``branches.services.imports`` carries a plan out. The order of the rows does not matter; an empty cell
leaves what is there as it is.
"""

from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from branches import platform
from branches.columns import (
    BRANCH_TYPES,
    COLUMNS,
    FACTS,
    KINDS,
    LENGTHS,
    OFFICES,
    REQUIRED,
    TITLES,
)
from branches.models import CHILD_KINDS, Appointment, BranchType, Kind, Organization
from branches.roles import Role
from branches.services.accounts import problems_of_account
from branches.services.appointments import PLACES
from branchyear.accounts.models import User
from branchyear.lib import uploads
from branchyear.lib.dates import local_day
from branchyear.lib.uploads import BadCell


@dataclass
class Person:
    """One office in one row."""

    role: str
    prefix: str
    name: str
    username: str
    phone: str = ""
    email: str = ""

    @property
    def account(self):
        """What an account of this person is opened with."""
        return {
            "username": self.username,
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
        }


@dataclass
class Row:
    """One row of the list and what would become of it."""

    number: int
    values: dict
    people: list = field(default_factory=list)
    problems: list = field(default_factory=list)  # (cell, sentence)
    changes: list = field(default_factory=list)  # sentences
    existing: Organization = None
    kind: Kind = None
    must_be_direct: bool = False
    is_new: bool = False
    moves: bool = False

    @property
    def code(self):
        return self.values.get("code") or ""

    @property
    def name(self):
        return self.values.get("name") or ""

    @property
    def verdict(self):
        if self.problems:
            return "错误"
        if self.is_new:
            return "新增"
        return "修改" if self.changes else "不变"

    @property
    def sentences(self):
        """What to show beside the row."""
        if self.problems:
            return [f"{cell}:{sentence}" for cell, sentence in self.problems]
        return self.changes


@dataclass
class Plan:
    """Every row with its verdict, in the order of the file."""

    rows: list
    unknown: list = field(default_factory=list)

    @property
    def is_sound(self):
        return not any(row.problems for row in self.rows)

    @property
    def counts(self):
        """``{"新增": 3, "修改": 1, "不变": 40, "错误": 0}``."""
        found = dict.fromkeys(("新增", "修改", "不变", "错误"), 0)
        for row in self.rows:
            found[row.verdict] += 1
        return found

    @property
    def summary(self):
        return "、".join(f"{word}{number}行" for word, number in self.counts.items())


def read(file):
    """The table of the workbook: ``(table, rows)``; ``BadFile`` when it is no such list."""
    cells = uploads.read_workbook(file)
    usual = {column.key: [column.title] for column in COLUMNS}
    table = uploads.find_table(cells, platform.headings(usual))
    known = table.mapping.keys() | ({"kind"} if platform.CATEGORY in table.mapping else set())
    missing = [TITLES[key] for key in REQUIRED if key not in known]
    if missing:
        raise uploads.BadFile(
            f"表中没有“{'”、“'.join(missing)}”列。请使用本页下载的模板填写。", field="file"
        )
    return table, list(table.records(cells))


def plan(file):
    """Read the workbook and say what each row would do. Reads the database, changes nothing."""
    table, records = read(file)
    if not records:
        raise uploads.BadFile(uploads.EMPTY, field="file")
    rows = [_clean(number, platform.told(record), table) for number, record in records]
    _Judge(rows, table).judge()
    return Plan(rows, table.unknown)


def _clean(number, record, table):
    row = Row(number, {})
    for key, raw in record.items():
        try:
            if key == "established_on":
                value = uploads.date(raw)
            elif key == "order_number":
                value = uploads.integer(raw)
                if value is not None and not 0 <= value <= 2_000_000_000:
                    raise BadCell("序号应为不小于0的整数。")
            elif key == "covered_units":
                value = "\n".join(
                    unit.strip()
                    for line in uploads.text(raw).splitlines()
                    for unit in line.replace("、", "\n").split("\n")
                    if unit.strip()
                )
            elif key in {"code", "parent_code"} or key.endswith(("_username", "_email")):
                value = uploads.half_width(uploads.text(raw))
            else:
                value = uploads.text(raw)
        except BadCell as problem:
            row.problems.append((_cell(table, key, number), str(problem)))
            value = None
        if isinstance(value, str) and len(value) > LENGTHS.get(key, 2000):
            row.problems.append(
                (_cell(table, key, number), f"太长，最多{LENGTHS.get(key, 2000)}个字。")
            )
        row.values[key] = value
    return row


def _cell(table, key, number):
    """The name of a cell as Excel shows it, e.g. D5; the row alone where the column is missing."""
    if key == "kind" and key not in table.mapping:
        key = platform.CATEGORY
    if key not in table.mapping:
        return f"第{number}行"
    return f"{get_column_letter(table.mapping[key] + 1)}{number}"


class _Judge:
    """Compares the rows with one another and with the database."""

    def __init__(self, rows, table):
        self.rows, self.table = rows, table
        self.existing = {o.code: o for o in Organization.objects.all()}
        self.by_path = {o.path: o for o in self.existing.values()}
        self.by_code = {}
        self.accounts = {}
        self.users = users_of(rows)
        self.closed_users = {
            username.lower()
            for username in User.objects.filter(is_active=False).values_list("username", flat=True)
        }
        self.held = offices_in_force(local_day())

    def judge(self):
        for row in self.rows:
            self._identity(row)
        for row in self.rows:
            self._place(row)
        self._cycles()
        for row in self.rows:
            self._branch_type(row)
            self._people(row)
        for row in self.rows:
            if not row.problems:
                self._changes(row)

    def wrong(self, row, key, sentence):
        row.problems.append((_cell(self.table, key, row.number), sentence))

    # --- what it is ---

    def _identity(self, row):
        for key in REQUIRED:
            if not row.values.get(key):
                self.wrong(row, key, f"没有填写{TITLES[key]}。")
        if row.code:
            first = self.by_code.setdefault(row.code, row)
            if first is not row:
                self.wrong(row, "code", f"编码“{row.code}”与第{first.number}行重复。")
            row.existing = self.existing.get(row.code)
            row.is_new = row.existing is None
        word = row.values.get("kind")
        if word:
            if word not in KINDS:
                self.wrong(row, "kind", f"类型“{word}”不在可选范围内，应为：{'、'.join(KINDS)}。")
            else:
                row.kind, row.must_be_direct = KINDS[word]
        if row.existing and row.kind and row.existing.kind != row.kind:
            old = row.existing.get_kind_display()
            self.wrong(row, "kind", f"系统中是{old}，类型不能通过导入修改。")
        if row.existing and not row.existing.is_open:
            self.wrong(row, "code", f"该党组织已于{row.existing.closed_on}撤销。")

    # --- where it stands ---

    def _parent_of(self, row):
        """The code of the organisation above, after the import."""
        given = row.values.get("parent_code")
        if given:
            return given
        if row.existing and row.existing.depth > 1:
            return self.by_path[row.existing.path[: -Organization.steplen]].code
        return ""

    def _kind_of(self, code):
        row = self.by_code.get(code)
        if row is not None:
            return row.kind
        return Kind(self.existing[code].kind) if code in self.existing else None

    def _place(self, row):
        if row.kind is None or not row.code:
            return
        above = self._parent_of(row)
        if not above:
            if row.kind != Kind.CITY_DEPARTMENT:
                self.wrong(
                    row, "parent_code", f"没有填写上级编码，{row.values['kind']}必须有上级。"
                )
            elif row.is_new and any(o.depth == 1 for o in self.existing.values()):
                self.wrong(row, "kind", "系统中已有市委组织部，只能有一个。")
            return
        if above == row.code:
            self.wrong(row, "parent_code", "上级编码不能是自己。")
            return
        if above not in self.by_code and above not in self.existing:
            self.wrong(row, "parent_code", f"上级编码“{above}”在本表和系统中都找不到。")
            return
        if above not in self.by_code and not self.existing[above].is_open:
            self.wrong(row, "parent_code", f"上级“{self.existing[above]}”已撤销。")
            return
        kind = self._kind_of(above)
        if kind is None:
            return  # the row above is wrong itself and says so
        if row.kind not in CHILD_KINDS[kind]:
            allowed = "、".join(sorted(Kind(k).label for k in CHILD_KINDS[kind]))
            rule = f"之下只能设{allowed}" if allowed else "之下不能再设党组织"
            self.wrong(row, "parent_code", f"{kind.label}{rule}，不能设{row.values['kind']}。")
        elif row.must_be_direct and kind != Kind.WORK_COMMITTEE:
            self.wrong(row, "parent_code", f"{row.values['kind']}的上级应为市直机关工委。")

    def _cycles(self):
        for row in self.rows:
            seen, code = [], row.code
            while code and code not in seen:
                seen.append(code)
                above = self.by_code.get(code)
                if above is not None:
                    code = self._parent_of(above)
                elif code in self.existing:
                    organization = self.existing[code]
                    parent = self.by_path.get(organization.path[: -Organization.steplen])
                    code = parent.code if parent else ""
                else:
                    code = ""
            if code == row.code and len(seen) > 1:
                self.wrong(row, "parent_code", f"上下级互相循环：{' → '.join([*seen, code])}。")

    def _branch_type(self, row):
        word = row.values.get("branch_type")
        if not word:
            return
        if word not in BRANCH_TYPES:
            words = "、".join(BRANCH_TYPES)
            self.wrong(row, "branch_type", f"支部类型“{word}”不在可选范围内，应为：{words}。")
        elif row.kind and row.kind != Kind.BRANCH:
            self.wrong(row, "branch_type", "只有党支部才填写支部类型。")
        else:
            row.values["branch_type"] = BRANCH_TYPES[word]

    # --- who is in office ---

    def _people(self, row):
        for prefix in OFFICES:
            values = {
                k: row.values.get(f"{prefix}_{k}") or ""
                for k in ("name", "username", "phone", "email")
            }
            if not any(values.values()):
                continue
            if not values["username"]:
                self.wrong(
                    row,
                    f"{prefix}_username",
                    f"填写了{TITLES[f'{prefix}_name'][:-2]}的其他内容，还要填写账号。",
                )
                continue
            role = _role_of(prefix, row.kind)
            if row.kind and row.kind not in PLACES[role]:
                self.wrong(
                    row, f"{prefix}_username", f"“{role.label}”不能设在{row.values['kind']}。"
                )
                continue
            person = Person(role, prefix, **values)
            self._account(row, person)
            row.people.append(person)

    def _account(self, row, person):
        key = person.username.lower()
        user = self.users.get(key)
        if user is not None:
            if person.name and person.name != user.name:
                self.wrong(
                    row,
                    f"{person.prefix}_name",
                    f"账号“{person.username}”属于“{user.name}”，与“{person.name}”不一致。",
                )
            return
        if key in self.closed_users:
            self.wrong(row, f"{person.prefix}_username", f"账号“{person.username}”已停用。")
            return
        first_row, first = self.accounts.setdefault(key, (row, person))
        if first is not person:
            if person.name and first.name and person.name != first.name:
                self.wrong(
                    row,
                    f"{person.prefix}_name",
                    f"账号“{person.username}”在第{first_row.number}行属于“{first.name}”。",
                )
            return
        for column, sentence in problems_of_account(
            username=person.username, name=person.name, email=person.email, phone=person.phone
        ):
            self.wrong(row, f"{person.prefix}_{column}", sentence)

    # --- what would change ---

    def _changes(self, row):
        if row.is_new:
            above = self._parent_of(row)
            row.changes.append(f"在“{self._name_of(above)}”之下新设" if above else "新设")
        else:
            old = row.existing
            if row.name != old.name:
                row.changes.append(f"更名：{old.name} → {row.name}")
            above = self._parent_of(row)
            before = self.by_path.get(old.path[: -Organization.steplen])
            row.moves = bool(above and before and above != before.code)
            if row.moves:
                row.changes.append(f"隶属关系：{before.name} → {self._name_of(above)}")
            number = row.values.get("order_number")
            if number is not None and number != old.order_number:
                row.changes.append(f"序号：{old.order_number} → {number}")
            for key, value in facts_changed(row).items():
                shown = old.get_branch_type_display() if key == "branch_type" else getattr(old, key)
                new = BranchType(value).label if key == "branch_type" else value
                row.changes.append(f"{TITLES[key]}：{shown or '(空)'} → {new}")
        for person in row.people:
            sentence = self._appointment(row, person)
            if sentence:
                row.changes.append(sentence)

    def _appointment(self, row, person):
        offices = self.held.get((row.existing.pk, person.role), []) if row.existing else []
        if any(o.user.username.lower() == person.username.lower() for o in offices):
            return ""
        user = self.users.get(person.username.lower())
        name = person.name or (user.name if user else person.username)
        account = "" if user else "(新开账号)"
        sentence = f"任职：{name}{account}任{Role(person.role).label}"
        leaving = [o.user.name for o in offices] if person.role == Role.SECRETARY else []
        return f"{sentence}，{'、'.join(leaving)}免职" if leaving else sentence

    def _name_of(self, code):
        row = self.by_code.get(code)
        return row.name if row is not None else self.existing[code].name


def _role_of(prefix, kind):
    if prefix == "secretary":
        return Role.SECRETARY
    if prefix == "clerk":
        return Role.CLERK
    return Role.COMMITTEE_REVIEWER if kind == Kind.WORK_COMMITTEE else Role.ORG_REVIEWER


def facts_changed(row):
    """The plain facts that are given and differ from what is there."""
    return {
        key: row.values[key]
        for key in FACTS
        if row.values.get(key) not in (None, "") and row.values[key] != getattr(row.existing, key)
    }


def users_of(rows):
    """The open accounts the rows name, by their names in lower case."""
    names = {
        row.values[f"{prefix}_username"].lower()
        for row in rows
        for prefix in OFFICES
        if row.values.get(f"{prefix}_username")
    }
    users = User.objects.filter(is_active=True)
    return {u.username.lower(): u for u in users if u.username.lower() in names}


def offices_in_force(day):
    """``{(organisation, role): [appointments]}`` of that day."""
    found = {}
    for office in Appointment.objects.in_force(day).select_related("user", "organization"):
        found.setdefault((office.organization_id, office.role), []).append(office)
    return found
