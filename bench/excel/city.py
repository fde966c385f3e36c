"""A city's people for the ledger, and the ledger as values in memory."""

import pickle
import random
from datetime import date, datetime
from pathlib import Path

TODAY = date(2022, 5, 10)
SIZES = (3, 5, 8, 12, 15, 18, 22, 26, 30, 38, 45, 60, 99)  # members of a branch


def found(rows):
    """The city: a small direct organisation with a tenth of the people, and a large one with the rest."""
    from django.db import transaction

    from branches.models import Kind, Organization
    from branches.services import organizations

    rows = int(rows)
    from bench.tables import migrated

    migrated()
    rng = random.Random(2022)

    def establish(parent, kind, code, name, order=0):
        return organizations.establish(
            parent=parent, kind=kind, code=code, name=name, on=date(2018, 1, 1), by=None,
            order_number=order,
        )  # fmt: skip

    with transaction.atomic():
        city = establish(None, Kind.CITY_DEPARTMENT, "00", "市委组织部")
        committee = establish(city, Kind.WORK_COMMITTEE, "00-01", "市直机关工委")
        sequence = 0
        for at, (name, people) in enumerate((("某局", rows // 10), ("某委", rows - rows // 10)), 1):
            organ = establish(committee, Kind.PRIMARY_COMMITTEE, f"{at:02d}", f"{name}机关党委", at)
            sizes = []
            while sum(sizes) < people:
                sizes.append(min(rng.choice(SIZES), people - sum(sizes)))
            branches = organizations.establish_many(
                [
                    {
                        "parent": organ, "kind": Kind.BRANCH, "code": f"{at:02d}-{n:04d}",
                        "name": f"{name}第{n}党支部", "order_number": n, "on": date(2018, 1, 1),
                        "document_no": "",
                    }
                    for n in range(1, len(sizes) + 1)
                ],
                by=None,
            )  # fmt: skip
            branches = Organization.objects.under(organ).branches().values_list("pk", flat=True)
            enrol(rng, dict(zip(branches, sizes, strict=True)), sequence)
            sequence += people
    return {}


def enrol(rng, sizes, sequence):
    """So many invented people for each branch; ID numbers begin with 99, a region of nobody."""
    from branchyear.demo.people import biography
    from branchyear.lib.bulk import insert_tuples, next_key
    from branchyear.lib.dates import CHINA
    from members.models import Member

    at = datetime(2022, 5, 1, 9, tzinfo=CHINA)
    own = {
        "id": 0, "organization_id": 0, "name_key": "", "unit": "", "party_post": "", "joined_from": "",
        "remarks": "", "created_at": at, "updated_at": at,
    }  # fmt: skip
    names = [*own, *biography(rng, 0, retired=False, today=TODAY)]
    usual = [
        f for f in Member._meta.concrete_fields
        if f.attname not in names and not f.null and not f.primary_key
    ]  # fmt: skip
    defaults = tuple(f.get_default() for f in usual)
    posts = ("", "", "", "", "", "支部书记", "组织委员", "党小组组长")
    remarks = ("", "", "", "", "挂职", "2021年度优秀共产党员，所在党小组多次受到表彰")

    def people():
        key = next_key(Member)
        number = sequence
        for branch, size in sizes.items():
            for _ in range(size):
                who = biography(rng, number, retired=number % 9 == 0, today=TODAY)
                own.update(
                    id=key, organization_id=branch, name_key=f"p{rng.randrange(10**6)}",
                    unit=f"业务{number % 30 + 1}处", party_post=rng.choice(posts),
                    joined_from=rng.choice(("", f"某单位第{rng.randrange(400)}党支部")),
                    remarks=rng.choice(remarks),
                )  # fmt: skip
                yield (*own.values(), *who.values(), *defaults)
                key += 1
                number += 1

    insert_tuples(Member, [*names, *(f.attname for f in usual)], people())


def asked_of(code):
    """The roster as somebody on the console asks for it, of this organisation."""
    from django.utils import timezone

    from branches.models import Organization
    from reports.kinds import KINDS

    kind = KINDS["roster"]
    organization = Organization.objects.get(code=code)
    return kind, kind.asked(organization, {}, by=None, at=timezone.now())


def make(target):
    """The same ledger as values in memory: what the other arms start from."""
    from branchyear.lib.layout import UNKNOWN, values
    from branchyear.lib.xlsx import BODY_FONT, FORMATS, HEAD_FONT, TITLE_FONT
    from branchyear.lib.xlsx.text import lines_of

    kind, asked = asked_of("00-01")
    layout = kind.layout(asked)
    rows = [
        tuple(UNKNOWN if value is None else value for value in values(layout, row))
        for row in kind.rows(asked)
    ]
    lines = [
        max(
            lines_of(value, column.width) if isinstance(value, str) else 1
            for value, column in zip(row, layout.columns, strict=True)
        )
        for row in rows
    ]
    heights = {at: each * 14 + 5 for at, each in enumerate(lines) if each > 1}
    columns = [(c.title, c.width, c.alignment, FORMATS[c.kind]) for c in layout.columns]
    frame = {"title": layout.title, "meta": "    ".join(layout.meta), "notes": layout.notes}
    frame["fonts"] = (TITLE_FONT, HEAD_FONT, BODY_FONT)
    Path(target).write_bytes(pickle.dumps((frame, columns, rows, heights)))
    return {"rows": len(rows), "columns": len(columns)}
