"""The cast: the same people and organisations in every test.

市委组织部 ── 市直机关工委 ┬ 市北区局机关党委 (north_office) ┬ 北一支部 (north)
                          │                              ├ 北二支部 (north_two)
                          │                              └ 北三总支 (north_general) ─ 北四支部 (north_four)
                          ├ 市南区局机关党委 (south_office) ─ 南一支部 (south)
                          └ 市档案馆直属党支部 (archive)
"""

import gc
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import testcases
from hypothesis import settings as property_settings

from branches.models import Kind
from branches.roles import Role
from branches.services import appointments, organizations
from branchyear.accounts.models import User
from branchyear.audit import triggers
from branchyear.lib.dates import local_day
from branchyear.tests import databases, days
from branchyear.tests.kept import kept

FOUNDED = date(2020, 1, 1)

# How long an example takes says more about the machine's other work than about the portal.
property_settings.register_profile("portal", deadline=None)
property_settings.load_profile("portal")


def pytest_collection_finish(session):
    """What is imported by now stays: looking through it for garbage took a tenth of the run."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") == "loadgroup":
        from branchyear.tests.side_by_side import Scheduling  # only where xdist is at work

        return Scheduling(config, log)
    return None


def make_user(username, name=None, *, email=None, password="Passw0rd-2022", **changes):
    user = User(
        username=username,
        name=name or username,
        must_change_password=False,
        email=f"{username}@example.test" if email is None else email,
        **changes,
    )
    user.set_password(password)
    user.save()
    return user


def make_office(user, role, organization, *, starts_on=FOUNDED, ends_on=None):
    appointments.appoint(
        user, organization=organization, role=role, starts_on=starts_on, ends_on=ends_on, by=None
    )
    return user


def build_tree():
    """The organisations of the cast."""

    def found(parent, kind, code, name, order=0):
        return organizations.establish(
            parent=parent, kind=kind, code=code, name=name, on=FOUNDED, by=None, order_number=order
        )

    city = found(None, Kind.CITY_DEPARTMENT, "00", "市委组织部")
    committee = found(city, Kind.WORK_COMMITTEE, "00-01", "市直机关工委")
    north_office = found(committee, Kind.PRIMARY_COMMITTEE, "01", "市北区局机关党委", 1)
    south_office = found(committee, Kind.PRIMARY_COMMITTEE, "02", "市南区局机关党委", 2)
    archive = found(committee, Kind.BRANCH, "03", "市档案馆直属党支部", 3)
    north = found(north_office, Kind.BRANCH, "01-01", "北一支部", 1)
    north_two = found(north_office, Kind.BRANCH, "01-02", "北二支部", 2)
    north_general = found(north_office, Kind.GENERAL_BRANCH, "01-03", "北三总支", 3)
    north_four = found(north_general, Kind.BRANCH, "01-03-01", "北四支部", 1)
    south = found(south_office, Kind.BRANCH, "02-01", "南一支部", 1)
    cast = SimpleNamespace(**{k: v for k, v in locals().items() if k not in {"found"}})
    for organization in vars(cast).values():
        organization.refresh_from_db()
    return cast


def build_people(org):
    """The people of the cast and their offices."""
    people = SimpleNamespace(
        secretary=make_office(make_user("shuji", "赵书记"), Role.SECRETARY, org.north),
        clerk=make_office(make_user("ganshi", "钱干事"), Role.CLERK, org.north),
        second_secretary=make_office(make_user("shuji2", "孙书记"), Role.SECRETARY, org.north_two),
        fourth_secretary=make_office(make_user("shuji4", "郑书记"), Role.SECRETARY, org.north_four),
        south_secretary=make_office(make_user("shujinan", "李书记"), Role.SECRETARY, org.south),
        archive_secretary=make_office(
            make_user("shujidang", "周书记"), Role.SECRETARY, org.archive
        ),
        reviewer=make_office(make_user("shenhe", "吴审核"), Role.ORG_REVIEWER, org.north_office),
        general_reviewer=make_office(
            make_user("zongzhi", "冯总支"), Role.ORG_REVIEWER, org.north_general
        ),
        south_reviewer=make_office(
            make_user("shenhenan", "王审核"), Role.ORG_REVIEWER, org.south_office
        ),
        committee=make_office(
            make_user("gongwei", "陈工委"), Role.COMMITTEE_REVIEWER, org.committee
        ),
        leader=make_office(make_user("lingdao", "褚领导"), Role.COMMITTEE_LEADER, org.committee),
        department=make_office(make_user("zzb", "卫组织"), Role.CITY_DEPARTMENT, org.city),
        inspector=make_office(
            make_user("ducha", "蒋督查"), Role.INSPECTOR, org.north, ends_on=date(2099, 12, 31)
        ),
        admin=make_office(make_user("admin", "沈管理"), Role.SYSTEM_ADMIN, org.city),
        security=make_office(make_user("anquan", "韩安全"), Role.SECURITY_ADMIN, org.city),
        auditor=make_office(make_user("shenji", "杨审计"), Role.AUDIT_ADMIN, org.city),
        nobody=make_user("nobody", "朱无职"),
    )
    return people


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """In place of pytest-django's, which migrates in every process: a copy of what was migrated once."""
    with django_db_blocker.unblock():
        database = databases.switched()
        database.__enter__()
    yield
    with django_db_blocker.unblock():
        database.__exit__(None, None, None)


@pytest.fixture
def org(db):
    return kept("org", build_tree)


@pytest.fixture
def people(org):
    numbers = tuple(organization.pk for organization in vars(org).values())
    # Of the day: an account that a test in May has made would be idle for months in November.
    return kept(("people", local_day(), *numbers), lambda: build_people(org))


@pytest.fixture
def sign_in(client):
    """``sign_in(user)`` gives the test client of that person."""

    def enter(user):
        client.force_login(user, backend="branches.backends.AppointmentBackend")
        return client

    return enter


@pytest.fixture(autouse=True)
def _same_day(request):
    with days.kept(getattr(request.module, "TODAY", None)):
        yield


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


# The audit trail refuses DELETE; emptying the database after a transactional test must be let through.
_flush = testcases.TransactionTestCase._fixture_teardown


def _flush_with_triggers_off(self):
    if "audit_entry" in connection.introspection.table_names():
        triggers.remove(connection)
        try:
            _flush(self)
        finally:
            triggers.install(connection)
    else:
        _flush(self)


testcases.TransactionTestCase._fixture_teardown = _flush_with_triggers_off
