"""The example content of ``/styleguide/``: every component in every state, with words and
lengths as they occur in a city's organs. All units and people here are invented.
"""

from datetime import UTC, date, datetime

from django import forms
from django.core.paginator import Paginator

from branchyear.templatetags import ui

TODAY = date(2022, 6, 20)

UNITS = (
    "市委办公室机关党委第一党支部",
    "市财政局机关党委预算国库党支部",
    "市人力资源和社会保障局机关党委劳动保障监察支队党支部",
    "市自然资源和规划局机关党委不动产登记中心第二联合党支部（含派驻窗口）",
    "市审计局党总支农业农村审计处党支部",
    "市统计局党支部",
    "市机关事务管理局机关党委离退休干部党支部",
)
TASKS = (
    "规范组织设置",
    "建强支部班子",
    "严格党员管理",
    "落实组织生活",
    "加强教育培训",
    "保障经费场所",
    "健全工作台账",
    "强化督查考核",
)
PEOPLE = ("王建国", "李秀英", "张卫东", "刘桂兰", "陈志强", "欧阳晓明", "赵敏")


def _moment(month, day, hour, minute=0):
    return datetime(2022, month, day, hour, minute, tzinfo=UTC)


class ExampleForm(forms.Form):
    """Each kind of box the portal uses."""

    topic = forms.CharField(
        label="会议议题", max_length=60, help_text="一句话写明，如“学习贯彻党支部工作条例”。"
    )
    held_on = forms.DateField(
        label="召开日期",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="依据：《中国共产党支部工作条例（试行）》第十四条",
    )
    kind = forms.ChoiceField(
        label="会议类型",
        choices=[("a", "支部党员大会"), ("b", "支部委员会会议"), ("c", "党小组会"), ("d", "党课")],
    )
    present = forms.IntegerField(
        label="实到党员",
        widget=forms.NumberInput(
            attrs={"data-unit": "人", "data-source": "来自党员名册，4月12日更新"}
        ),
    )
    grade = forms.ChoiceField(
        label="自评等次",
        choices=[("1", "好"), ("2", "较好"), ("3", "一般"), ("4", "较差")],
        widget=forms.RadioSelect,
    )
    committee = forms.MultipleChoiceField(
        label="参加的支委",
        choices=[(str(n), name) for n, name in enumerate(PEOPLE)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    minutes = forms.CharField(
        label="会议纪要",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="可从文字处理软件粘贴，保留分段。",
    )
    attachment = forms.FileField(
        label="附件",
        required=False,
        widget=forms.ClearableFileInput(
            attrs={
                "data-upload": "",
                "data-max-bytes": "20971520",
                "data-accept": ".pdf,.jpg,.png,.doc,.docx,.xls,.xlsx,.wps,.et,.ofd",
            }
        ),
        help_text="单个文件不超过 20 MB；pdf、图片、Word、Excel、WPS、OFD。",
    )
    sure = forms.BooleanField(label="以上内容已经支委会审核")


def _rows():
    """A hundred rows, with names from the shortest to the longest there are."""
    codes = ("todo", "draft", "submitted", "returned", "accepted", "done")
    return [
        {
            "no": n + 1,
            "unit": f"{n + 1:02d} {UNITS[n % len(UNITS)]}",
            "secretary": PEOPLE[n % len(PEOPLE)],
            "members": 3 + n * 7 % 58,
            "done": n * 5 % 61,
            "total": 60,
            "due": date(2022, 6, 14 + n % 16),
            "code": codes[n % len(codes)],
            "over": codes[n % len(codes)] in ("accepted", "done"),
        }
        for n in range(100)
    ]


def _heat():
    shares = (0, 8, 22, 35, 41, 50)
    table = []
    for n, unit in enumerate(UNITS):
        cells = []
        for k in range(len(TASKS)):
            done = shares[(n * 3 + k * 2) % len(shares)]
            step = 5 if done == 50 else done * 5 // 50
            cells.append({"done": done, "total": 50, "step": step})
        table.append({"unit": unit, "cells": cells})
    return table


def _matrix():
    states = ("ontime", "ontime", "extended", "late", "missing", "ontime")
    return [
        {
            "unit": unit,
            "cells": [states[(n + month) % 6] if month < 3 else "waiting" for month in range(6)],
        }
        for n, unit in enumerate(UNITS)
    ]


def _tree():
    shape = (
        (1, 1, "中共青川市委组织部", True, False, ""),
        (2, 2, "中共青川市直属机关工作委员会", True, False, "50"),
        (3, 3, "01 市委办公室机关党委", True, False, "9"),
        (4, 4, "第一党支部", False, False, ""),
        (5, 4, "第二党支部", False, False, ""),
        (6, 3, "02 市财政局机关党委", True, True, "12"),
        (7, 4, "办公室党支部", False, False, ""),
        (8, 4, "预算国库党支部", False, True, ""),
        (9, 4, "会计核算中心与政府采购监管处联合党支部", False, False, ""),
        (10, 3, "03 市审计局党总支", True, False, "4"),
        (11, 4, "农业农村审计处党支部", False, False, ""),
    )
    return [
        {
            "pk": pk,
            "depth": depth,
            "name": name,
            "url": f"#{pk}",
            "has_children": parent,
            "open": depth < 3,
            "active": pk == 8,
            "badge": badge,
        }
        for pk, depth, name, parent, _, badge in shape
    ]


def _timeline():
    return [
        {"at": _moment(6, 10, 1, 12), "who": "王建国", "what": "开始填报", "code": "draft"},
        {"at": _moment(6, 14, 7, 40), "who": "王建国", "what": "提交审核", "code": "submitted"},
        {
            "at": _moment(6, 15, 2, 5),
            "who": "李秀英（机关党委）",
            "what": "退回修改",
            "detail": "缺选举结果的批复。\n请补充上级党组织批复文件后再次提交。",
            "code": "returned",
        },
        {"at": _moment(6, 16, 3, 30), "who": "王建国", "what": "再次提交", "code": "submitted"},
        {
            "at": _moment(6, 17, 8, 2),
            "who": "李秀英（机关党委）",
            "what": "审核通过",
            "code": "accepted",
        },
    ]


def _files():
    sha = "3f5a9c1be07d42aa88f10b6de2f7c0915b1d8e6a4c3f2b7a90d1e8f7c6b5a493"
    return [
        {
            "name": "关于同意市财政局机关党委预算国库党支部委员会换届选举结果的批复.pdf",
            "size": 1_284_310,
            "by": "王建国",
            "at": _moment(6, 16, 3, 21),
            "sha256": sha,
            "url": "#file",
            "preview_url": "#preview",
            "remove_url": "#remove",
        },
        {
            "name": "签到表.jpg",
            "size": 812,
            "by": "王建国",
            "at": _moment(6, 16, 3, 25),
            "sha256": sha[::-1],
            "url": "#file",
            "remark": "事项日期在本阶段之前",
        },
    ]


def _chart():
    months = ["4月", "5月", "6月", "7月", "8月", "9月"]
    ontime, late = [38, 43, 45, 47, 48, 49], [9, 5, 4, 2, 2, 1]
    return {
        "option": {
            "legend": {"data": ["按期", "逾期"]},
            "xAxis": {"type": "category", "data": months},
            "yAxis": {"type": "value", "minInterval": 1, "name": "个"},
            "series": [
                {"name": "按期", "type": "line", "data": ontime, "symbol": "circle"},
                {"name": "逾期", "type": "bar", "data": late, "barWidth": 18},
            ],
        },
        "head": ["月份", "按期（个）", "逾期（个）"],
        "rows": list(zip(months, ontime, late, strict=True)),
    }


def example():
    """Everything ``styleguide.html`` shows."""
    filled = {"topic": "学习贯彻党支部工作条例", "kind": "a", "present": 17, "grade": "2"}
    wrong = ExampleForm({"topic": "", "held_on": "2022-13-40", "present": "十七", "kind": "a"})
    wrong.fields["attachment"].widget.attrs["id"] = "wrong_attachment"
    wrong.prefix = None
    wrong.auto_id = "wrong_%s"
    return {
        "today": TODAY,
        "statuses": list(ui.STATUSES),
        "sources": list(ui.SOURCES),
        "due_dates": [date(2022, 6, day) for day in (17, 19, 20, 21, 25, 26)]
        + [date(2021, 12, 31), date(2023, 1, 31)],
        "form": ExampleForm(initial=filled | {"held_on": date(2022, 6, 16), "committee": ["0"]}),
        "wrong_form": wrong,
        "people": PEOPLE,
        "page_obj": Paginator(_rows(), 100).page(1),
        "short_page": Paginator(list(range(427)), 20).page(2),
        "task_names": TASKS,
        "heat": _heat(),
        "matrix": _matrix(),
        "months": ["1月", "2月", "3月", "4月", "5月", "6月"],
        "tree_nodes": _tree(),
        "steps": _timeline(),
        "file_list": _files(),
        "chart": _chart(),
        "tab_items": [
            {"label": "全部", "url": "?", "count": 60, "active": False},
            {"label": "退回修改", "url": "?state=returned", "count": 2, "active": True},
            {"label": "待审核", "url": "?state=submitted", "count": 5, "active": False},
            {"label": "审核通过", "url": "?state=accepted", "count": 31, "active": False},
            {"label": "未填报", "url": "?state=todo", "count": 0, "active": False},
        ],
    }
