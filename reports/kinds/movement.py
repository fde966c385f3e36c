"""组织关系转接, 流动、失联党员, 发展党员: the ledgers of people on the move."""

from collections import defaultdict
from itertools import count

from django.db.models import Q

from branchyear.lib.layout import Column
from members import deadlines
from members.models import Absence, AbsenceContact, AdmissionProgress, Applicant, Transfer
from reports.kinds.base import Kind
from reports.kinds.meetings import OfTheYear

ROWS_PER_STATEMENT = 500
CONTACTS_SHOWN = 5  # the latest; all of them are on the member's page
NUMBER = Column("number", "序号", 5, "integer", align="center")


class Transfers(OfTheYear):
    """One line per letter and side: a transfer inside what was asked for is out and in at once, and stands
    once, with both sides named."""

    key = "transfers"
    title = "组织关系转接台账"
    section = "党员"
    splits = False  # in the order of the letters, not of the organisations
    sources = (Transfer,)
    holds = "每份介绍信一行：方向、编号、开具日期、有效期、党费交至、转往或来自、回执日期、经办人、状态。"

    def columns(self, asked):
        return (
            NUMBER,
            Column("name", "姓名", 9, align="center"),
            Column("direction", "方向", 7, align="center"),
            Column("letter_no", "介绍信编号", 20),
            Column("issued_on", "开具日期", 11, "date"),
            Column("valid_until", "有效期至", 11, "date"),
            Column("paid_to", "党费交至", 9, align="center"),
            Column("sender", "来自", 26),
            Column("receiver", "转往", 26),
            Column("slip_on", "回执日期", 11, "date"),
            Column("by", "经办人", 9, align="center"),
            Column("state", "状态", 14, "status"),
        )

    def found(self, asked):
        first, last = self.window(asked)
        rows = Transfer.objects.all() if asked.by is None else Transfer.objects.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(issued_on__gte=first, issued_on__lte=last)
            .select_related("member", "sender", "receiver", "issued_by", "closed_by")
            .order_by("issued_on", "pk")
        )

    def rows(self, asked):
        numbers = count(1)
        found = self.found(asked)
        keys = list(found.values_list("pk", flat=True))
        for start in range(0, len(keys), ROWS_PER_STATEMENT):
            for row in list(found.filter(pk__in=keys[start : start + ROWS_PER_STATEMENT])):
                yield {"number": next(numbers), **self._line(row, asked)}

    def preview(self, asked, size):
        rows = enumerate(self.found(asked)[:size], 1)
        return [{"number": number, **self._line(row, asked)} for number, row in rows]

    def _line(self, row, asked):
        path = asked.organization.path
        goes = row.sender is not None and row.sender.path.startswith(path)
        comes = row.receiver is not None and row.receiver.path.startswith(path)
        expired = row.is_expired(asked.today)
        return {
            "name": row.member.name,
            "direction": "内部" if goes and comes else "转出" if goes else "转入",
            "letter_no": row.letter_no,
            "issued_on": row.issued_on,
            "valid_until": row.valid_until,
            "paid_to": row.dues_paid_to,
            "sender": row.sender_name,
            "receiver": row.receiver_name,
            "slip_on": row.slip_on,
            "by": str(row.issued_by or row.closed_by or ""),
            "state": "已到期，未收到回执" if expired else row.get_state_display(),
        }


class Absences(OfTheYear):
    """Who was on the register at some time of the year or month."""

    key = "absences"
    title = "流动、失联党员登记表"
    section = "党员"
    sources = (Absence, AbsenceContact)
    holds = (
        "每名流动、出国（境）、失联党员一行：外出时间、去向、联系人、最近联系时间、查找记录、处置。"
    )
    own_columns = (
        NUMBER,
        Column("name", "姓名", 9, align="center"),
        Column("kind", "类别", 10, align="center"),
        Column("since", "外出(失联)时间", 12, "date"),
        Column("destination", "去向", 20),
        Column("phone", "联系方式", 13, align="center"),
        Column("contact", "联系人", 9, align="center"),
        Column("last_on", "最近联系时间", 11, "date"),
        Column("records", "联系和查找记录", 40),
        Column("decided", "处置", 22),
    )

    def notes(self, asked):
        return (f"联系方式只显示首尾；联系和查找记录列最近{CONTACTS_SHOWN}次。",)

    def found(self, asked):
        first, last = self.window(asked)
        rows = Absence.objects.all() if asked.by is None else Absence.objects.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(Q(ended_on=None) | Q(ended_on__gte=first), since__lte=last)
            .select_related("member", "organization")
            .order_by("organization__path", "since", "pk")
        )

    def lines(self, rows):
        records = defaultdict(list)
        contacts = AbsenceContact.objects.filter(absence__in=[row.pk for row in rows])
        for contact in contacts.order_by("-on", "-pk"):
            if len(records[contact.absence_id]) < CONTACTS_SHOWN:
                reached = "" if contact.reached else "，未联系上"
                words = f"{contact.on.isoformat()} {contact.how}：{contact.result}{reached}"
                records[contact.absence_id].append(words)
        return [
            {
                "branch": row.organization.name,
                "name": row.member.name,
                "kind": row.get_kind_display(),
                "since": row.since,
                "destination": row.destination,
                "phone": row.member.masked_phone,
                "contact": row.contact_person,
                "last_on": row.last_contact_on,
                "records": "；".join(records[row.pk]),
                "decided": _decided(row),
            }
            for row in rows
        ]


def _decided(row):
    """处置: suspended, ended, or nothing yet."""
    words = []
    if row.suspended_on:
        words.append(f"{row.suspended_on.isoformat()}停止党籍")
    if row.ended_on:
        words.append(f"{row.ended_on.isoformat()}{row.ending}")
    if row.decision_no:
        words.append(row.decision_no)
    return " ".join(words)


class Admissions(OfTheYear):
    """Everybody on the way, and who has finished: a way takes years, so no year is asked for."""

    key = "admissions"
    title = "发展党员台账"
    section = "党员"
    sources = (Applicant, AdmissionProgress)
    holds = (
        "每名入党申请人一行：申请、谈话、积极分子、发展对象、政审、培训、接收、审批、预备期、转正。"
    )
    everything = "全部人员"
    conditions = ()
    own_columns = (
        NUMBER,
        Column("name", "姓名", 9, align="center"),
        Column("application", "申请日期", 11, "date"),
        Column("first_talk", "谈话日期", 11, "date"),
        Column("activist", "积极分子确定", 11, "date"),
        Column("mentors", "培养联系人", 14, align="center"),
        Column("target", "发展对象", 11, "date"),
        Column("vetting", "政审", 11, "date"),
        Column("short_course", "培训", 11, "date"),
        Column("admission_meeting", "接收大会", 11, "date"),
        Column("admission_approval", "审批", 11, "date"),
        Column("probation", "预备期起止", 22, align="center"),
        Column("conversion_meeting", "转正大会", 11, "date"),
        Column("conversion_approval", "转正审批", 11, "date"),
        Column("state", "状态", 13, "status"),
    )
    dated = tuple(column.key for column in own_columns if column.kind == "date")

    def layout(self, asked, **more):
        return Kind.layout(self, asked, **more)

    def found(self, asked):
        rows = Applicant.objects
        rows = rows.all() if asked.by is None else rows.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .select_related("organization", "member")
            .order_by("organization__path", "pk")
        )

    def lines(self, rows):
        days = defaultdict(dict)
        progress = AdmissionProgress.objects.filter(applicant__in=[row.pk for row in rows])
        for key, code, on in progress.values_list("applicant_id", "step__code", "on"):
            days[key][code] = on
        return [
            {
                "branch": row.organization.name,
                "name": row.name,
                **{key: days[row.pk].get(key) for key in self.dated},
                "mentors": row.mentors,
                "probation": _probation(row.member),
                "state": row.get_state_display(),
            }
            for row in rows
        ]


def _probation(member):
    if member is None or member.admitted_on is None:
        return ""
    end = deadlines.probation_end(member.admitted_on, member.probation_extended_to)
    return f"{member.admitted_on.isoformat()} 至 {end.isoformat()}"
