"""The campaign as data: opened, brought up to date, revised; verdicts given stay as they were."""

import copy
import io
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db.models import DateTimeField
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from branchyear.audit.models import Entry
from branchyear.lib.dates import shift_year
from branchyear.lib.errors import Refused
from branchyear.tests.access import undone
from tasks import template
from tasks.models import BranchItem, Campaign, ChecklistItem, ItemStep, ItemVersion, Rule, Source
from tasks.services.campaign import (
    add_item,
    open_campaign,
    retire_item,
    revise_campaign,
    revise_item,
    revise_phase,
    revise_rule,
    revise_task,
)
from tasks.signals import campaign_opened
from tasks.tests.make import YEAR, bundled, item_of, make_accepted, make_submitted
from tasks.tests.make import make_campaign as make_kept_campaign
from tasks.tests.make import open_really as make_campaign
from tasks.wording import in_chinese

pytestmark = pytest.mark.engines


@pytest.fixture
def plan():
    """The bundled template, free to be changed."""
    return copy.deepcopy(bundled())


@pytest.fixture
def campaign(org, people):
    return make_campaign()


def moved(text, years=YEAR - 2022):
    day = date.fromisoformat(text)
    return shift_year(day, day.year + years)


def test_the_campaign_equals_the_file_item_by_item(campaign):
    """Every text, evidence, verify, rule, weight, source and phase; ``asks`` is the portal's own."""
    plan = bundled()
    windows = {p["code"]: (moved(p["start"]), moved(p["end"])) for p in plan["phases"]}

    assert (campaign.name, campaign.starts_on, campaign.ends_on) == (
        plan["campaign"]["name"],
        moved(plan["campaign"]["start"]),
        moved(plan["campaign"]["end"]),
    )
    assert [
        (p.code, p.name, p.starts_on, p.ends_on, p.goals, p.self_check, p.source, p.source_note)
        for p in campaign.phases.all()
    ] == [
        (
            p["code"],
            p["name"],
            *windows[p["code"]],
            p["goals"],
            p.get("self_check", []),
            p["source"],
            p["date_note"],
        )
        for p in plan["phases"]
    ]
    assert [
        (t.code, t.name, t.weight, t.description, t.source, t.source_note)
        for t in campaign.tasks.all()
    ] == [
        (t["code"], t["name"], t["weight"], t["description"], t["source"], t["source_note"])
        for t in plan["tasks"]
    ]
    items = ChecklistItem.objects.filter(task__campaign=campaign).select_related("current", "task")
    assert [
        (
            i.task.code,
            i.code,
            i.current.text,
            i.current.evidence,
            i.current.verify,
            i.current.rules,
            i.current.weight,
            i.current.phases,
            i.current.basis,
            i.current.opens_on,
            i.current.due_on,
            i.current.asks,
        )
        for i in items.order_by("task__order", "order")
    ] == [
        (
            t["code"],
            i["code"],
            i["text"],
            i["evidence"],
            i["verify"],
            i["rules"],
            i["weight"],
            i["phases"],
            i["source"],
            windows[i["phases"][0]][0],
            windows[i["phases"][-1]][1],
            i.get("asks", []),
        )
        for t in plan["tasks"]
        for i in t["checklist"]
    ]


def test_every_rule_equals_the_file_with_due_dates_moved(campaign):
    plan = bundled()

    def params(rule):
        values = dict(rule["params"])
        for key in ("due", "phase2_end"):
            if key in values:
                values[key] = moved(values[key]).isoformat()
        if "months" in values and isinstance(values["months"], list):
            values["months"] = [m.replace("2022", str(YEAR)) for m in values["months"]]
        return values

    assert [
        (
            r.number,
            r.task.code,
            r.code,
            r.name,
            r.statement,
            r.params,
            r.inputs,
            r.evaluated,
            r.severity,
            r.basis,
            r.basis_status,
            r.difference,
            r.message,
            r.expected_fix,
        )
        for r in Rule.objects.select_related("task")
    ] == [
        (
            r["id"],
            r["task"],
            r["code"],
            r["name"],
            r["statement"],
            params(r),
            r["inputs"],
            r["evaluated"],
            r["severity"],
            r["source"],
            r["source_status"],
            r["seed_vs_regulation"],
            r["message"],
            r["expected_fix"],
        )
        for r in plan["rules"]
    ]
    assert Rule.objects.get(number="R35").params["due"] == "2026-06-30"


def test_only_asks_is_added_to_the_plan():
    """The numbers asked: few, and none that the portal can count itself."""
    asked = {
        i["code"]: [a["key"] for a in i["asks"]]
        for t in bundled()["tasks"]
        for i in t["checklist"]
        if "asks" in i
    }

    assert asked == {"T7-01": ["posts"], "T7-02": ["volunteers"], "T8-01": ["systems"]}


def test_what_the_plan_says_itself_is_marked_so(campaign):
    marks = dict(ItemVersion.objects.values_list("item__code", "source"))

    assert (marks["T1-01"], marks["T1-04"], marks["T2-03"]) == (Source.SEED,) * 3
    assert (marks["T1-05"], marks["T2-01"], marks["T4-01"]) == (Source.INFERRED,) * 3


def test_the_notes_read_in_chinese(campaign):
    words = {v.item.code: v.basis_words for v in ItemVersion.objects.select_related("item")}

    assert words["T1-06"] == "推断：党章第八条；党员教育管理工作条例第二十五条"
    assert words["T2-03"] == "原文目标三规范①（按期换届）"
    assert words["T8-06"] == "原文第一、二阶段、第五部分（一）"
    for text in [
        *words.values(),
        *map(in_chinese, campaign.tasks.values_list("source_note", flat=True)),
        *[rule.basis_words + rule.difference for rule in campaign.rules.all()],
    ]:
        assert not set("abcdfghijklmnopqrstuvwxyz") & set(text.replace("党建e家", "")), text


def test_where_the_plans_numbers_win_the_rule_says_so(campaign):
    wins = [rule.number for rule in campaign.rules.all() if rule.plan_wins]

    assert wins == ["R01", "R02", "R04", "R05", "R06", "R07"]
    assert campaign.rules.get(number="R05").marks == ["seed", "text"]  # the sentence is cut
    assert campaign.rules.get(number="R11").marks == ["inferred", "text", "secondary"]
    assert campaign.rules.get(number="R01").marks == ["seed", "text"]


def test_opening_again_changes_nothing(campaign):
    before = [list(m.objects.order_by("pk").values()) for m in (Campaign, ItemVersion, BranchItem)]

    make_campaign()

    assert before == [
        list(m.objects.order_by("pk").values()) for m in (Campaign, ItemVersion, BranchItem)
    ]
    assert Entry.objects.filter(verb__startswith="campaign.").count() == 1


def everything_written():
    """Every value of every row an opening writes, but for numbers and the moment."""
    return [
        list(
            table._base_manager.order_by("pk").values_list(
                *[
                    field.name
                    for field in table._meta.concrete_fields
                    if not (
                        field.primary_key or field.is_relation or isinstance(field, DateTimeField)
                    )
                ]
            )
        )
        for app in ("tasks", "reports")
        for table in apps.get_app_config(app).get_models()
    ]


def test_the_campaign_of_the_other_tests_is_the_one_the_service_opens(org, people):
    for _ in range(2):
        with undone():
            make_kept_campaign()  # opened, and the second time kept
    with undone():
        make_kept_campaign()
        put_back = everything_written()
        given = sorted(
            BranchItem.objects.values_list("branch__code", "item__code", "version__text")
        )
        entries = Entry.objects.filter(verb="campaign.opened").count()

    make_campaign()

    assert put_back == everything_written()
    assert given == sorted(
        BranchItem.objects.values_list("branch__code", "item__code", "version__text")
    )
    assert entries == Entry.objects.filter(verb="campaign.opened").count() == 1


def test_the_apps_above_are_told(org, people):
    told = []

    def hear(sender, campaign, created, **kwargs):
        told.append((campaign.year, created))

    campaign_opened.connect(hear)
    make_campaign()
    make_campaign()
    campaign_opened.disconnect(hear)

    assert told == [(YEAR, True), (YEAR, False)]


def test_two_years_stand_side_by_side(campaign):
    next_year = make_campaign(YEAR + 1)

    assert next_year.starts_on == date(YEAR + 1, 4, 1)
    assert next_year.code.endswith(str(YEAR + 1))
    assert BranchItem.objects.of(next_year).count() == BranchItem.objects.of(campaign).count()


def test_a_changed_template_makes_versions_only_of_what_changed(campaign, org, people, plan):
    accepted = make_accepted(item_of(org.north), people.secretary, people.reviewer)
    verdict = BranchItem.objects.filter(pk=accepted.pk).values().get()
    first = plan["tasks"][0]["checklist"]
    first[0]["text"] = "全面盘点支部党员，建立准确的党员名册"
    first[1]["weight"], first[2]["weight"] = 4, 2

    updated = open_campaign(plan, year=YEAR, by=None)

    assert (updated.pk, updated.version) == (campaign.pk, 2)
    newer = ItemVersion.objects.filter(number=2).values_list("item__code", flat=True)
    assert sorted(newer) == ["T1-01", "T1-02", "T1-03"]
    assert BranchItem.objects.filter(pk=accepted.pk).values().get() == verdict
    assert item_of(org.south).version.number == 2
    assert Entry.objects.filter(verb="item.revised").count() == 3


def test_an_item_left_out_is_retired_and_comes_back(campaign, org, people, plan):
    answered = make_submitted(item_of(org.north, "T1-06"), people.secretary)
    full = copy.deepcopy(plan)
    first = plan["tasks"][0]["checklist"]
    assert first.pop()["code"] == "T1-06"
    first[0]["weight"] += 2

    open_campaign(plan, year=YEAR, by=None)

    rows = BranchItem.objects.in_force()
    assert rows.count() == 5 * 41
    assert rows.filter(branch=org.north).figures(date(2026, 5, 1))["weight"] == 100
    answered.refresh_from_db()
    assert answered.state == "submitted"
    assert not BranchItem.objects.to_review_by(people.reviewer).exists()

    open_campaign(full, year=YEAR, by=None)

    assert BranchItem.objects.in_force().count() == 5 * 42


def test_a_task_cannot_be_left_out_once_open(campaign, plan):
    lost = plan["tasks"].pop()
    plan["tasks"][0]["weight"] += lost["weight"]
    plan["tasks"][0]["checklist"] += lost["checklist"]
    for rule in plan["rules"]:
        rule["task"] = "T1" if rule["task"] == "T8" else rule["task"]

    with pytest.raises(Refused, match="不能缺少原有任务：T8"):
        open_campaign(plan, year=YEAR, by=None)


def breaks(path, value):
    def apply(plan):
        inner = plan
        for key in path[:-1]:
            inner = inner[key]
        if value is KeyError:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value

    return apply


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (breaks(["tasks", 0, "weight"], 14), "各任务分值之和应为100，现为99"),
        (breaks(["tasks", 0, "checklist", 0, "weight"], 2), "条目分值之和却是14"),
        (breaks(["tasks", 0, "checklist", 0, "phases"], ["P9"]), "阶段“P9”不存在"),
        (breaks(["tasks", 0, "checklist", 0, "rules"], ["R99"]), "规则“R99”不存在"),
        (breaks(["tasks", 0, "checklist", 0, "code"], "T1-02"), "编码“T1-02”重复"),
        (breaks(["tasks", 1, "checklist", 0, "code"], "T1-01"), "条目编码“T1-01”重复"),
        (breaks(["tasks", 0, "checklist", 0, "text"], ""), "条目T1-01缺少“text”"),
        (breaks(["tasks", 0, "checklist", 0, "text"], "长" * 201), "超过200个字"),
        (breaks(["tasks", 0, "checklist", 0, "verify"], ["guess"]), "核验方式“guess”不认识"),
        (breaks(["tasks", 0, "checklist", 0, "asks"], [{"key": "A"}]), "填报数字"),
        (
            breaks(["tasks", 0, "checklist", 0, "applies_to"], ["village"]),
            "支部类型“village”不存在",
        ),
        (breaks(["phases", 0, "start"], "2022-04-31"), "阶段P1的起止日期"),
        (breaks(["phases", 0, "end"], "2022-03-01"), "结束日期早于开始日期"),
        (breaks(["phases", 2, "end"], "2023-03-01"), "不在活动期间内"),
        (breaks(["campaign", "year"], "今年"), "年度"),
        (breaks(["campaign"], KeyError), "缺少活动信息"),
        (breaks(["tasks"], []), "缺少任务"),
        (breaks(["rules", 0, "task"], "T9"), "所属任务“T9”不存在"),
        (breaks(["rules", 0, "message"], KeyError), "规则R01缺少“message”"),
    ],
)
def test_a_wrong_template_is_refused_whole(org, plan, change, sentence):
    change(plan)

    with pytest.raises(Refused, match="没有载入任何内容") as refusal:
        open_campaign(plan, year=YEAR, by=None)

    assert sentence in refusal.value.sentence
    assert not Campaign.objects.exists()


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_damage_is_told_or_harmless(db, data):
    """Whatever stands in the file: it opens, or it is refused with a sentence. Never anything else."""
    plan = copy.deepcopy(bundled())
    for _ in range(data.draw(st.integers(1, 3))):
        inner = plan
        while True:
            keys = list(inner) if isinstance(inner, dict) else range(len(inner))
            if not keys:
                break
            key = data.draw(st.sampled_from(list(keys)))
            if isinstance(inner[key], (dict, list)) and inner[key] and data.draw(st.booleans()):
                inner = inner[key]
                continue
            inner[key] = data.draw(JUNK)
            break

    found = template.problems(plan)

    if not found:
        from django.db import transaction

        with transaction.atomic():
            open_campaign(plan, year=YEAR, by=None)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"a: [1", b"- 1\n- 2", b"", b"2022-99-99: x", b"just words"]
)
def test_a_file_that_is_no_template_is_told(data):
    with pytest.raises(Refused):
        template.check(template.parse(data))


def test_the_command_opens_and_can_run_again(org):
    out = io.StringIO()

    call_command("open_campaign", "campaign_2022.yaml", "--year", "2026", stdout=out)
    call_command("open_campaign", year=2026, stdout=out)

    assert out.getvalue().count("3个阶段、8项任务，已下发210项支部条目") == 2


def test_the_command_says_what_is_wrong(org, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("campaign: {}", encoding="utf-8")

    with pytest.raises(CommandError, match="没有找到模板文件"):
        call_command("open_campaign", "nowhere.yaml", year=2026)
    with pytest.raises(CommandError, match="缺少任务"):
        call_command("open_campaign", str(bad), year=2026)


# --- Revising -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "新的条目内容"},
        {"weight": Decimal("2.50")},
        {"opens_on": date(2026, 4, 10), "due_on": date(2026, 9, 30)},
        {"phases": ["P1", "P2", "P3"]},
        {"evidence": ["党员名册", "核对记录"]},
        {"verify": ["computed", "evidence"]},
    ],
)
def test_editing_makes_a_new_version_and_changes_no_verdict(campaign, org, people, changes):
    accepted = make_accepted(item_of(org.north), people.secretary, people.reviewer)
    waiting = make_submitted(item_of(org.south), people.south_secretary)
    before = [
        BranchItem.objects.filter(pk=accepted.pk).values().get(),
        list(ItemStep.objects.filter(branch_item=accepted).values()),
        ItemVersion.objects.filter(pk=accepted.version_id).values().get(),
    ]

    version = revise_item(accepted.item, by=people.admin, **changes)

    assert before == [
        BranchItem.objects.filter(pk=accepted.pk).values().get(),
        list(ItemStep.objects.filter(branch_item=accepted).values()),
        ItemVersion.objects.filter(pk=accepted.version_id).values().get(),
    ]
    waiting.refresh_from_db()
    assert (version.number, version.created_by) == (2, people.admin)
    assert (waiting.version, waiting.opens_on, waiting.due_on) == (
        version,
        version.opens_on,
        version.due_on,
    )
    assert waiting.state == "submitted"
    entry = Entry.objects.get(verb="item.revised")
    assert set(changes) <= set(entry.detail["after"])


def test_phases_bring_their_dates(campaign, org):
    version = revise_item(item_of(org.north).item, by=None, phases=["P2", "P3"])

    assert (version.opens_on, version.due_on) == (date(2026, 5, 1), date(2026, 12, 31))


def test_saying_the_same_makes_no_version(campaign, org):
    item = item_of(org.north).item

    assert revise_item(item, by=None, text=item.current.text) == item.current
    assert ItemVersion.objects.filter(item=item).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text"),
        ({"weight": Decimal("-1")}, "weight"),
        ({"phases": ["P7"]}, "phases"),
        ({"phases": []}, "phases"),
        ({"rules": ["R99"]}, "rules"),
        ({"due_on": date(2026, 1, 1)}, "due_on"),
        ({"asks": [{"key": "x"}]}, "asks"),
        ({"applies_to": ["village"]}, "applies_to"),
    ],
)
def test_a_senseless_revision_is_refused(campaign, org, changes, field):
    with pytest.raises(Refused) as refusal:
        revise_item(item_of(org.north).item, by=None, **changes)

    assert refusal.value.field == field


@pytest.mark.parametrize("who", ["secretary", "committee", "department", "security", "auditor"])
def test_only_the_system_administrator_revises(campaign, org, people, who):
    person = getattr(people, who)
    item = item_of(org.north).item

    for act in (
        lambda: revise_item(item, by=person, text="新的条目内容"),
        lambda: retire_item(item, by=person),
        lambda: revise_task(item.task, by=person, name="新名"),
        lambda: revise_phase(campaign.phases.first(), by=person, name="新名"),
        lambda: revise_rule(campaign.rules.first(), by=person, params={}),
        lambda: revise_campaign(campaign, by=person, name="新名"),
        lambda: open_campaign(bundled(), year=YEAR, by=person),
    ):
        with pytest.raises(PermissionDenied, match="系统管理员"):
            act()


def test_a_moved_phase_takes_the_windows_that_follow_it_along(campaign, org):
    own = item_of(org.north, "T1-05").item
    revise_item(own, by=None, due_on=date(2026, 6, 15))
    second = campaign.phases.get(code="P2")

    revise_phase(second, by=None, ends_on=date(2026, 7, 15))

    assert item_of(org.north, "T1-01").due_on == date(2026, 7, 15)
    assert item_of(org.north, "T5-01").due_on == date(2026, 7, 15)
    assert item_of(org.north, "T1-05").due_on == date(2026, 6, 15)
    assert item_of(org.north, "T3-01").version.number == 1  # P1–P3: its end did not move
    with pytest.raises(Refused, match="活动期间"):
        revise_phase(second, by=None, starts_on=date(2026, 1, 1))


def test_an_item_for_some_kinds_of_branches_only(campaign, org, people):
    org.south.branch_type = "joint"
    org.south.save()
    answered = make_submitted(item_of(org.north), people.secretary)
    item = answered.item

    revise_item(item, by=None, applies_to=["joint"])

    asked = set(BranchItem.objects.filter(item=item).values_list("branch", flat=True))
    assert asked == {org.south.pk, org.north.pk}  # what somebody answered is never taken away

    revise_item(item, by=None, applies_to=[])

    assert BranchItem.objects.filter(item=item).count() == 5


def test_a_new_item_reaches_every_branch(campaign, org, people):
    first = campaign.tasks.first()
    content = template.version_values(
        {"text": "新增条目", "phases": ["P3"], "weight": 0, "source": "inferred"},
        {"P3": (date(2026, 6, 1), date(2026, 12, 31))},
    )

    add_item(first, code="T1-07", by=people.admin, **content)

    assert BranchItem.objects.filter(item__code="T1-07").count() == 5
    with pytest.raises(Refused, match="已被使用"):
        add_item(first, code="T1-07", by=people.admin, **content)
