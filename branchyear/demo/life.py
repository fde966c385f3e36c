"""A year of organisation life for the demo city: meetings with attendance, appraisals and talks, by the
book where a branch is diligent and with gaps where it is not."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import count

from branchyear.lib.bulk import insert_tuples, next_key
from branchyear.lib.dates import CHINA, Month, months_between
from members import life
from members.models import (
    Appraisal,
    AppraisalResult,
    Attendance,
    Category,
    Meeting,
    MeetingKind,
    Member,
    Talk,
    Vote,
)
from members.services.meetings import is_expected
from tasks.meetings import kinds_for
from tasks.models import ItemMeeting

MEETING = (
    "id", "organization_id", "group_id", "kind", "includes_lecture", "on", "starts_at", "place",
    "host", "recorder", "lecturer", "topic", "minutes", "resolution", "follow_up", "hours", "due",
    "present", "voided_at", "void_reason", "created_by_id", "created_at", "updated_at", "revision",
)  # fmt: skip
ATTENDANCE = ("meeting_id", "member_id", "status", "reason")
VOTE = (
    "meeting_id", "matter", "voters_due", "voters_present", "in_favour", "against", "abstained",
)  # fmt: skip

APPRAISAL = ("id", "organization_id", "year", "on", "meeting_id", "over_third_reason", "by_id", "at",
             "revision")  # fmt: skip
RESULT = ("appraisal_id", "member_id", "took_part", "self_grade", "votes_excellent", "votes_qualified",
          "votes_barely", "votes_unqualified", "grade", "opinion")  # fmt: skip
TALK = ("organization_id", "on", "kind", "speaker_id", "listener_id", "content", "opinion", "voided_at",
        "by_id", "at")  # fmt: skip
LINK = ("branch_item_id", "meeting_id", "attached_by_id", "attached_at")

# Why people are absent, as often as it happens; without a reason only where little is kept.
REASONS = ("duty", "duty", "duty", "leave", "leave", "leave", "sick", "sick")

THEMES = (
    "学习贯彻习近平总书记重要讲话精神，重温入党誓词",
    "走进社区开展志愿服务",
    "参观革命历史纪念馆",
    "“强作风、提效能”交流研讨",
    "集中学习党章党规，过“政治生日”",
    "结对共建村入户走访",
    "学习先进典型事迹，党员谈体会",
    "义务植树，建设绿色家园",
    "政策宣讲进企业",
    "观看警示教育片，廉政教育",
    "创建文明城市，路口文明劝导",
    "“我为群众办实事”实践活动",
)
COMMITTEE = (
    "研究本月支部工作安排",
    "研究党员发展对象培养考察情况",
    "讨论基本建设年自查问题整改措施",
    "研究主题党日活动方案",
    "分析党员思想状况，安排谈心谈话",
    "研究党费收缴和使用情况",
)
GROUP = (
    "学习上级文件精神，汇报个人思想",
    "对照岗位职责谈工作落实",
    "开展批评和自我批评",
    "学习党史，交流心得",
    "讨论支部工作，提出意见建议",
)
MEMBERS = (
    "听取支委会工作报告，部署下一阶段工作",
    "讨论基本建设年实施方案",
    "讨论接收预备党员",
    "通报党费收缴情况，讨论支部重要事项",
)
LECTURES = (
    "书记讲党课：牢记宗旨，服务群众",
    "专题党课：做“四讲四有”合格党员",
    "党课：从百年党史中汲取奋进力量",
    "专题党课：严守纪律规矩，永葆清廉本色",
)
MINUTES = (
    "会议传达了上级有关精神，与会党员结合岗位谈了认识和打算，书记作了小结并提出要求。",
    "围绕主题逐一发言，大家联系实际查找不足，明确了改进措施。",
    "原原本本学习了有关文件，开展了交流讨论，形成了共识。",
)
OPINIONS = (
    "理论学习认真，工作实绩突出。",
    "作用发挥较好，还需加强学习。",
    "遵守纪律，按要求参加组织生活。",
)
TALKS = (
    "谈思想、谈工作、谈生活，交流近期工作压力和打算。",
    "围绕岗位职责和作风建设交换意见，互相提醒。",
    "了解家庭情况和困难，听取对支部工作的意见。",
    "组织生活会前征求意见，指出不足，提出希望。",
)
RESOLUTIONS = (
    "会议同意工作安排，由各委员按分工落实，下次会议通报进展。",
    "会议一致同意，按程序报上级党组织。",
)


def build(city, rng, today, say, *, campaign=None):
    """Meetings from January of the campaign's year up to today; returns how many."""
    year = campaign.year if campaign else today.year
    until = min(today, campaign.ends_on) if campaign else today
    told = _Year(city, rng, year, until).tell()
    insert_tuples(Meeting, MEETING, told.meetings)
    insert_tuples(Attendance, ATTENDANCE, told.attendance)
    insert_tuples(Vote, VOTE, told.votes)
    insert_tuples(Appraisal, APPRAISAL, told.appraisals)
    insert_tuples(AppraisalResult, RESULT, told.results)
    insert_tuples(Talk, TALK, told.talks)
    say(
        f"组织生活：{len(told.meetings)}次，出席{len(told.attendance)}人次；"
        f"民主评议{len(told.appraisals)}个支部，谈心谈话{len(told.talks)}次"
    )
    return len(told.meetings)


class _Year:
    """Invents what every branch held, as rows."""

    def __init__(self, city, rng, year, until):
        self.city, self.rng, self.year, self.until = city, rng, year, until
        self.now = datetime.combine(until, time(12), CHINA)
        self.meetings, self.attendance, self.votes = [], [], []
        self.appraisals, self.results, self.talks = [], [], []
        self.keys, self.appraisal_keys = count(next_key(Meeting)), count(next_key(Appraisal))
        self.rolls = defaultdict(list)
        for member in Member.objects.counted().only(
            "organization", "group", "name", "party_post", "standing", "is_excused", "category",
            "joined_branch_on", "admitted_on",
        ):  # fmt: skip
            self.rolls[member.organization_id].append(member)

    def tell(self):
        for number, place in enumerate(self.city.places):
            self._branch(place, self.rolls[place.branch.pk], first=number == 0)
        return self

    # --- one branch -----------------------------------------------------------------------------

    def _branch(self, place, roll, *, first):
        rng, keeps = self.rng, min(1.0, 0.5 + 0.62 * place.diligence)
        expected = [m for m in roll if is_expected(m)]
        officers = [m for m in roll if m.party_post]
        officers.sort(key=lambda m: m.party_post != "党支部书记")
        formal = sum(m.category == Category.FORMAL for m in roll)
        groups = defaultdict(list)
        for member in expected:
            groups[member.group_id].append(member)
        names = [m.name for m in officers] or [place.secretary.name]
        self.recorder = names[1 % len(names)]
        said = {"host": names[0], "recorder": self.recorder}
        theme_day = rng.randint(4, 22)
        last_year = Month(self.year - 1, 12)
        if first or rng.random() < keeps:
            self._appraise(place, roll, expected, self.year - 1,
                           self._day(last_year, rng.randint(10, 26)), said)  # fmt: skip
        self._talk(place, expected, officers)
        if first:  # to be used for an item that was sent back for an unreadable scan
            day = self.until - timedelta(days=14)
            self._hold(place, expected, MeetingKind.LIFE, self._day(Month.of(day), min(day.day, 28)),
                       f"{self.year}年度组织生活会", said)  # fmt: skip
        early = self.until.month >= 11 and not first and rng.random() < 0.2 * place.diligence
        if early and self.until.year == self.year:
            self._appraise(place, roll, expected, self.year,
                           self._day(Month(self.year, 11), rng.randint(2, 20)), said)  # fmt: skip
        quarter_days = {}
        for month in months_between(date(self.year, 1, 1), self.until):
            running = month == Month.of(self.until)
            if not (first and running) and rng.random() < keeps:
                self._hold(
                    place, expected, MeetingKind.THEME_DAY, self._day(month, theme_day),
                    THEMES[(month.number + theme_day) % len(THEMES)], said,
                    lecture=rng.random() < 0.06,
                )  # fmt: skip
            if formal >= life.COMMITTEE_FROM and officers and not (first and running):
                if rng.random() < keeps:
                    self._hold(place, officers, MeetingKind.COMMITTEE,
                               self._day(month, rng.randint(1, 27)), rng.choice(COMMITTEE), said)  # fmt: skip
            for order, group in enumerate(place.groups):
                if first and month.number == 3 and order == 1:
                    continue  # left to do on shuji001's desk
                if groups.get(group.pk) and rng.random() < keeps - 0.04:
                    self._hold(place, groups[group.pk], MeetingKind.GROUP,
                               self._day(month, rng.randint(2, 27)), rng.choice(GROUP),
                               {"host": groups[group.pk][0].name}, group=group)  # fmt: skip
            quarter = (month.year, (month.number - 1) // 3)
            if quarter not in quarter_days:
                quarter_days[quarter] = (rng.randint(0, 2), rng.randint(0, 2))
            third = (month.number - 1) % 3
            in_quarter = (month.number - 1) // 3
            if third == quarter_days[quarter][0] and (first or rng.random() < keeps):
                self._hold(place, expected, MeetingKind.MEMBERS,
                           self._day(month, rng.randint(5, 26)), MEMBERS[in_quarter], said)  # fmt: skip
            if third == quarter_days[quarter][1] and (first or rng.random() < keeps):
                self._hold(place, expected, MeetingKind.LECTURE,
                           self._day(month, rng.randint(5, 26)), LECTURES[in_quarter],
                           {**said, "lecturer": names[0]})  # fmt: skip

    def _appraise(self, place, roll, expected, year, on, said):
        """The organisation-life meeting of a year, and the appraisal held at it."""
        rng = self.rng
        meeting = self._hold(
            place, expected, MeetingKind.LIFE, on, f"{year}年度组织生活会和民主评议党员", said
        )
        if meeting is None:
            return
        people = [m for m in roll if not (m.admitted_on and m.admitted_on > on)]
        at = datetime.combine(on, time(17), CHINA)
        person = (place.clerk or place.secretary).pk
        key = next(self.appraisal_keys)
        limit = life.excellent_limit(len(people))
        best = {m.pk for m in people[: max(0, limit - rng.randint(0, 2))]}
        self.appraisals.append((key, place.branch.pk, year, on, meeting, "", person, at, 1))
        voters = len(expected)
        for member in people:
            formal = member.category == Category.FORMAL
            part = is_expected(member)
            grade = "excellent" if member.pk in best else "qualified"
            barely = formal and rng.random() < 0.004 * (1.2 - place.diligence) * 5
            high = max(0, voters - rng.randint(0, 3)) if grade == "excellent" else voters // 4
            votes = (high, voters - high, 0, 0) if formal and part else (None,) * 4
            if barely and member.pk not in best:
                grade = "barely"
            self.results.append((
                key, member.pk, part, "qualified" if part else "", *votes,
                grade if formal and part else "",
                rng.choice(OPINIONS) if rng.random() < place.diligence * 0.5 else "",
            ))  # fmt: skip

    def _talk(self, place, expected, officers):
        """Officers with one another, then each member with an officer; the first branch owes a few."""
        if not officers or self.until.year != self.year:
            return
        rng, person = self.rng, (place.clerk or place.secretary).pk
        span = (self.until - date(self.year, 1, 10)).days
        seats = {m.pk for m in officers}

        def told(one, other, kind):
            on = date(self.year, 1, 10) + timedelta(days=rng.randint(0, max(0, span)))
            at = min(datetime.combine(on, time(17), CHINA), self.now)
            self.talks.append((
                place.branch.pk, on, kind.value, one.pk, other.pk, rng.choice(TALKS), "", None, person, at,
            ))  # fmt: skip

        if span < 0:
            return
        for number, one in enumerate(officers):
            for other in officers[number + 1 :]:
                if rng.random() < place.diligence:
                    told(one, other, Talk.Kind.OFFICERS)
        members = [m for m in expected if m.pk not in seats]
        for number, member in enumerate(members):
            if rng.random() < 0.25 + 0.65 * place.diligence:
                told(officers[number % len(officers)], member, Talk.Kind.OFFICER_MEMBER)
            if number and rng.random() < 0.4 * place.diligence:
                told(members[number - 1], member, Talk.Kind.MEMBERS)

    def _day(self, month, number):
        """A working day about the ``number``-th of the month, not in the October holidays."""
        if month.number == 10:
            number = max(number, 9)
        day = date(month.year, month.number, number)
        return day - timedelta(days=max(0, day.weekday() - 4))

    def _hold(self, place, people, kind, on, topic, said, *, group=None, lecture=False):
        rng = self.rng
        people = [
            m for m in people
            if not (m.admitted_on and m.admitted_on > on)
            and not (m.joined_branch_on and m.joined_branch_on > on)
        ]  # fmt: skip
        if on > self.until or not people:
            return None
        key = next(self.keys)
        share = 0.015 + 0.08 * (1 - place.diligence) * rng.random() * 2
        present = 0
        for member in people:
            status = "present"
            if rng.random() < share and present + 1 < len(people):
                careless = rng.random() < 0.12 * (1 - place.diligence)
                status = "absent" if careless else rng.choice(REASONS)
            else:
                present += 1
            self.attendance.append((key, member.pk, status, ""))
        late = rng.randint(0, 3)
        if rng.random() < 0.1 * (1.1 - place.diligence):
            late += rng.randint(20, 50)
        at = datetime.combine(on, time(16, 30), CHINA) + timedelta(
            days=late, minutes=rng.randrange(90)
        )
        at = min(at, self.now)
        full = rng.random() < 0.78 + 0.21 * place.diligence
        decides = kind in life.VOTING
        self.meetings.append((
            key, place.branch.pk, group.pk if group else None, kind.value, lecture, on,
            time(rng.choice((9, 14, 15, 16)), rng.choice((0, 30))) if full else None,
            place.branch.place if kind != MeetingKind.GROUP else "处室办公室",
            said.get("host", ""), said.get("recorder", self.recorder) if full else "",
            said.get("lecturer", ""), topic, rng.choice(MINUTES) if full else "",
            rng.choice(RESOLUTIONS) if full and decides else "", "",
            life.HOURS.get(kind, 0), len(people), present, None, "",
            (place.clerk or place.secretary).pk, at, at, 1,
        ))  # fmt: skip
        if kind == MeetingKind.MEMBERS and "预备党员" in topic:
            formal = sum(m.category == Category.FORMAL for m in people)
            if formal * 2 > len(people) and present >= formal:
                there = min(formal, present)
                self.votes.append((key, "接收预备党员", formal, there, there, 0, 0))
        return key


class Proofs:
    """The recorded meetings that prove checklist items, for the demo's answers to use."""

    MOST = 12  # of one item: the latest before it was handed in

    def __init__(self):
        self.held = defaultdict(list)
        self.links = []
        rows = Meeting.objects.held().order_by("on", "pk")
        for branch, kind, lecture, on, pk in rows.values_list(
            "organization_id", "kind", "includes_lecture", "on", "pk"
        ):
            self.held[branch, kind].append((on, pk))
            if lecture:
                self.held[branch, MeetingKind.LECTURE.value].append((on, pk))

    def use(self, row, person, moment):
        """Let the meetings since the item opened prove it, as far as they were held by ``moment``."""
        last = moment.astimezone(CHINA).date()
        for kind in kinds_for(row.version):
            fitting = [
                pk for on, pk in self.held[row.branch_id, kind.value] if row.opens_on <= on <= last
            ]
            self.links += [(row.pk, pk, person.pk, moment) for pk in fitting[-self.MOST :]]

    def write(self):
        insert_tuples(ItemMeeting, LINK, dict.fromkeys(self.links))
