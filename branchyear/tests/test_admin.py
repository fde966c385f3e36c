"""The admin site: every page × every administrator, and what the buttons do."""

from datetime import date, timedelta
from io import BytesIO
from ipaddress import ip_network

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import Appointment, Kind, Organization
from branches.roles import Role
from branches.services import appointments, organizations, tokens
from branches.tests.make import list_of, row
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.checks import nobody_is_superuser
from branchyear.lib.dates import local_day
from branchyear.outbox.models import Job

DAY = date(2026, 4, 1)

# model → what each administrator may do: v(iew), a(dd), c(hange). Nothing named: not even the list.
MAY = {
    "branches.organization": {"admin": "vac", "security": "v", "auditor": "v"},
    "branches.appointment": {"admin": "va", "security": "va", "auditor": "v"},
    "accounts.user": {"admin": "vac", "security": "vc", "auditor": "v"},
    "branches.secondfactorrole": {"admin": "v", "security": "va", "auditor": "v"},
    "audit.entry": {"auditor": "v"},
    "outbox.job": {"admin": "vc"},
    "notifications.delivery": {"admin": "v"},
    "tokens.apitoken": {"security": "v"},
    "django_celery_beat.periodictask": {"admin": "vac"},
    "django_celery_beat.intervalschedule": {"admin": "vac"},
    "django_celery_beat.crontabschedule": {"admin": "vac"},
    "django_celery_beat.solarschedule": {"admin": "vac"},
    "django_celery_beat.clockedschedule": {"admin": "vac"},
    "auth.group": {},
}
OURS = ("branches", "accounts", "audit", "outbox", "notifications", "tokens")
ADMINS = ("admin", "security", "auditor")


def page(name, *args):
    return reverse(f"admin:{name}", args=args)


def models():
    return {m._meta.label_lower: m for m in admin.site._registry}


def things(people, org):
    """One row of each model that has a change page."""
    job = Job.objects.create(kind="x", key="k", status=Job.Status.DEAD, error="Trouble\nlast line")
    return {
        "branches.organization": org.north,
        "branches.appointment": people.secretary.appointments.get(),
        "accounts.user": people.secretary,
        "audit.entry": Entry.objects.first(),
        "outbox.job": job,
    }


def test_the_table_of_admin_pages_names_every_registered_model_of_the_ground():
    ground = {"branches", "accounts", "audit", "outbox", "notifications", "tokens", "auth"}
    registered = {label for label in models() if label.split(".")[0] in ground}

    assert registered <= set(MAY)


@pytest.mark.parametrize("who", ADMINS)
def test_each_administrator_gets_the_pages_of_his_office(who, org, people, sign_in):
    client = sign_in(getattr(people, who))
    rows = things(people, org)
    expected, got = {}, {}

    for label in MAY:
        may = MAY[label].get(who, "")
        name = label.replace(".", "_")
        expected[label, "list"] = 200 if may else 403
        got[label, "list"] = client.get(page(f"{name}_changelist")).status_code
        expected[label, "add"] = 200 if "a" in may else 403
        got[label, "add"] = client.get(page(f"{name}_add")).status_code
        if label in rows:
            url = page(f"{name}_change", rows[label].pk)
            expected[label, "one"] = 200 if may else 403
            got[label, "one"] = client.get(url).status_code
            expected[label, "delete"] = 403
            got[label, "delete"] = client.get(page(f"{name}_delete", rows[label].pk)).status_code

    assert got == expected


@pytest.mark.parametrize("who", ["secretary", "reviewer", "committee", "department", "nobody"])
def test_nobody_else_gets_in(who, org, people, sign_in):
    client = sign_in(getattr(people, who))

    answers = {
        client.get(page(f"{label.replace('.', '_')}_changelist")).status_code for label in MAY
    }

    assert answers | {client.get(page("index")).status_code} == {403}


def test_a_visitor_is_sent_to_the_portals_own_door(db, client):
    for url in (page("index"), page("login"), page("branches_organization_changelist")):
        answer = client.get(url, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/login/?next=")


def test_the_admin_sites_own_doors_lead_to_the_portals(people, sign_in):
    client = sign_in(people.admin)

    assert client.get(page("login")).url == page("index")
    assert client.get(page("password_change")).url == reverse("password")
    assert client.post(page("logout")).url == reverse("login")


def test_there_is_a_way_home(people, sign_in):
    html = sign_in(people.admin).get(page("index")).content.decode()

    assert '<a href="/">返回平台首页</a>' in html
    assert "沈管理(系统管理员)" in html


# --- organisations ----------------------------------------------------------------------------------


def office_lines(*lines, prefix="appointments"):
    """The inline form of offices with new lines."""
    form = {f"{prefix}-TOTAL_FORMS": len(lines), f"{prefix}-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        form |= {f"{prefix}-{number}-{key}": value for key, value in line.items()}
    return {**form, "events-TOTAL_FORMS": 0, "events-INITIAL_FORMS": 0}


def facts(**changes):
    return {
        "name": "北五支部",
        "short_name": "",
        "order_number": "5",
        "branch_type": "",
        "covered_units": "",
        "contact": "",
        "place": "",
        "on": "2026-04-01",
        "document_no": "3号",
        **office_lines(),
        **changes,
    }


def test_an_organization_is_founded_through_the_service_with_its_first_office(org, people, sign_in):
    line = {"user": people.nobody.pk, "role": "secretary", "starts_on": "2026-04-01"}
    data = facts(parent=org.north_office.pk, kind="branch", code="01-05", **office_lines(line))

    answer = sign_in(people.admin).post(page("branches_organization_add"), data)

    assert answer.status_code == 302
    new = Organization.objects.get(code="01-05")
    assert Organization.objects.get_parent(new) == org.north_office
    assert (new.branch_type, new.established_on, new.approval_no) == ("standing", DAY, "3号")
    assert new.events.get().by == people.admin
    assert new.appointments.get().user == people.nobody
    verbs = set(Entry.objects.filter(actor=people.admin).values_list("verb", flat=True))
    assert {"organization.established", "appointment.made"} <= verbs


def test_a_refusal_is_shown_beside_its_field_and_nothing_is_kept(org, people, sign_in):
    line = {"user": people.nobody.pk, "role": "secretary", "starts_on": "2026-04-01"}
    data = facts(parent=org.north.pk, kind="branch", code="01-05", **office_lines(line))

    answer = sign_in(people.admin).post(page("branches_organization_add"), data)

    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert form.errors == {"parent": ["党支部之下只能设党小组，不能设党支部。"]}
    assert form["name"].value() == "北五支部"
    assert not Organization.objects.filter(code="01-05").exists()


def test_a_refused_office_founds_no_organization_either(org, people, sign_in):
    line = {"user": people.nobody.pk, "role": "committee_leader", "starts_on": "2026-04-01"}
    data = facts(parent=org.north_office.pk, kind="branch", code="01-05", **office_lines(line))

    answer = sign_in(people.admin).post(page("branches_organization_add"), data)

    assert "“市直机关工委领导”不能设在党支部。" in answer.content.decode()
    assert not Organization.objects.filter(code="01-05").exists()


def test_a_change_is_split_into_the_acts_it_is(org, people, sign_in):
    url = page("branches_organization_change", org.north.pk)
    data = facts(
        name="北区第一支部",
        order_number="9",
        place="三楼",
        branch_type="standing",
        established_on="2020-01-01",
        approval_no="",
    )

    answer = sign_in(people.admin).post(url, data)

    assert answer.status_code == 302
    org.north.refresh_from_db()
    assert (org.north.name, org.north.order_number, org.north.place) == ("北区第一支部", 9, "三楼")
    told = list(org.north.events.order_by("id").values_list("what", "document_no"))
    assert told == [("established", ""), ("renamed", "3号"), ("changed", "3号")]
    last = Organization.objects.get_children(
        Organization.objects.get(pk=org.north_office.pk)
    ).last()
    assert last == org.north


def act(client, organization, verb, **data):
    return client.post(page("branches_organization_act", organization.pk, verb), data)


def test_a_merger_shows_what_it_touches_before_it_is_done(org, people, sign_in):
    client = sign_in(people.admin)
    data = {"into": org.north.pk, "on": "2026-04-01", "document_no": "7号"}

    asked = act(client, org.north_two, "merge", **data)
    untouched = Organization.objects.get(pk=org.north_two.pk).is_open
    done = act(client, org.north_two, "merge", **data, confirmed="1")

    html = asked.content.decode()
    assert "“北二支部”撤销，并入“北一支部”" in html
    assert "孙书记(党支部书记)" in html
    assert untouched
    assert done.status_code == 302
    assert not Organization.objects.get(pk=org.north_two.pk).is_open


@pytest.mark.parametrize(
    ("verb", "data", "sentence"),
    [
        ("close", {"on": "2019-01-01"}, "撤销日期不能早于成立日期。"),
        ("split", {"on": "2026-04-01", "code": "02-01", "name": "新"}, "编码“02-01”已被使用"),
        ("move", {"on": "2026-04-01", "to": ""}, "必填"),
    ],
)
def test_an_act_that_is_refused_says_so_at_the_first_step(
    verb, data, sentence, org, people, sign_in
):
    answer = act(sign_in(people.admin), org.north, verb, **data)

    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert org.north.events.count() == 1


def test_move_split_and_close_are_done_when_confirmed(org, people, sign_in):
    client = sign_in(people.admin)
    when = {"on": "2026-04-01", "confirmed": "1"}

    moved = act(client, org.north_general, "move", to=org.south_office.pk, **when)
    split = act(client, org.north, "split", code="01-09", name="北九支部", **when)
    closed = act(client, org.south, "close", **when)

    assert {moved.status_code, split.status_code, closed.status_code} == {302}
    assert (
        Organization.objects.get_parent(Organization.objects.get(pk=org.north_general.pk))
        == org.south_office
    )
    assert Organization.objects.filter(code="01-09").exists()
    assert not Organization.objects.get(pk=org.south.pk).is_open


def test_only_the_system_administrator_acts(org, people, sign_in):
    for who in ("security", "auditor"):
        answer = act(sign_in(getattr(people, who)), org.north, "close", on="2026-04-01")
        assert answer.status_code == 403


def test_a_row_is_not_dragged_past_the_papers(org, people, sign_in):
    data = {"node": org.north.pk, "target": org.south_office.pk, "relation": "child"}

    answer = sign_in(people.admin).post("/admin/branches/organization/move/", data)

    assert answer.status_code == 403
    assert Organization.objects.get_parent(org.north) == org.north_office


def test_the_tree_and_its_search(org, people, sign_in):
    client = sign_in(people.admin)

    below = client.get(f"/admin/branches/organization/children/{org.north_office.pk}/").json()
    found = client.get(page("branches_organization_changelist"), {"q": "北四"}).content.decode()

    assert "北一支部" in below["result_html"]
    assert "赵书记" in below["result_html"]
    assert "北四支部" in found
    assert "南一支部" not in found


def test_nobody_is_appointed_in_a_closed_organization_by_autocomplete(org, people, sign_in):
    organizations.close(org.south, on=DAY, by=None)
    query = {"app_label": "branches", "model_name": "appointment", "field_name": "organization"}

    found = sign_in(people.admin).get(page("autocomplete"), {**query, "term": "支部"}).json()

    names = {r["text"] for r in found["results"]}
    assert "北一支部" in names
    assert "南一支部" not in names


# --- offices ------------------------------------------------------------------------------------------


def offered_roles(client):
    form = client.get(page("branches_appointment_add")).context["adminform"].form
    return {value for value, _ in form.fields["role"].choices if value}


def test_each_administrator_is_offered_the_roles_he_may_give(org, people, sign_in):
    administrators = {"system_admin", "security_admin", "audit_admin"}

    assert offered_roles(sign_in(people.security)) == administrators
    assert offered_roles(sign_in(people.admin)) == {r.value for r in Role} - administrators


def test_a_role_that_is_not_offered_is_not_taken(org, people, sign_in):
    data = {
        "user": people.nobody.pk,
        "organization": org.city.pk,
        "role": "security_admin",
        "starts_on": "2026-04-01",
    }

    answer = sign_in(people.admin).post(page("branches_appointment_add"), data)

    assert answer.status_code == 200
    assert not people.nobody.appointments.exists()


def test_an_office_is_given_and_ended(org, people, sign_in):
    client = sign_in(people.admin)
    data = {
        "user": people.nobody.pk,
        "organization": org.south.pk,
        "role": "clerk",
        "starts_on": "2026-04-01",
    }

    client.post(page("branches_appointment_add"), data)
    office = people.nobody.appointments.get()
    early = client.post(page("branches_appointment_end", office.pk), {"on": "2025-01-01"})
    client.post(page("branches_appointment_end", office.pk), {"on": "2026-05-01"})

    office.refresh_from_db()
    assert "免职日期不能早于任职日期。" in early.content.decode()
    assert office.ends_on == date(2026, 5, 1)


def test_an_office_to_come_is_taken_back(org, people, sign_in):
    office = appointments.appoint(
        people.nobody,
        organization=org.south,
        role=Role.CLERK,
        starts_on=local_day() + timedelta(days=3),
        by=None,
    )

    sign_in(people.admin).post(page("branches_appointment_end", office.pk))

    assert not people.nobody.appointments.exists()


def test_the_system_administrator_ends_no_administrators_office(org, people, sign_in):
    office = people.security.appointments.get()

    answer = sign_in(people.admin).post(
        page("branches_appointment_end", office.pk), {"on": "2026-05-01"}
    )

    assert answer.status_code == 403
    assert "管理员职责由安全管理员办理。" in answer.content.decode()


def test_several_offices_are_ended_today_but_not_those_of_administrators(org, people, sign_in):
    chosen = Appointment.objects.filter(user__in=[people.secretary, people.security])
    data = {"action": "end_selected", "_selected_action": [o.pk for o in chosen]}

    sign_in(people.admin).post(page("branches_appointment_changelist"), data)

    assert people.secretary.appointments.get().ends_on == local_day()
    assert people.security.appointments.get().ends_on is None


def test_the_offices_on_the_screen_are_taken_away_as_a_book(org, people, sign_in):
    answer = sign_in(people.admin).get(page("branches_appointment_export"), {"q": "北一"})

    cells = {str(c.value) for line in load_workbook(BytesIO(answer.content)).active for c in line}
    assert "赵书记" in cells
    assert "李书记" not in cells
    assert Entry.objects.first().verb == "appointments.exported"


# --- accounts -----------------------------------------------------------------------------------------


def test_a_new_account_shows_its_password_once(people, sign_in, client):
    data = {"username": "xin", "name": "新人", "email": "", "phone": "13800000000"}

    answer = sign_in(people.admin).post(page("accounts_user_add"), data | office_lines())

    user = User.objects.get(username="xin")
    password = answer.context["password"]
    assert user.check_password(password)
    assert password in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert (user.phone, user.is_staff, user.must_change_password) == ("13800000000", False, True)
    again = client.get(page("accounts_user_change", user.pk)).content.decode()
    assert password not in again
    assert "argon2" not in again
    assert "pbkdf2" not in again


def test_an_account_name_in_use_is_told_beside_the_field(people, sign_in):
    data = {"username": "SHUJI", "name": "新人", "email": "", "phone": ""}

    answer = sign_in(people.admin).post(page("accounts_user_add"), data | office_lines())

    form = answer.context["adminform"].form
    assert form.errors == {"username": ["账号“SHUJI”已存在，请换一个账号名。"]}


def test_facts_of_an_account_are_the_system_administrators_to_mend(people, sign_in):
    url = page("accounts_user_change", people.secretary.pk)
    data = {"name": "赵新", "email": "z@example.test", "phone": ""} | office_lines()

    sign_in(people.security).post(url, data)
    by_security = User.objects.get(pk=people.secretary.pk).name
    sign_in(people.admin).post(url, data)

    assert by_security == "赵书记"
    assert User.objects.get(pk=people.secretary.pk).name == "赵新"


def test_a_reset_shows_the_new_password_once(people, sign_in):
    url = page("accounts_user_act", people.secretary.pk, "reset")
    client = sign_in(people.security)

    asked = client.get(url)
    answer = client.post(url)

    assert "只显示一次" in asked.content.decode()
    people.secretary.refresh_from_db()
    assert people.secretary.check_password(answer.context["password"])


def test_accounts_are_closed_reopened_and_unlocked_by_their_buttons(people, sign_in, client):
    for _ in range(5):
        client.post(reverse("login"), {"username": "shuji", "password": "wrong"})
    client = sign_in(people.security)
    one = page("accounts_user_change", people.secretary.pk)

    locked = client.get(one).context["acts"]
    client.post(page("accounts_user_act", people.secretary.pk, "unlock"))
    client.post(page("accounts_user_act", people.secretary.pk, "close"))
    closed = client.get(one).context["acts"]
    client.post(page("accounts_user_act", people.secretary.pk, "reopen"))
    again = client.get(one).context["acts"]

    words = [[word for word, _ in acts] for acts in (locked, closed, again)]
    assert words == [
        ["重置密码", "解除锁定", "停用账号"],
        ["重置密码", "启用账号"],
        ["重置密码", "停用账号"],
    ]


@pytest.mark.parametrize(
    ("by", "on"), [("admin", "security"), ("admin", "admin"), ("security", "security")]
)
def test_whose_account_is_not_kept_by_whom(by, on, people, sign_in):
    client = sign_in(getattr(people, by))
    user = getattr(people, on)

    buttons = client.get(page("accounts_user_change", user.pk)).context["acts"]
    answer = client.post(page("accounts_user_act", user.pk, "reset"))

    assert (buttons, answer.status_code) == ([], 403)


def test_the_security_administrator_ends_the_keys_of_programs(people, sign_in):
    token, key = tokens.issue(
        name="同步名册", scopes=["members:read"], days=30, by=people.leader, now=timezone.now()
    )
    client = sign_in(people.security)
    listed = client.get(page("tokens_apitoken_changelist")).content.decode()

    client.post(
        page("tokens_apitoken_changelist"), {"action": "withdraw", "_selected_action": token.pk}
    )

    token.refresh_from_db()
    assert "同步名册" in listed
    assert key not in listed
    assert token.revoked_by == people.security
    assert Entry.objects.first().verb == "token.withdrawn"


# --- audit, jobs --------------------------------------------------------------------------------------


def test_the_trail_is_searched_filtered_and_taken_away(org, people, sign_in):
    client = sign_in(people.auditor)
    url = page("audit_entry_changelist")

    found = client.get(url, {"q": "南一支部"}).content.decode()
    by_verb = client.get(url, {"verb": "appointment.made"}).context["cl"].result_count
    by_place = client.get(url, {"organization": org.north.pk}).context["cl"].result_count
    nonsense = client.get(url, {"organization": "x"}).status_code
    book = client.get(page("audit_entry_export", "xlsx"), {"verb": "appointment.made"})
    csv = b"".join(client.get(page("audit_entry_export", "csv")).streaming_content).decode()

    assert "成立党组织" in found
    assert by_verb == Entry.objects.filter(verb="appointment.made").count()
    assert by_place == Entry.objects.filter(organization_id=org.north.pk).count()
    assert nonsense == 200
    cells = [str(c.value) for line in load_workbook(BytesIO(book.content)).active for c in line]
    assert cells.count("任职") == by_verb
    assert "成立党组织" not in cells
    assert csv.startswith("\ufeff时间,操作人,操作")
    assert Entry.objects.filter(verb="audit.exported").count() == 2


def test_nobody_else_takes_the_trail_away(people, sign_in):
    for who in ("admin", "security"):
        answer = sign_in(getattr(people, who)).get(page("audit_entry_export", "csv"))
        assert answer.status_code == 403


def test_a_formula_in_the_trail_is_text_in_the_csv(people, sign_in):
    User.objects.filter(pk=people.nobody.pk).update(name="=1+1")
    sign_in(User.objects.get(pk=people.nobody.pk)).get("/")
    Entry.objects.create(actor_name="=1+1", verb="account.signed_in")

    client = sign_in(people.auditor)
    lines = b"".join(client.get(page("audit_entry_export", "csv")).streaming_content).decode()

    assert ",'=1+1," in lines
    assert ",=1+1," not in lines


def test_a_dead_letter_is_given_another_try(people, org, sign_in):
    job = things(people, org)["outbox.job"]
    data = {"action": "retry", "_selected_action": [job.pk]}

    html = sign_in(people.admin).get(page("outbox_job_changelist")).content.decode()
    sign_in(people.admin).post(page("outbox_job_changelist"), data)

    job.refresh_from_db()
    assert "last line" in html
    assert (job.status, job.attempts) == (Job.Status.QUEUED, 0)
    assert Entry.objects.filter(verb="job.revived").exists()


# --- the import page ----------------------------------------------------------------------------------


def upload(client, *rows):
    file = SimpleUploadedFile("名册.xlsx", list_of(*rows).getvalue())
    return client.post(page("branches_organization_import"), {"file": file})


def test_a_list_is_checked_confirmed_and_answered_with_the_passwords(org, people, sign_in):
    client = sign_in(people.admin)
    good = row("01-09", "北九支部", "党支部", "01", secretary_name="新", secretary_username="xin")

    checked = upload(client, good)
    nothing_yet = Organization.objects.filter(code="01-09").exists()
    done = client.post(page("branches_organization_import"), {"confirmed": "1"})
    twice = client.post(page("branches_organization_import"), {"confirmed": "1"})

    assert "在“市北区局机关党委”之下新设" in checked.content.decode()
    assert not nothing_yet
    assert Organization.objects.filter(code="01-09").exists()
    assert 'download="党组织导入结果' in done.content.decode()
    assert "no-store" in done["Cache-Control"]
    password = done.context["result"].opened[0].password
    assert User.objects.get(username="xin").check_password(password)
    assert "已经处理过或已过期" in twice.content.decode()


def test_a_wrong_list_is_told_cell_by_cell_and_cannot_be_confirmed(org, people, sign_in):
    client = sign_in(people.admin)

    answer = upload(client, row("x", "", "党支部", "zz"))
    confirmed = client.post(page("branches_organization_import"), {"confirmed": "1"})

    html = answer.content.decode()
    assert "B3:没有填写名称。" in html
    assert "E3:上级编码“zz”在本表和系统中都找不到。" in html
    assert "确认导入" not in html
    assert "已经处理过或已过期" in confirmed.content.decode()


def test_what_is_no_list_is_told_beside_the_field(org, people, sign_in):
    client = sign_in(people.admin)
    file = SimpleUploadedFile("x.xlsx", b"hello world")

    broken = client.post(page("branches_organization_import"), {"file": file})
    empty = client.post(page("branches_organization_import"), {})

    assert "不是 Excel 工作簿" in str(broken.context["form"].errors["file"])
    assert "file" in empty.context["form"].errors


def test_the_books_come_from_the_page(org, people, sign_in):
    client = sign_in(people.admin)

    template = client.get(page("branches_organization_template"))
    present = client.get(page("branches_organization_export"))
    elsewhere = client.get(page("branches_organization_export"), {"layout": "platform"})

    assert load_workbook(BytesIO(template.content)).active["A2"].value == "*编码"
    cells = {c.value for line in load_workbook(BytesIO(present.content)).active for c in line}
    assert "北四支部" in cells
    head, *_ = load_workbook(BytesIO(elsewhere.content)).active.iter_rows(values_only=True)
    assert head[:2] == ("党组织编码", "党组织名称")


def test_only_the_system_administrator_imports(people, sign_in):
    for who in ("security", "auditor"):
        client = sign_in(getattr(people, who))
        for name in ("import", "template"):
            assert client.get(page(f"branches_organization_{name}")).status_code == 403


# --- questions to the database ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["branches_appointment_changelist", "accounts_user_changelist", "outbox_job_changelist"]
)
def test_a_list_asks_no_more_questions_for_more_rows(name, org, people, sign_in):
    client = sign_in(people.admin)

    def count():
        client.get(page(name))
        with CaptureQueriesContext(connection) as queries:
            client.get(page(name))
        return len(queries)

    few = count()
    for number in range(4):
        user = User.objects.create(username=f"u{number}", name=f"人{number}")
        appointments.appoint(user, organization=org.south, role=Role.CLERK, starts_on=DAY, by=None)
        Job.objects.create(kind="x", key=f"k{number}")

    assert count() == few


def test_the_tree_asks_no_more_questions_for_more_rows(org, people, sign_in):
    client = sign_in(people.admin)
    url = f"/admin/branches/organization/children/{org.north_office.pk}/"

    def count():
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    few = count()
    for number in range(4):
        organizations.establish(
            parent=org.north_office, kind=Kind.BRANCH, code=f"n{number}", name="新", on=DAY, by=None
        )

    assert count() == few


# --- where from, and who never ----------------------------------------------------------------------


def test_the_admin_site_opens_at_the_named_machines_only(people, sign_in, settings):
    settings.ADMIN_ADDRESSES = [ip_network("10.1.0.0/16")]
    client = sign_in(people.admin)

    inside = client.get(page("accounts_user_changelist"), REMOTE_ADDR="10.1.2.3")
    outside = client.get(page("accounts_user_changelist"), REMOTE_ADDR="10.2.2.3")
    pretending = client.get(
        page("index"), REMOTE_ADDR="10.2.2.3", headers={"X-Forwarded-For": "10.1.2.3"}
    )

    assert (inside.status_code, outside.status_code, pretending.status_code) == (200, 403, 403)
    assert "管理终端" in outside.content.decode()


def test_a_superuser_gets_in_by_no_door_in_production(people, sign_in, settings):
    User.objects.filter(pk=people.admin.pk).update(is_superuser=True)
    client = sign_in(people.admin)
    before = client.get("/notices/").status_code

    settings.PRODUCTION = True

    assert before == 200
    assert client.get("/notices/").status_code == 302
    client.cookies.clear()
    client.post("/login/", {"username": "admin", "password": "Passw0rd-2022"})
    assert "_auth_user_id" not in client.session
    assert [w.id for w in nobody_is_superuser(None, databases=["default"])] == ["branchyear.W007"]
