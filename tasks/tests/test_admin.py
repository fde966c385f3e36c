"""The admin site of the campaign: every save is a service, nothing is deleted, answers are not read."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branchyear.audit.models import Entry
from tasks import template
from tasks.models import BranchItem, Campaign, ChecklistItem, ItemVersion, Rule
from tasks.tests.make import (
    YEAR,
    item_of,
    make_accepted,
    make_campaign,
    make_evidence,
    make_submitted,
)

MODELS = ("campaign", "task", "checklistitem", "rule", "branchitem", "evidence")


@pytest.fixture
def campaign(org, people):
    return make_campaign()


@pytest.fixture
def admin_client(campaign, people, sign_in):
    return sign_in(people.admin)


def form_values(answer):
    """What a browser would send back of the form, untouched."""
    context = answer.context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    values = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is None or value is False:
                continue
            values[bound.html_name] = value.isoformat() if hasattr(value, "isoformat") else value
    return values


def page(client, model, pk):
    answer = client.get(reverse(f"admin:tasks_{model}_change", args=[pk]))
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("model", MODELS)
def test_every_list_and_form_opens_for_the_system_administrator(admin_client, org, people, model):
    make_submitted(item_of(org.north, "T1-05"), people.secretary)
    changelist = reverse(f"admin:tasks_{model}_changelist")

    assert admin_client.get(changelist).status_code == 200
    assert admin_client.get(changelist, {"q": "T1"}).status_code in (200, 302)
    row = admin_client.get(changelist).context["cl"].result_list[0]
    page(admin_client, model, row.pk)


@pytest.mark.parametrize("who", ["secretary", "committee", "department", "nobody"])
def test_nobody_else_gets_in(campaign, people, sign_in, who):
    answer = sign_in(getattr(people, who)).get(reverse("admin:tasks_checklistitem_changelist"))

    assert answer.status_code in (302, 403)


@pytest.mark.parametrize("who", ["security", "auditor"])
def test_the_other_administrators_have_no_business_here(campaign, people, sign_in, who):
    client = sign_in(getattr(people, who))

    for model in MODELS:
        assert client.get(reverse(f"admin:tasks_{model}_changelist")).status_code == 403
    assert client.get(reverse("admin:tasks_campaign_open")).status_code == 403


def test_nothing_can_be_deleted_and_answers_not_be_written(admin_client, org):
    item = item_of(org.north)

    for model, pk in (("checklistitem", item.item_id), ("branchitem", item.pk)):
        url = reverse(f"admin:tasks_{model}_delete", args=[pk])
        assert admin_client.post(url, {"post": "yes"}).status_code == 403
    change = reverse("admin:tasks_branchitem_change", args=[item.pk])
    assert admin_client.post(change, {"state": "accepted"}).status_code == 403
    assert admin_client.get(reverse("admin:tasks_branchitem_add")).status_code == 403


def test_the_words_of_a_branch_are_not_shown(admin_client, org, people):
    item = make_submitted(
        item_of(org.north, "T1-05"), people.secretary, note="只给审核人看的话，不给管理员。"
    )

    shown = page(admin_client, "branchitem", item.pk).content.decode()

    assert "赵书记" in shown
    assert "只给审核人看的话" not in shown


def test_saving_an_item_makes_a_version_and_changes_no_verdict(admin_client, org, people):
    accepted = make_accepted(item_of(org.north), people.secretary, people.reviewer)
    verdict = BranchItem.objects.filter(pk=accepted.pk).values().get()
    url = reverse("admin:tasks_checklistitem_change", args=[accepted.item_id])
    values = form_values(page(admin_client, "checklistitem", accepted.item_id))

    answer = admin_client.post(
        url,
        {**values, "text": "建立完整的党员名册", "weight": "2.5", "due_on": "2026-07-31"},
        follow=True,
    )

    version = ItemVersion.objects.get(item=accepted.item_id, number=2)
    assert (version.text, str(version.weight), version.due_on) == (
        "建立完整的党员名册",
        "2.50",
        date(2026, 7, 31),
    )
    assert version.created_by == people.admin
    assert BranchItem.objects.filter(pk=accepted.pk).values().get() == verdict
    shown = answer.content.decode()
    assert "已形成第2版" in shown
    assert "任务T1分值为15，条目分值之和现为14.5" in shown
    assert Entry.objects.get(verb="item.revised").actor == people.admin


def test_saving_an_item_untouched_makes_no_version(admin_client, org):
    item = item_of(org.north, "T7-01").item
    url = reverse("admin:tasks_checklistitem_change", args=[item.pk])

    answer = admin_client.post(url, form_values(page(admin_client, "checklistitem", item.pk)))

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert ItemVersion.objects.filter(item=item).count() == 1


def test_what_cannot_be_is_said_beside_the_field(admin_client, org):
    item = item_of(org.north).item
    url = reverse("admin:tasks_checklistitem_change", args=[item.pk])
    values = form_values(page(admin_client, "checklistitem", item.pk))

    for changes, field, sentence in (
        ({"rules": "R09\nR99"}, "rules", "规则“R99”不存在"),
        ({"due_on": "2026-01-01"}, "due_on", "完成期限不能早于开始填报日期"),
        ({"asks": "[{]"}, "asks", "不是有效的 JSON"),
        ({"asks": '[{"key": "A"}]'}, "asks", "填报数字"),
        ({"base": "7"}, "base", "刚刚已由他人修订"),
    ):
        answer = admin_client.post(url, {**values, **changes})
        assert answer.status_code == 200
        assert sentence in str(answer.context["adminform"].form.errors[field])
    assert ItemVersion.objects.filter(item=item).count() == 1


def test_a_new_item_is_added_and_given(admin_client, campaign):
    task = campaign.tasks.first()
    values = {
        "task": task.pk,
        "code": "T1-07",
        "order": 7,
        "text": "新增条目",
        "evidence": "材料一\n材料二",
        "verify": ["evidence"],
        "rules": "R54",
        "asks": "[]",
        "weight": "0",
        "phases": ["P3"],
        "opens_on": "2026-06-01",
        "due_on": "2026-12-31",
        "source": "inferred",
        "basis": "市直机关工委要求",
    }

    answer = admin_client.post(reverse("admin:tasks_checklistitem_add"), values)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    item = ChecklistItem.objects.get(code="T1-07")
    assert item.current.evidence == ["材料一", "材料二"]
    assert BranchItem.objects.filter(item=item).count() == 5
    again = admin_client.post(reverse("admin:tasks_checklistitem_add"), values)
    assert again.status_code == 200
    assert ChecklistItem.objects.filter(code="T1-07").count() == 1


def test_items_are_retired_and_restored(admin_client, org):
    item = item_of(org.north).item
    url = reverse("admin:tasks_checklistitem_changelist")

    admin_client.post(url, {"action": "retire", "_selected_action": [item.pk]})
    retired = BranchItem.objects.in_force().filter(item=item).count()
    admin_client.post(url, {"action": "restore", "_selected_action": [item.pk]})

    assert retired == 0
    assert BranchItem.objects.in_force().filter(item=item).count() == 5


def test_a_phase_and_a_task_are_edited_under_the_campaign(admin_client, campaign, org):
    url = reverse("admin:tasks_campaign_change", args=[campaign.pk])
    values = form_values(page(admin_client, "campaign", campaign.pk))
    assert values["phases-1-ends_on"] == "2026-06-30"

    answer = admin_client.post(
        url,
        {
            **values,
            "phases-1-ends_on": "2026-07-10",
            "tasks-1-name": "配强支部班子",
            "scope": "市直机关",
        },
    )

    assert answer.status_code == 302
    assert item_of(org.north, "T1-01").due_on == date(2026, 7, 10)
    assert campaign.tasks.get(code="T2").name == "配强支部班子"
    campaign.refresh_from_db()
    assert campaign.scope == "市直机关"
    wrong = admin_client.post(url, {**values, "phases-1-ends_on": "2027-07-10"})
    assert wrong.status_code == 200
    assert "活动期间" in wrong.content.decode()


def test_the_thresholds_of_a_rule_are_edited_as_json(admin_client, people):
    rule = Rule.objects.get(number="R06")
    url = reverse("admin:tasks_rule_change", args=[rule.pk])
    answer = page(admin_client, "rule", rule.pk)
    values = form_values(answer)
    params = {**rule.params, "min_members": 25}

    admin_client.post(url, {**values, "params": json.dumps(params)})

    rule.refresh_from_db()
    assert rule.params["min_members"] == 25
    entry = Entry.objects.filter(verb="campaign.updated").get()
    assert (entry.actor, entry.detail["before"]["params"]["min_members"]) == (people.admin, 20)
    assert rule.message == Rule.objects.get(number="R06").message


def test_a_year_is_opened_from_the_bundled_or_an_own_template(admin_client, org):
    url = reverse("admin:tasks_campaign_open")
    own = (template.BUNDLED / "campaign_2022.yaml").read_bytes()
    broken = own.replace(b"weight: 15", b"weight: 16", 1)

    assert admin_client.get(url).status_code == 200
    bundled = admin_client.post(url, {"year": YEAR + 1})
    refused = admin_client.post(
        url, {"year": YEAR + 2, "file": SimpleUploadedFile("t.yaml", broken)}
    )
    uploaded = admin_client.post(url, {"year": YEAR + 2, "file": SimpleUploadedFile("t.yaml", own)})

    assert (bundled.status_code, refused.status_code, uploaded.status_code) == (302, 200, 302)
    assert "各任务分值之和应为100，现为101" in refused.content.decode()
    assert set(Campaign.objects.values_list("year", flat=True)) == {YEAR, YEAR + 1, YEAR + 2}


def test_a_file_shows_where_it_is_used(admin_client, org, people):
    paper = make_evidence(item_of(org.north, "T1-05"), people.secretary)

    shown = page(admin_client, "evidence", paper.pk).content.decode()

    assert "T1-05" in shown
    assert paper.file.name not in shown
