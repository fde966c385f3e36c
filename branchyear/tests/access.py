"""The access table: which status each role gets at each address.

Every app has a ``tests/access.py`` with ``ROWS``; ``test_access.py`` puts them together and fails for a
route that stands in none. A row: view name → (arguments builder, {status: roles}); roles not named
must get 404. ``everybody`` are all people with an account.
"""

import importlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from branchyear.urls import router

APPS = ("branchyear", "branches", "members", "tasks", "reports")

PEOPLE = (
    "secretary",
    "clerk",
    "second_secretary",
    "fourth_secretary",
    "south_secretary",
    "archive_secretary",
    "reviewer",
    "general_reviewer",
    "south_reviewer",
    "committee",
    "leader",
    "department",
    "inspector",
    "admin",
    "security",
    "auditor",
    "nobody",
)
ADMINS = ("admin", "security", "auditor")
# Who sees the north branch.
NORTH = ("secretary", "clerk", "reviewer", "committee", "leader", "department", "inspector")

# Who reads the ledgers of its people: an inspector does not.
LEDGERS = tuple(person for person in NORTH if person != "inspector")


@dataclass(frozen=True)
class Row:
    """``args(world)`` → the URL arguments; ``expect`` maps a status to the people who get it.

    Visitors must be sent to the log-in page unless ``open`` is set. Only ``people`` are asked.
    """

    expect: dict
    args: object = None
    method: str = "get"
    data: dict = field(default_factory=dict)
    open: bool = False
    people: tuple = PEOPLE


def _status(act):
    if "get" in act.mapping:
        return 200
    return 428 if act.needs_version else 200


def resource(name, seeing, args, *, listing=PEOPLE):
    """The rows of one resource of the API: its list is everybody's, one row of it theirs who see it; an act of
    those wants to know on which version first (428). Who may is asked by the services, which the pages' rows
    try already. All acts begin alike (``Resource.written``: sight, then version), and sight is the detail's, which
    everybody is asked about; so of an act it is enough to ask some who see and some who do not."""
    (view,) = {view for _, view, basename in router.registry if basename == name}
    acts = [act for act in view.get_extra_actions() if act.detail]
    blind = [person for person in PEOPLE if person not in seeing]
    some = (*seeing[:1], *seeing[-1:], *blind[:1], *blind[-1:])
    return {
        f"{name}-list": Row({200: listing}),
        f"{name}-detail": Row({200: seeing}, args=args),
        **{
            f"{name}-{act.url_name}": (
                Row({_status(act): seeing}, args=args)
                if "get" in act.mapping
                else Row({_status(act): seeing}, args=args, method="post", people=some)
            )
            for act in acts
        },
    }


ROWS = {
    "home": Row({200: [p for p in PEOPLE if p not in ADMINS], 302: ADMINS}),
    "healthz": Row({200: PEOPLE}, open=True),
    "healthz_deep": Row({503: PEOPLE}, open=True),  # beat and workers do not run here
    "metrics": Row({200: PEOPLE}, open=True),  # asked from this very machine
    "styleguide": Row({200: PEOPLE}),
    "help": Row({200: PEOPLE}),
    "help_chapter": Row({200: PEOPLE}, args=lambda world: ["ledgers"]),
    "login": Row({302: PEOPLE}, open=True),
    "logout": Row({302: PEOPLE}, method="post", open=True),
    "password": Row({200: PEOPLE}),
    "account": Row({200: PEOPLE}),
    "end_session": Row({302: PEOPLE}, method="post", data={"session": "others"}),
    "second_factor": Row({302: PEOPLE}),  # nobody there has a code to give
    "second_factor_setup": Row({200: PEOPLE}),
    "second_factor_off": Row({302: PEOPLE}),
    "notices:inbox": Row({200: PEOPLE}),
    "notices:open": Row({302: ["secretary"]}, args=lambda world: [world.notice.pk], method="post"),
    "notices:read_all": Row({302: PEOPLE}, method="post"),
    "search": Row({200: PEOPLE}, data={"q": "北一"}),
    **resource("notices", ["secretary"], lambda world: [world.notice.pk]),
    "no_such_address": Row({}, args=lambda world: ["nowhere/"]),
    "schema": Row({200: PEOPLE}),
    "api_docs": Row({200: PEOPLE}),
}


def all_rows():
    rows = {}
    for app in APPS:
        try:
            module = importlib.import_module(f"{app}.tests.access")
        except ModuleNotFoundError:
            continue
        rows.update(module.ROWS)
    return rows


def furnish(world):
    """One thing of everything, all belonging to the north branch."""
    for app in APPS[1:]:
        try:
            module = importlib.import_module(f"{app}.tests.access")
        except ModuleNotFoundError:
            continue
        if hasattr(module, "furnish"):
            module.furnish(world)


@contextmanager
def undone():
    cache.clear()
    with suppress(_Undo), transaction.atomic():
        yield
        raise _Undo


class _Undo(Exception):
    pass


def address(name, row, world):
    return reverse(name, args=row.args(world) if row.args else [])
