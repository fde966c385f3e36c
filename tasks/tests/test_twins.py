"""Twin check: near-same pictures are found, different ones are not, and the branch never sees a question."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from branches.models import Appointment
from branches.roles import Role
from branches.scope import forget_scope
from branchyear.audit.models import Entry
from branchyear.outbox import services as outbox
from branchyear.outbox.models import Job
from tasks import pictures as hashing
from tasks import rules
from tasks.models import Evidence, MaterialCheck, PictureHash, Twin
from tasks.services import evidence, items, library, twins
from tasks.tests import make, pictures
from tasks.tests.make import NOW, item_of
from tasks.twins import questions_about

pytestmark = pytest.mark.engines


def file_of(picture, name="照片.jpg", quality=90):
    return SimpleUploadedFile(name, pictures.jpeg(picture, quality).getvalue())


@pytest.fixture(scope="module")
def drawn():
    """A room, the same room with other people, two papers of one form."""
    return {
        "room": pictures.room(1),
        "again": pictures.room(1, people="others"),
        "sheet": pictures.paper(1, form=1),
        "other sheet": pictures.paper(2, form=1),
    }


def fingerprint(picture, quality=90):
    return hashing.fingerprint_of(pictures.jpeg(picture, quality))


@pytest.mark.any_engine
@pytest.mark.parametrize("copy", sorted(pictures.COPIES.keys() - pictures.BEYOND))
def test_a_changed_copy_is_near_its_original(drawn, copy):
    change, quality = pictures.COPIES[copy]
    for name in ("room", "sheet"):
        copied = fingerprint(change(drawn[name]), quality)

        assert hashing.apart(fingerprint(drawn[name]), copied) is not None, name


@pytest.mark.any_engine
def test_other_people_and_other_words_are_no_twins(drawn):
    prints = {name: fingerprint(picture) for name, picture in drawn.items()}

    names = list(prints)
    pairs = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :]]
    assert [(a, b) for a, b in pairs if hashing.apart(prints[a], prints[b]) is not None] == []


@pytest.mark.any_engine
def test_near_hashes_share_a_band(drawn):
    whole = fingerprint(drawn["room"]).whole
    for bits in (0b1, 0x0101010101010100, 0x7F << 40):
        near = hashing.Hashes(whole.p ^ bits, whole.d)

        assert hashing.distance(whole, near) == 0
        assert set(hashing.bands_of(whole)) & set(hashing.bands_of(near))
    assert hashing.distance(whole, hashing.Hashes(whole.p ^ 0xFF, whole.d)) is None


@pytest.mark.any_engine
def test_a_blank_sheet_has_no_fingerprint_and_a_turned_or_see_through_one_is_as_seen(drawn):
    blank, turned, clear = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.new("L", (400, 300), 250).save(blank, "PNG")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter right when shown
    drawn["room"].transpose(Image.Transpose.ROTATE_90).save(turned, "JPEG", exif=exif)
    drawn["room"].convert("RGBA").save(clear, "PNG")

    assert hashing.fingerprint_of(blank) is None
    for file in (turned, clear):
        assert hashing.apart(fingerprint(drawn["room"]), hashing.fingerprint_of(file)) is not None


# --- Rows -----------------------------------------------------------------------------------------


@pytest.fixture
def campaign(people):
    return make.make_campaign()


def add(row, by, picture, name="照片.jpg", quality=90, **more):
    """Uploaded, with its job done."""
    file = evidence.add(row, file_of(picture, name, quality), by=by, now=NOW, **more)
    for job in Job.objects.filter(key=f"fingerprint:{file.pk}"):
        outbox.perform(job.pk, now=NOW + timedelta(days=400))
    return file


@pytest.fixture
def pair(campaign, org, people, drawn):
    """The same photograph at the north branch for T1-05, and smaller at the south branch."""
    old = add(item_of(org.south, "T1-05"), people.south_secretary, drawn["room"], "南.jpg")
    small = drawn["room"].resize((400, 300))
    new = add(item_of(org.north, "T1-05"), people.secretary, small, "北.jpg")
    return old, new


def asked(branch, file, user, code="T1-05"):
    return [(q.about, q.words) for q in questions_about(item_of(branch, code), [file], user=user)]


def test_a_job_finds_the_pair_and_twice_is_once(pair, org, people, drawn):
    old, new = pair

    twins.fingerprint(new.pk)
    twins.fingerprint(0)

    twin = Twin.objects.get()
    assert (twin.older, twin.newer) == (old, new)
    assert PictureHash.objects.get(evidence=new).bands.count() == 48
    add(item_of(org.north, "T1-01"), people.secretary, drawn["again"], "另一次.jpg")
    assert Twin.objects.count() == 1


def test_what_was_broken_off_before_comparing_is_taken_up_again(pair, org, people):
    Twin.objects.all().delete()
    PictureHash.objects.update(paired_at=None)

    assert twins.sweep(now=NOW + timedelta(days=9999)) == 2
    twins.fingerprint(pair[0].pk)

    assert Twin.objects.get().newer == pair[1]
    assert PictureHash.objects.filter(paired_at=None).count() == 1


def test_a_broken_or_lost_picture_has_no_fingerprint_and_breaks_no_job(campaign, org, people):
    header = make.make_png().read()[:60]
    broken, _ = library.store(
        org.north, SimpleUploadedFile("坏.png", header), by=people.secretary, now=NOW
    )
    lost, _ = library.store(org.north, make.make_png(), by=people.secretary, now=NOW)
    lost.file.storage.delete(lost.file.name)

    for file in (broken, lost):
        assert twins.fingerprint(file.pk).hashes == []


def test_the_nightly_sweep_asks_for_what_has_none(campaign, org, people):
    file, _ = library.store(org.north, make.make_png(), by=people.secretary, now=NOW)
    Job.objects.all().delete()
    later = file.uploaded_at + timedelta(hours=2)

    assert (twins.sweep(now=later), twins.sweep(now=file.uploaded_at)) == (1, 0)
    twins.fingerprint(file.pk)
    assert twins.sweep(now=later) == 0


def test_who_sees_both_is_told_where_and_who_does_not_is_told_only_that(pair, org, people):
    old, new = pair

    assert asked(org.north, new, people.committee) == [
        (f"other:{old.pk}", "与南一支部的材料“南.jpg”画面相近，请核对。")
    ]
    [(about, words)] = asked(org.north, new, people.reviewer)
    assert about == f"other:{old.pk}"
    assert words == "与本单位以外的一份材料画面相近，可请市直机关工委核实。"


def test_the_same_file_elsewhere_and_a_day_outside_are_asked_about(campaign, org, people, drawn):
    mine = add(
        item_of(org.north, "T1-05"), people.secretary, drawn["room"], fact_on=date(2025, 1, 5)
    )
    evidence.attach(item_of(org.north, "T1-01"), mine, by=people.secretary, now=NOW)
    theirs = add(item_of(org.south, "T1-05"), people.south_secretary, drawn["room"])

    abouts = [about for about, _ in asked(org.north, mine, people.committee)]

    assert abouts == ["date", "same", f"other:{theirs.pk}"]


def test_a_revision_is_no_twin_of_what_it_replaced(campaign, org, people, drawn):
    old = add(item_of(org.north, "T1-05"), people.secretary, drawn["room"])
    evidence.attach(item_of(org.north, "T1-01"), old, by=people.secretary, now=NOW)
    new, _ = library.replace(old, file_of(drawn["room"], quality=60), by=people.secretary, now=NOW)
    twins.fingerprint(new.pk)

    assert Twin.objects.count() == 1
    assert [about for about, _ in asked(org.north, new, people.committee)] == ["same"]


def test_a_file_that_was_sent_out_to_all_is_one_question(
    pair, org, people, drawn, django_assert_num_queries, django_assert_max_num_queries
):
    _, new = pair
    row = item_of(org.north, "T1-05")
    questions_about(row, [new], user=people.committee)
    with django_assert_max_num_queries(8) as few:
        questions_about(row, [new], user=people.committee)
    everybody = [o for o in vars(org).values() if getattr(o, "pk", None) and o.pk != org.north.pk]
    Evidence.objects.bulk_create(
        Evidence(
            organization=organization, file="x.jpg", name="统一.jpg", extension="jpg", size=1,
            sha256=new.sha256, uploaded_by=people.secretary,
        )
        for organization in everybody
    )  # fmt: skip

    with django_assert_num_queries(len(few)):
        found = questions_about(row, [new], user=people.committee)

    [many] = [q for q in found if q.about == "same:many"]
    assert f"与{len(everybody)}个党组织的材料内容完全相同" in many.words
    assert len(found) == 2


def test_only_a_reviewer_above_settles_and_it_leaves_its_trace(pair, org, people):
    old, new = pair
    row, about = item_of(org.north, "T1-05"), f"other:{old.pk}"
    with pytest.raises(PermissionDenied):
        twins.settle(row, new, about, by=people.secretary)

    for _ in range(2):
        twins.settle(row, new, about, by=people.reviewer, note="两个支部联合开展")

    [question] = questions_about(row, [new], user=people.reviewer)
    assert question.check == MaterialCheck.objects.get()
    assert Entry.objects.filter(verb="evidence.checked").count() == 1


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.CLERK, Role.BRANCH_MEMBER])
def test_a_reviewer_who_also_belongs_to_the_branch_is_not_asked(org, people, role):
    assert rules.may_see_twins(people.reviewer, org.north)
    Appointment.objects.create(
        user=people.reviewer, organization=org.north, role=role, starts_on=date(2020, 1, 1)
    )
    forget_scope(people.reviewer)

    assert not rules.may_see_twins(people.reviewer, org.north)
    assert rules.may_see_twins(people.reviewer, org.north_two)


def test_the_reviewer_is_asked_on_the_page_and_the_branch_never(pair, org, people, sign_in):
    old, new = pair
    row = item_of(org.north, "T1-05")
    items.submit(row, make.make_answer(), by=people.secretary, now=NOW)
    settle = reverse("tasks:settle_material", args=[row.pk, new.pk])
    sign = "材料核对提示"

    client = sign_in(people.reviewer)
    desk = client.get(reverse("tasks:review"), {"item": row.pk}).content.decode()
    wrong = client.post(settle, {"about": "other:0"}, follow=True).content.decode()
    settled = client.post(settle, {"about": f"other:{old.pk}", "queue": "1"}, follow=True)
    both = sign_in(people.committee).get(row.get_absolute_url()).content.decode()
    pages = [
        sign_in(who).get(address).content.decode()
        for who in (people.secretary, people.clerk, people.inspector, people.leader)
        for address in (row.get_absolute_url(), new.get_absolute_url())
    ]

    assert sign in desk
    assert "与本单位以外的一份材料画面相近" in desk
    assert "南.jpg" not in desk
    assert "这条提示已不存在" in wrong
    assert "● 已核实" in settled.content.decode()
    assert "并排比较" in both
    assert not [page for page in pages if sign in page or "画面相近" in page]
