"""The layouts of other systems in the admin site."""

from django.urls import reverse

from branchyear.audit.models import Entry
from members.models import RosterProfile


def posted(profile, **changes):
    data = {
        "name": profile.name, "source": "inferred", "note": "", "is_active": "on",
        "columns-TOTAL_FORMS": "0", "columns-INITIAL_FORMS": "0",
    }  # fmt: skip
    columns = list(profile.columns.all())
    data |= {"columns-TOTAL_FORMS": str(len(columns)), "columns-INITIAL_FORMS": str(len(columns))}
    for at, column in enumerate(columns):
        data |= {
            f"columns-{at}-id": column.pk, f"columns-{at}-profile": profile.pk,
            f"columns-{at}-order": column.order, f"columns-{at}-field": column.field,
            f"columns-{at}-title": column.title, f"columns-{at}-form": column.form,
        }  # fmt: skip
    return data | changes


def test_an_administrator_mends_a_heading_and_it_is_noted(people, sign_in):
    profile = RosterProfile.objects.get(name="党建e家")
    page = reverse("admin:members_rosterprofile_change", args=[profile.pk])
    client = sign_in(people.admin)

    assert "公民身份证号码" in client.get(page).content.decode()
    answer = client.post(page, posted(profile, **{"columns-2-title": "证件号"}))

    assert answer.status_code == 302
    assert profile.columns.get(field="id_number").title == "证件号"
    assert "证件号" in str(Entry.objects.get(verb="roster_profile.changed").detail)


def test_a_layout_without_names_is_refused(people, sign_in):
    profile = RosterProfile.objects.get(name="党建e家")
    page = reverse("admin:members_rosterprofile_change", args=[profile.pk])

    answer = sign_in(people.admin).post(page, posted(profile, **{"columns-1-DELETE": "on"}))

    assert "其中要有“姓名”" in answer.content.decode()
    assert profile.columns.filter(field="name").exists()


def test_the_security_administrator_has_no_business_with_layouts(people, sign_in):
    answer = sign_in(people.security).get(reverse("admin:members_rosterprofile_changelist"))

    assert answer.status_code == 403
