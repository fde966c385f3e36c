"""The demo's organisations, accounts and members."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password

from branches.models import BranchType, Kind, Organization
from branches.roles import Role
from branches.services import appointments, organizations
from branchyear.accounts.models import User
from branchyear.demo import people, words
from members.models import Member
from members.services.roster import add_members

FOUNDED = date(2018, 12, 1)


@dataclass(frozen=True)
class Scale:
    """How large a demo is: districts of fifty organs, and how many organs and branches of each."""

    districts: int
    organs: int
    branches: int | None  # None: as many as the list of organs says
    mean: int  # members of a branch
    total: int | None = None  # members of all, exactly


# city: 50 direct organisations, 420 branches, 11,000 members, as the organs of a real city have.
SCALES = {
    "small": Scale(districts=1, organs=4, branches=3, mean=26),
    "city": Scale(districts=1, organs=50, branches=None, mean=26, total=11_000),
    "province": Scale(districts=24, organs=50, branches=None, mean=29),
}


@dataclass
class Place:
    """A branch of the demo and who keeps it."""

    branch: Organization
    direct: Organization
    unit: str
    diligence: float  # 0…1: how well and how early this branch does its work
    size: int
    groups: list = field(default_factory=list)
    secretary: User = None
    clerk: User = None
    reviewers: list = field(default_factory=list)  # level by level
    general: Organization = None


@dataclass
class Organ:
    """An organ of the demo and the organisation it has."""

    number: int
    name: str
    wanted: int  # branches
    mood: float
    direct: Organization = None
    general: Organization = None

    @property
    def code(self):
        return f"{self.number:02d}" if self.number < 100 else f"{self.number:04d}"

    def founding(self, committee):
        founding = {
            "parent": committee,
            "code": self.code,
            "order_number": self.number,
            "document_no": f"市直工委〔2018〕{self.number}号",
        }
        if self.wanted == 1:
            return {
                **founding,
                "kind": Kind.BRANCH,
                "name": f"{self.name}直属党支部",
                "short_name": self.name,
                "covered_units": "机关全体",
                "contact": "机关党务专干",
                "place": f"{self.name}机关党员活动室",
            }
        kind = Kind.PRIMARY_COMMITTEE if self.wanted >= 5 else Kind.GENERAL_BRANCH
        word = "机关党委" if kind == Kind.PRIMARY_COMMITTEE else "机关党总支"
        word = word.removeprefix("机关") if self.name.endswith("机关") else word
        name = f"{self.name}{word}"
        return {**founding, "kind": kind, "name": name, "short_name": name}

    def general_founding(self):
        return {
            "parent": self.direct,
            "kind": Kind.GENERAL_BRANCH,
            "code": f"{self.code}-Z1",
            "name": f"{self.name}直属单位党总支",
            "order_number": 90,
            "short_name": "直属单位党总支",
        }


class City:
    """Builds the organisations through the services and remembers who is where."""

    def __init__(self, scale, rng, today, say):
        self.scale, self.rng, self.today, self.say = SCALES[scale], rng, today, say
        self.places = []
        self.reviewers = {}  # direct organisation pk -> its reviewer
        self.sequence = 0

    def build(self):
        self._top()
        self._organs()
        self._in_order()
        self._accounts()
        self._members()
        return self

    # --- organisations ------------------------------------------------------------------------

    def _found(self, foundings):
        """Found a level of the tree at once; every founding names its parent."""
        return organizations.establish_many([{"on": FOUNDED, **one} for one in foundings], by=None)

    def _top(self):
        (self.city,) = self._found(
            [{"parent": None, "kind": Kind.CITY_DEPARTMENT, "code": "00", "name": "市委组织部"}]
        )
        (self.committee,) = self._found(
            [
                {
                    "parent": self.city,
                    "kind": Kind.WORK_COMMITTEE,
                    "code": "00-00",
                    "name": "市直机关工委",
                }
            ]
        )

    def _organs(self):
        """District by district, each level by level: organs, what stands under them, groups."""
        for district in range(self.scale.districts):
            organs = [
                Organ(
                    number=district * self.scale.organs + order,
                    name=name if district == 0 else f"{district:02d}区{name.removeprefix('市')}",
                    wanted=self.scale.branches or wanted,
                    # How an organ keeps its branches going: most well, a few badly.
                    mood=self.rng.triangular(0.05, 0.6, 0.3)
                    if self.rng.random() < 0.18
                    else self.rng.triangular(0.5, 1, 0.9),
                )
                for order, (name, wanted) in enumerate(words.ORGANS[: self.scale.organs], 1)
            ]
            self._district(organs)
            self.say(
                f"党组织：第{district + 1}批，直属党组织{len(organs)}个，党支部{len(self.places)}个"
            )

    def _in_order(self):
        """The places in official order, so that shuji001 keeps the first branch of the first organ."""
        self.places.sort(key=lambda place: place.branch.path)

    def _district(self, organs):
        for organ, direct in zip(
            organs, self._found(organ.founding(self.committee) for organ in organs), strict=True
        ):
            organ.direct = direct
        large = [organ for organ in organs if organ.wanted >= 11]
        for organ, general in zip(
            large, self._found(organ.general_founding() for organ in large), strict=True
        ):
            organ.general = general
        plans = [plan for organ in organs if organ.wanted > 1 for plan in self._branches(organ)]
        # Those right under an organ first, then those under its 党总支: each level at once.
        for below_general in (False, True):
            chosen = [plan for plan in plans if (plan["general"] is not None) == below_general]
            for plan, branch in zip(
                chosen, self._found(plan["founding"] for plan in chosen), strict=True
            ):
                plan["branch"] = branch
        for organ in organs:
            if organ.wanted == 1:
                self._remember(organ, organ.direct, "机关", None)
        for plan in plans:
            self._remember(plan["organ"], plan["branch"], plan["unit"], plan["general"])
        self._groups([place for place in self.places if place.size >= 20 and not place.groups])

    def _branches(self, organ):
        rng = self.rng
        last = words.RETIRED_UNIT if organ.wanted >= 5 else "综合处"
        others = [unit for unit in words.UNITS[1:] if unit != words.RETIRED_UNIT]
        chosen = rng.sample(others, max(0, organ.wanted - 2))
        first = "综合处" if organ.name.endswith("办公室") else words.UNITS[0]
        units = [first, *sorted(chosen, key=words.UNITS.index), last][: organ.wanted]
        for order, unit in enumerate(units, 1):
            general = organ.general if organ.general and order > organ.wanted - 3 else None
            joint, other = rng.random() < 0.06, rng.choice(words.UNITS)
            founding = {
                "parent": general or organ.direct,
                "kind": Kind.BRANCH,
                "code": f"{organ.code}-{order:02d}",
                "name": f"{organ.name}{unit}党支部",
                "order_number": order,
                "short_name": f"{unit}党支部",
                "covered_units": f"{unit}\n{other}" if joint and other != unit else unit,
                "branch_type": BranchType.JOINT if joint else BranchType.STANDING,
                "contact": "支部组织委员",
                "place": f"{organ.name}{rng.randint(2, 18)}楼党员活动室",
                "document_no": f"{organ.name}机党〔2018〕{order}号",
            }
            yield {"organ": organ, "unit": unit, "general": general, "founding": founding}

    def _remember(self, organ, branch, unit, general):
        rng = self.rng
        own = min(1.0, max(0.05, rng.gauss(organ.mood, 0.12)))
        mean = self.scale.mean
        size = 4 if rng.random() < 0.02 else max(5, min(49, round(rng.gauss(mean, 9))))
        self.places.append(Place(branch, organ.direct, unit, own, size, general=general))

    def _groups(self, places):
        foundings, owners = [], []
        for place in places:
            for number in range(1, -(-place.size // 10) + 1):
                owners.append(place)
                foundings.append(
                    {
                        "parent": place.branch,
                        "kind": Kind.GROUP,
                        "code": f"{place.branch.code}-G{number}",
                        "name": f"第{'一二三四五六七八九'[number - 1]}党小组",
                        "order_number": number,
                    }
                )
        for place, group in zip(owners, self._found(foundings), strict=True):
            place.groups.append(group)

    # --- accounts -----------------------------------------------------------------------------

    def _accounts(self):
        """One hash for all: a demo account is no secret, and argon2 for each would take minutes."""
        rng = self.rng
        password = make_password(settings.DEMO_PASSWORD)
        wanted = [
            ("zzb", Role.CITY_DEPARTMENT, self.city, None),
            ("gongwei", Role.COMMITTEE_REVIEWER, self.committee, None),
            ("gwld", Role.COMMITTEE_LEADER, self.committee, None),
            ("admin", Role.SYSTEM_ADMIN, self.city, None),
            ("anquan", Role.SECURITY_ADMIN, self.city, None),
            ("shenji", Role.AUDIT_ADMIN, self.city, None),
        ]
        directs = {place.direct.pk: place.direct for place in self.places}
        for number, direct in enumerate(directs.values(), 1):
            if not direct.is_branch:
                wanted.append((f"zhishu{number:02d}", Role.ORG_REVIEWER, direct, None))
        generals = {place.general.pk: place.general for place in self.places if place.general}
        for number, general in enumerate(generals.values(), 1):
            wanted.append((f"zongzhi{number:02d}", Role.ORG_REVIEWER, general, None))
        for number, place in enumerate(self.places, 1):
            wanted.append((f"shuji{number:03d}", Role.SECRETARY, place.branch, None))
            if rng.random() < 0.35:
                wanted.append((f"ganshi{number:03d}", Role.CLERK, place.branch, None))
        wanted.append(("weiyuan001", Role.BRANCH_MEMBER, self.places[0].branch, None))
        # The inspector's offices come with a draw (``demo.inspections``).
        users = {}
        for username in [*(each[0] for each in wanted), "ducha"]:
            if username not in users:
                users[username] = User(
                    username=username,
                    name=people.person_name(rng, rng.random() < 0.4),
                    email=f"{username}@demo.invalid",
                    password=password,
                    must_change_password=False,
                )
        User.objects.bulk_create(users.values(), batch_size=500)
        users = {user.username: user for user in User.objects.filter(username__in=users)}
        for username, role, organization, ends_on in wanted:
            appointments.appoint(
                users[username],
                organization=organization,
                role=role,
                by=None,
                ends_on=ends_on,
                starts_on=self.today - timedelta(days=1) if ends_on else FOUNDED,
            )
            if role == Role.ORG_REVIEWER:
                self.reviewers[organization.pk] = users[username]
        self.gongwei = users["gongwei"]
        self.zzb = users["zzb"]
        for number, place in enumerate(self.places, 1):
            place.secretary = users[f"shuji{number:03d}"]
            place.clerk = users.get(f"ganshi{number:03d}")
            levels = [self.reviewers[place.general.pk]] if place.general else []
            place.reviewers = [*levels, self.reviewers.get(place.direct.pk, self.gongwei)]
        self.say(f"账号：{len(users)}个")

    # --- members ------------------------------------------------------------------------------

    def _round_up(self):
        """Bring the sum of all branches to the wanted total, where it changes no group."""
        missing = (self.scale.total or 0) - sum(place.size for place in self.places)
        while self.scale.total and missing:
            step = 1 if missing > 0 else -1
            for place in self.places:
                size = place.size + step
                same_groups = -(-size // 10) == -(-place.size // 10) and (size >= 20) == (
                    place.size >= 20
                )
                if missing and same_groups and 8 <= size < 50:
                    place.size, missing = size, missing - step

    def _members(self):
        self._round_up()
        rows, count = [], 0
        for place in self.places:
            rows += self._roll(place)
            if len(rows) >= 2000:
                count += len(add_members(rows, by=None))
                rows = []
        count += len(add_members(rows, by=None))
        self.say(f"党员：{count}名")

    def _roll(self, place):
        rng = self.rng
        rows = []
        for index in range(place.size):
            self.sequence += 1
            retired = place.unit == words.RETIRED_UNIT and index > 2
            facts = people.biography(rng, self.sequence, retired=retired, today=self.today)
            group = place.groups[index % len(place.groups)] if place.groups else None
            member = Member(organization=place.branch, group=group, unit=place.unit, **facts)
            if index == 0:  # the secretary
                member.name, member.post, member.party_post = (
                    place.secretary.name,
                    "处长",
                    "党支部书记",
                )
                member.category, member.is_leading_cadre = "formal", True
                if member.formal_on is None:  # invented as probationary: admitted two years earlier
                    member.admitted_on -= timedelta(days=730)
                    member.formal_on = member.admitted_on + timedelta(days=366)
            elif index in (1, 2, 3) and place.size >= 7:
                member.party_post = ("组织委员", "宣传委员", "纪检委员")[index - 1]
            elif rng.random() < 0.04 * (1.2 - place.diligence) * 5:
                # A branch that neglects its roster: some required fields are missing.
                member.education = ""
                member.post = "" if rng.random() < 0.5 else member.post
            if rng.random() < place.diligence:
                entered = date(self.today.year, 6, rng.randint(1, 28))
                member.platform_entered_on = min(entered, self.today)
            rows.append(member)
        return rows
