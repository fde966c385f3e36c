"""A form posted twice has done its work once; nothing typed is lost over it."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import Appointment
from branchyear.accounts.models import User
from branchyear.audit.models import Entry
from branchyear.once.jobs import expire_postings
from branchyear.once.models import Posting
from members.models import Applicant, RosterUpload
from members.services import admissions
from members.tests.rosters import book, person

KEY = re.compile(r'name="once" value="([A-Za-z0-9_-]+)"')


@pytest.fixture
def desk(org, people, sign_in):
    """The secretary's browser, and the address of a form that makes something."""
    admissions.load_steps()  # a transactional test before this one emptied the tables
    browser = sign_in(people.secretary)
    browser.address = f"{reverse('members:new_applicant')}?org={org.north.pk}"
    return browser


def key_on(page):
    return KEY.search(page.content.decode()).group(1)


def typed(key, name="何申请"):
    return {"once": key, "name": name, "applied_on": "2026-03-02", "sex": ""}


def said(response):
    return re.findall(r"data-message>\W*([^<]+)<", response.content.decode())


def test_the_same_form_again_is_answered_like_the_first(desk):
    key = key_on(desk.get(desk.address))
    first = desk.post(desk.address, typed(key))
    first_page = desk.get(first.url).content.decode()

    again = desk.post(desk.address, typed(key))

    assert Applicant.objects.count() == 1
    assert (again.status_code, again.url) == (302, first.url)
    page = desk.get(again.url).content.decode()
    assert "已登记。请在收到申请书一个月内派人谈话。" in first_page
    assert "已登记。请在收到申请书一个月内派人谈话。" in page
    assert "这张表单此前已经提交，没有重复登记。" in page
    assert Entry.objects.filter(thing_type="members.applicant").count() == 1


def test_a_page_opened_anew_makes_another_one(desk):
    for _ in range(2):
        desk.post(desk.address, typed(key_on(desk.get(desk.address))))

    assert Applicant.objects.count() == 2


def test_a_form_that_came_back_with_a_complaint_may_be_posted_again(desk):
    key = key_on(desk.get(desk.address))

    complained = desk.post(desk.address, typed(key, name=""))
    mended = desk.post(desk.address, typed(key))

    assert (complained.status_code, mended.status_code) == (422, 302)
    assert Applicant.objects.get().name == "何申请"


def test_other_words_under_the_same_key_are_asked_about_and_kept(desk):
    key = key_on(desk.get(desk.address))
    first = desk.post(desk.address, typed(key))

    other = desk.post(desk.address, typed(key, name="吕申请"))

    text = html.unescape(other.content.decode())
    assert other.status_code == 409
    assert Applicant.objects.count() == 1
    assert "与上次不同，还没有登记" in text
    assert f'href="{first.url}"' in text
    assert "吕申请" in text
    assert "no-store" in other["Cache-Control"]


def test_other_words_can_be_handed_in_as_a_second_entry(desk):
    key = key_on(desk.get(desk.address))
    desk.post(desk.address, typed(key))
    asked = desk.post(desk.address, typed(key, name="吕申请")).content.decode()
    action = html.unescape(re.search(r'<form method="post" action="([^"]+)"', asked).group(1))
    entries = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked)

    second = desk.post(action, {name: html.unescape(value) for name, value in entries})

    assert second.status_code == 302
    assert sorted(Applicant.objects.values_list("name", flat=True)) == ["何申请", "吕申请"]


def test_a_script_is_told_in_a_sentence(desk):
    key = key_on(desk.get(desk.address))
    desk.post(desk.address, typed(key))

    told = desk.post(desk.address, typed(key, name="吕申请"), headers={"HX-Request": "true"})

    assert told.status_code == 409
    assert told.content.decode().startswith("这张表单此前已经提交过")


def test_a_file_sent_twice_is_taken_once_and_another_one_is_not_mistaken_for_it(org, desk):
    address = f"{reverse('members:roster_upload')}?org={org.north.pk}"
    key = key_on(desk.get(address))
    content = book(person(1)).read()

    def send(content):
        file = SimpleUploadedFile("名册.xlsx", content)
        return desk.post(address, {"once": key, "file": file})

    complained = send(b"")
    first, again, other = send(content), send(content), send(content + b" ")

    assert complained.status_code == 200
    assert RosterUpload.objects.count() == 1
    assert (first.status_code, again.url) == (302, first.url)
    assert other.status_code == 409
    assert "名册.xlsx" in other.content.decode()
    assert "<form" not in other.content.decode()


def test_one_persons_key_means_nothing_to_another(desk, people):
    key = key_on(desk.get(desk.address))
    colleague = Client()
    colleague.force_login(people.clerk, backend="branches.backends.AppointmentBackend")

    for browser in (desk, colleague):
        browser.post(desk.address, typed(key))

    assert Applicant.objects.count() == 2


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "键" * 20, "../../../etc/passwd00"])
def test_a_key_that_is_none_guards_nothing_and_breaks_nothing(desk, key):
    answers = [desk.post(desk.address, typed(key)).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert not Posting.objects.exists()


def test_a_refusal_leaves_its_trace_and_no_key(org, people, sign_in):
    browser = sign_in(people.leader)
    address = f"{reverse('members:new_applicant')}?org={org.north.pk}"

    answer = browser.post(address, typed("k" * 22))

    assert answer.status_code == 403
    assert Entry.objects.filter(verb="access.denied").count() == 1
    assert not Posting.objects.exists()


def test_when_the_work_breaks_down_half_way_nothing_of_it_stays(desk, monkeypatch):
    desk.raise_request_exception = False
    key = key_on(desk.get(desk.address))
    register = admissions.register_applicant

    def broken(*args, **options):
        register(*args, **options)
        raise RuntimeError("the power went off")

    with monkeypatch.context() as patch:
        patch.setattr(admissions, "register_applicant", broken)
        failed = desk.post(desk.address, typed(key))
    left = Applicant.objects.count(), Posting.objects.count()
    retried = desk.post(desk.address, typed(key))

    assert (failed.status_code, left, retried.status_code) == (500, (0, 0), 302)


def test_a_redirect_that_is_not_the_forms_own_is_no_result(desk, people):
    key = key_on(desk.get(desk.address))
    User.objects.filter(pk=people.secretary.pk).update(must_change_password=True)

    turned_away = desk.post(desk.address, typed(key))
    User.objects.filter(pk=people.secretary.pk).update(must_change_password=False)
    taken = desk.post(desk.address, typed(key))

    assert turned_away.url == reverse("password")
    assert taken.url == Applicant.objects.get().get_absolute_url()


def test_what_an_administrator_adds_is_added_once(org, people, sign_in):
    browser = sign_in(people.admin)
    address = reverse("admin:branches_appointment_add")
    data = {
        "once": key_on(browser.get(address)), "user": people.nobody.pk, "role": "clerk",
        "organization": org.north_two.pk, "starts_on": "2026-04-01", "ends_on": "", "document_no": "",
    }  # fmt: skip

    answers = [browser.post(address, data) for _ in range(2)]

    assert [a.status_code for a in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert Appointment.objects.filter(user=people.nobody).count() == 1


def test_old_keys_are_forgotten_and_late_deliveries_find_nothing(desk):
    for _ in range(2):
        desk.post(desk.address, typed(key_on(desk.get(desk.address))))
    old = Posting.objects.order_by("pk").first()
    Posting.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=8))

    for _ in range(2):
        expire_postings()

    assert Posting.objects.count() == 1
    assert not Posting.objects.filter(pk=old.pk).exists()
