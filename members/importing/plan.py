"""What would become of every row of an uploaded roster. Reads the database, changes nothing.

Rows go through in parts, so that a hundred thousand of them need little memory: the members they may
speak of are looked up for a part at a time, by key, by the blind index of the ID number, by name.
"""

import hashlib
from itertools import islice

from branchyear.lib.crypto import blind_indexes
from branchyear.lib.errors import BadFile
from members import soundness
from members.importing import keys
from members.importing.cells import PEOPLES, Masked, Month, veiled
from members.importing.columns import FACTS, TITLES
from members.importing.facts import day_of, nothing, same_day, settled, shown
from members.importing.known import Known, Places
from members.importing.reading import Sheet
from members.importing.row import Row
from members.models import COUNTED, Category, Standing, Verdict
from members.services.roster import number_taken

PART = 1000
NOBODY = "标题行下面没有党员。请确认数据在第一张工作表中，填写后再上传。"
REQUIRED = ("name", "category")
_SUMMARY = ("sex", "ethnicity", "birth_date", "category", "id_number", "unit", "post")


class Plan:
    """The rows of ``file`` for the roll of ``organization``, judged for ``by`` (None: the console).

    Go through ``parts()`` to the end; then ``counts``, ``digest`` and ``notes`` are complete.
    """

    def __init__(self, file, *, organization, by, today):
        self.sheet = Sheet(file)
        self.organization, self.by, self.today = organization, by, today
        self.counts = dict.fromkeys(Verdict.values, 0)
        self.warned = 0
        self.written = {}  # the branches whose roll would be written
        self._hash = hashlib.sha256()
        self._places = Places(organization)
        self._seen_numbers, self._seen_members, self._seen_names = {}, {}, {}

    @property
    def notes(self):
        return self.sheet.notes

    @property
    def digest(self):
        return self._hash.hexdigest()

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def expected(self):
        """About how many rows there will be in the end."""
        return max(self.total, round(self.total / (self.sheet.share or 1)))

    @property
    def is_sound(self):
        return not self.counts[Verdict.ERROR] and not self.counts[Verdict.DENIED]

    @property
    def summary(self):
        return "、".join(
            f"{verdict.label}{self.counts[verdict]}行"
            for verdict in (
                Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.CONFLICT, Verdict.DENIED, Verdict.ERROR
            )
        )  # fmt: skip

    def parts(self):
        """Lists of judged rows, in the order of the file."""
        records_left = self.sheet.records()
        found_any = False
        while records := list(islice(records_left, PART)):
            found_any = True
            rows = [Row(r.number, r.values, r.problems, r.warnings) for r in records]
            self._judge(rows)
            for row in rows:
                self.counts[row.verdict] += 1
                self.warned += bool(row.warnings)
                if row.verdict in {Verdict.NEW, Verdict.CHANGED}:
                    self.written[row.branch.pk] = row.branch
                known = row.member and (row.member.pk, row.member.revision)
                line = (row.number, str(row.verdict), known, row.told, row.branch and row.branch.pk)
                self._hash.update(repr(line).encode())
            yield rows
        if not found_any:
            raise BadFile(NOBODY)

    # --- one part ---

    def _judge(self, rows):
        for row in rows:
            self._read_key(row)
            self._place(row)
            self._read_number(row)
        known = Known(rows)
        for row in rows:
            self._identify(row, known)
            if row.verdict in {Verdict.DENIED, Verdict.ERROR}:
                continue
            if row.member is None:
                self._new(row, known)
            else:
                self._compare(row, known)
        for row in rows:
            if row.problems and row.verdict != Verdict.DENIED:
                row.verdict = Verdict.ERROR
            if row.verdict in {Verdict.DENIED, Verdict.ERROR}:
                row.told = []

    def _wrong(self, row, key, sentence):
        row.problems.append([self.sheet.cell(key, row.number), veiled(sentence)])
        row.verdict = Verdict.ERROR

    def _deny(self, row, key, sentence):
        row.problems.append([self.sheet.cell(key, row.number), veiled(sentence)])
        row.verdict = Verdict.DENIED

    def _is_bad(self, row, key):
        """The cell was already said to be wrong."""
        if not row.problems:
            return False
        cell = self.sheet.cell(key, row.number)
        return key in self.sheet.keys and any(place == cell for place, _ in row.problems)

    def _warn(self, row, key, sentence):
        row.warnings.append([self.sheet.cell(key, row.number), veiled(sentence)])

    def _read_key(self, row):
        text = row.values.pop("key", None)
        if text:
            try:
                row.key = keys.read(text)
            except keys.Tampered:
                self._deny(row, "key", "标识被改动，无法确认是哪一名党员。请重新下载名册填写。")

    def _place(self, row):
        """The branch the row belongs to, where it says so; of a single branch it need not."""
        given = row.values.get("branch")
        if not given:
            if self.organization.is_branch:
                row.branch = self.organization
            return
        found = self._places.find(given)
        if len(found) == 1:
            row.branch = found[0]
        elif found:
            self._wrong(
                row, "branch", f"有{len(found)}个党支部叫“{given[:40]}”，请改填党支部编码。"
            )
        else:
            self._deny(
                row,
                "branch",
                f"“{given[:40]}”不是{self.organization.label}{'' if self.organization.is_branch else '下属'}的党支部，不能导入。",
            )

    def _read_number(self, row):
        """By what a person is known, and what the number says of birth and sex."""
        number = row.values.get("id_number")
        if isinstance(number, str) and number:
            row.index, *row.older = blind_indexes(number) or [""]
            if len(number) == 18 and number.isascii() and number[:17].isdigit():
                born = soundness.birth_date_in(number)
                if born is not None:
                    row.named = {"birth_date": born, "sex": soundness.sex_in(number)}

    # --- who is it ---

    def _identify(self, row, known):
        if row.verdict == Verdict.DENIED:
            return
        by_number = known.by_index.get(row.index) if row.index else None
        if row.key is not None:
            row.member = known.by_pk.get(row.key.pk)
            if row.member is None or not self._places.holds(row.member.organization_id):
                row.member = None
                self._deny(row, "key", f"这名党员不在{self.organization.label}的名册中，不能修改。")
                return
        elif by_number is not None:
            row.member = by_number
        elif not isinstance(row.values.get("id_number"), Masked):
            self._identify_by_name(row, known)
            if row.verdict == Verdict.ERROR:
                return
        else:
            self._wrong(
                row,
                "id_number",
                "号码中间是“*”，又没有标识，无法确认是哪一名党员。请填写完整号码。",
            )
            return
        self._repeated(row)
        member = row.member
        if member is None:
            if row.branch is None and not row.problems:
                self._wrong(row, "branch", "没有填写所在党支部，无法确定列入哪个支部。")
            return
        if row.key is None and not self._places.holds(member.organization_id):
            sentence = number_taken(member, self.by)
            row.member = None
            self._deny(row, "id_number", f"{sentence}确需转入的，请办理组织关系转接。")
        elif row.branch is not None and row.branch.pk != member.organization_id:
            here = self._places.by_pk[member.organization_id]
            self._deny(
                row,
                "branch",
                f"{member.name}在“{here.label}”的名册中，不能通过导入调整支部，请办理组织关系转接。",
            )
        elif member.standing not in COUNTED:
            self._deny(
                row,
                "name",
                f"{member.name}在系统中是“{Standing(member.standing).label}”，恢复在册请在党员页面办理。",
            )
        else:
            row.branch = self._places.by_pk[member.organization_id]
            if by_number is not None and by_number.pk != member.pk:
                self._deny(row, "id_number", number_taken(by_number, self.by))

    def _identify_by_name(self, row, known):
        """Without an ID number on one of the two sides: the one of that name in the branch."""
        name = row.values.get("name")
        if row.branch is None or not name:
            return
        born = day_of(row.values.get("birth_date"))
        found = [
            member
            for member in known.by_name.get((row.branch.pk, name), ())
            if (not row.index or not member.id_number_index)
            and (
                born is None
                or member.birth_date is None
                or same_day(row.values["birth_date"], member.birth_date)
            )
        ]
        if len(found) == 1:
            row.member = found[0]
            if not row.index:
                self._warn(
                    row, "name", f"没有公民身份号码，按姓名认定是名册中的{found[0].name}，请核对。"
                )
        elif found:
            self._wrong(
                row,
                "id_number",
                f"支部有{len(found)}名党员叫“{name}”，请填写公民身份号码以便区分。",
            )

    def _repeated(self, row):
        """The same person twice in one file."""
        if row.index:
            first = self._seen_numbers.setdefault(bytes.fromhex(row.index), row.number)
            if first != row.number:
                self._wrong(row, "id_number", f"公民身份号码与第{first}行相同。")
                return
        if row.member is not None:
            first = self._seen_members.setdefault(row.member.pk, row.number)
            if first != row.number:
                self._wrong(row, "name", f"与第{first}行是同一名党员，请删去一行。")
        elif not row.index and row.branch is not None and row.values.get("name"):
            who = (row.branch.pk, row.values["name"], day_of(row.values.get("birth_date")))
            first = self._seen_names.setdefault(who, row.number)
            if first != row.number:
                self._wrong(
                    row,
                    "name",
                    f"与第{first}行姓名相同，又没有公民身份号码，请补填号码或删去一行。",
                )

    # --- a new one ---

    def _new(self, row, known):
        row.verdict = Verdict.NEW
        given = {key: value for key, value in row.values.items() if value is not None}
        facts = {
            key: value if value.__class__ is not Month else settled(key, value, row)
            for key, value in given.items()
            if key in FACTS
        }
        for key, value in row.named.items():  # said by the number, it need not be said again
            if not self._is_bad(row, key):
                facts.setdefault(key, value)
        if not facts.get("name") and not self._is_bad(row, "name"):
            self._wrong(row, "name", "没有填写姓名。")
        if isinstance(facts.get("phone"), Masked):
            self._wrong(row, "phone", "含有“*”，请填写完整的联系电话。")
        if "category" not in facts and facts.get("formal_on"):
            facts["category"] = Category.FORMAL.value
        if "category" not in facts and not self._is_bad(row, "category"):
            self._wrong(row, "category", "没有填写党员类别，应填“正式党员”或“预备党员”。")
        standing = given.get("standing", Standing.ACTIVE.value)
        if standing not in COUNTED:
            label = Standing(standing).label
            self._wrong(row, "standing", f"状态是“{label}”，不在册的党员不列入名册，请删去这一行。")
        self._group(row, facts)
        if row.problems:
            return
        self._sound(row, facts)
        if not facts.get("id_number"):
            self._warn(row, "id_number", "没有公民身份号码，列入名册后请尽快补齐。")
        row.changes = facts | {"standing": standing}
        if given.get("party_post"):
            row.changes["party_post"] = given["party_post"]
        words = [shown(key, facts[key]) for key in _SUMMARY if facts.get(key)]
        row.told = [["列入", "", "，".join(words)]]

    # --- a known one ---

    def _compare(self, row, known):
        member = row.member
        changes = {}
        for key, value in row.values.items():
            if key in FACTS:
                self._difference(row, key, value, member, changes)
        self._group(row, changes)
        for key in ("standing", "party_post"):
            value = row.values.get(key)
            if value and value != getattr(member, key):
                where = "党员页面" if key == "standing" else "“班子和党小组”"
                self._warn(row, key, f"{TITLES[key]}请在{where}办理，本次不改。")
        if row.problems:
            return
        changes = {k: v for k, v in changes.items() if v != getattr(member, k)}
        if not changes:
            row.verdict = Verdict.SAME
            return
        if row.key is not None and row.key.revision != member.revision:
            if row.key.digest == self._digest(row):
                row.verdict = Verdict.SAME
                self._warn(row, "name", "系统中已有更新，表中这一行没有改过，以系统中的为准。")
                return
            row.verdict = Verdict.CONFLICT
            row.warnings.append(
                [f"第{row.number}行", "下载之后，这名党员的信息在系统中已被修改，系统不会覆盖。请核对后在党员页面修改，或重新下载名册填写。"]
            )  # fmt: skip
        else:
            row.verdict = Verdict.CHANGED
        self._sound(row, changes)
        row.changes = changes
        row.told = [
            [TITLES[key], shown(key, getattr(member, key)), shown(key, value)]
            for key, value in changes.items()
        ]

    def _difference(self, row, key, value, member, changes):
        stored = getattr(member, key)
        if value is None:
            if row.key is None:
                return  # somebody else's file says nothing about it
            if key in REQUIRED:
                self._wrong(row, key, f"没有填写{TITLES[key]}。")
            elif key == "group":
                changes[key] = None
            else:
                changes[key] = nothing(key)
        elif isinstance(value, Masked):
            if value.shown != getattr(member, f"masked_{key}"):
                self._wrong(row, key, "含有“*”，请填写完整号码；不改的，请保持下载时的原样。")
        elif isinstance(value, Month):
            # Less exact than what is stored is no change.
            if stored is None or not same_day(value, stored):
                changes[key] = settled(key, value, row)
        elif isinstance(value, str) and isinstance(stored, str):
            if value != " ".join(stored.split()):
                changes[key] = value
        else:
            changes[key] = value

    def _digest(self, row):
        return keys.digest_of({k: v for k, v in row.values.items() if k != "branch"})

    # --- both ---

    def _group(self, row, facts):
        """The Party group by its name, of the branch the row belongs to."""
        wanted = facts.get("group")
        if not isinstance(wanted, str) or row.branch is None:
            return
        group = self._places.group(row.branch, wanted)
        if group is None:
            self._wrong(
                row, "group", f"{row.branch.label}没有叫“{wanted[:30]}”的党小组，请核对或先设立。"
            )
        facts["group"] = group

    def _sound(self, row, facts):
        """Unsound facts are errors, unless they were as unsound before."""
        before, member = set(), row.member
        asked = {name: facts.get(name) for name in soundness.READS if name in facts}
        if member is not None:
            before = set(soundness.findings_of(member, today=self.today))
            asked = {name: getattr(member, name) for name in soundness.READS} | asked
        for finding in soundness.findings(today=self.today, **asked):
            if finding in before:
                continue
            if finding.is_error:
                self._wrong(row, finding.field, finding.sentence)
            else:
                self._warn(row, finding.field, finding.sentence)
        ethnicity = facts.get("ethnicity")
        if ethnicity and ethnicity not in PEOPLES:
            self._warn(row, "ethnicity", f"民族“{ethnicity}”不在56个民族的名称中，请核对。")
