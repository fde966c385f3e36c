"""The columns of a roster: what we call them, what others call them, and how each is read."""

from dataclasses import dataclass

from members.importing import cells
from members.models import Member


@dataclass(frozen=True)
class Field:
    """One column. ``read`` turns a raw cell into a value (``cells.Found``) or raises ``BadCell``."""

    key: str
    title: str
    names: tuple = ()  # as others head it
    width: float = 12
    read: object = cells.words
    kind: str = "text"  # how the workbook formats it
    is_offered: bool = True  # stands in our own workbook

    @property
    def is_fact(self):
        """A column of ``Member`` that the import may write."""
        return self.key in FACTS


FACTS = frozenset(
    {
        "name", "sex", "ethnicity", "native_place", "birth_date", "id_number", "phone", "education",
        "degree", "worked_from", "admitted_on", "formal_on", "category", "unit", "post", "group",
        "is_leading_cadre", "is_unit_head", "is_retired", "is_excused", "joined_branch_on", "joined_from",
        "platform_entered_on", "remarks",
    }
)  # fmt: skip

KEY = "key"
FIELDS = (
    Field("number", "序号", ("编号", "NO.", "No", "序"), 6, cells.anything),
    Field(KEY, "标识(请勿改动)", ("标识",), 10, cells.plain),
    Field(
        "branch", "所在党支部",
        ("党支部", "所属党支部", "所在支部", "支部名称", "党支部名称", "所在党组织", "所属党组织", "党组织名称", "支部", "党支部编码"),
        24, cells.plain,
    ),
    Field("name", "姓名", ("党员姓名", "名字", "姓 名"), 10, cells.name),
    Field("sex", "性别", (), 6, cells.sex),
    Field("ethnicity", "民族", (), 8, cells.ethnicity),
    Field("native_place", "籍贯", ("籍贯(省市)", "籍 贯"), 14),
    Field(
        "birth_date", "出生日期", ("出生年月", "出生年月日", "出生时间", "生日", "出生"), 12, cells.day, "date"
    ),
    Field(
        "id_number", "公民身份号码",
        ("身份证号", "身份证号码", "公民身份证号", "公民身份证号码", "公民身份号", "居民身份证号", "居民身份证号码", "身份证", "身份号码", "证件号码"),
        22, cells.id_number,
    ),
    Field("education", "学历", ("文化程度", "最高学历", "学历(最高)"), 10),
    Field("degree", "学位", ("最高学位",), 10),
    Field("education_degree", "学历学位", ("学历/学位", "学历、学位"), 12, cells.education_degree, is_offered=False),
    Field(
        "worked_from", "参加工作时间", ("参加工作日期", "参加工作年月", "工作时间", "参工时间"), 12, cells.day, "date"
    ),
    Field(
        "admitted_on", "入党时间",
        ("入党日期", "入党年月", "加入党组织日期", "加入党组织时间", "加入中共组织日期", "加入中国共产党时间", "入党时间(年月)"),
        12, cells.day, "date",
    ),
    Field(
        "formal_on", "转正时间", ("转正日期", "转正年月", "转为正式党员日期", "转为正式党员时间"), 12, cells.day, "date"
    ),
    Field("category", "党员类别", ("人员类别", "党员类型", "类别", "党员性质", "正式或预备"), 10, cells.category),
    Field(
        "unit", "所在处(科)室",
        ("处室", "科室", "所在处室", "所在科室", "处(科)室", "部门", "所在部门", "工作单位", "单位", "所在单位", "单位名称", "单位部门"),
        18,
    ),
    Field("post", "行政职务", ("职务", "现任职务", "职务职级", "工作岗位", "岗位", "单位职务"), 16),
    Field(
        "unit_post", "工作单位及职务",
        ("单位及职务", "工作单位和职务", "工作单位职务", "处(科)室及职务", "现工作单位及职务", "单位职务(岗位)"),
        20, cells.unit_post, is_offered=False,
    ),
    Field("group", "所在党小组", ("党小组", "所属党小组", "小组", "党小组名称"), 14, cells.plain),
    Field("party_post", "党内职务", ("党内任职", "党务职务"), 12),
    Field(
        "phone", "联系电话",
        ("手机号", "手机号码", "手机", "电话", "联系方式", "电话号码", "移动电话", "联系手机"), 16, cells.phone,
    ),
    Field("is_leading_cadre", "党员领导干部", ("是否领导干部", "领导干部", "是否党员领导干部"), 10, cells.flag),
    Field("is_unit_head", "处(科)室主要负责人", ("是否处(科)室主要负责人", "处室主要负责人", "主要负责人"), 12, cells.flag),
    Field("is_retired", "离退休", ("是否离退休", "离退休党员", "是否退休", "退休"), 8, cells.flag),
    Field("is_excused", "年老体弱或行动不便", ("年老体弱", "行动不便", "是否年老体弱或行动不便"), 12, cells.flag),
    Field(
        "joined_branch_on", "组织关系转入时间",
        ("转入时间", "转入日期", "进入党支部日期", "转入本支部时间", "组织关系转入日期"), 14, cells.day, "date",
    ),
    Field("joined_from", "转入来源", ("何处转入", "组织关系来源", "转自何处", "从何处转入"), 18),
    Field(
        "platform_entered_on", "“党建e家”入库日期", ("党建e家入库日期", "入库日期", "入库时间"), 14, cells.day, "date"
    ),
    Field("standing", "状态", ("党籍状态", "党员状态", "组织关系状态"), 8, cells.standing),
    Field("remarks", "备注", ("说明",), 24),
)  # fmt: skip
BY_KEY = {field.key: field for field in FIELDS}
TITLES = {field.key: field.title for field in FIELDS}
# Shown, but changed by acts of their own (the page of the member, 班子和党小组).
READ_ONLY = ("standing", "party_post")
ROOM = {
    field.name: field.max_length
    for field in Member._meta.concrete_fields
    if getattr(field, "max_length", None)
}
