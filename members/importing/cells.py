"""What people write into the cells of a roster, and what they mean by it.

Each reader takes a raw cell that is not blank and gives the value as ``Member`` stores it, or raises
``BadCell`` with a sentence for beside the cell.
"""

import datetime as dt
import re
from dataclasses import dataclass

from branchyear.lib import uploads
from branchyear.lib.crypto import mask_id_number
from branchyear.lib.uploads import BadCell, half_width, text
from branchyear.lib.uploads.limits import UNCALCULATED
from members.models import Category, Sex, Standing
from members.soundness import id_number_problem

# GB/T 3304-1991, the names of the 56 peoples.
PEOPLES = frozenset(
    f"{name}族"
    for name in [
        "汉",
        "蒙古",
        "回",
        "藏",
        "维吾尔",
        "苗",
        "彝",
        "壮",
        "布依",
        "朝鲜",
        "满",
        "侗",
        "瑶",
        "白",
        "土家",
        "哈尼",
        "哈萨克",
        "傣",
        "黎",
        "傈僳",
        "佤",
        "畲",
        "高山",
        "拉祜",
        "水",
        "东乡",
        "纳西",
        "景颇",
        "柯尔克孜",
        "土",
        "达斡尔",
        "仫佬",
        "羌",
        "布朗",
        "撒拉",
        "毛南",
        "仡佬",
        "锡伯",
        "阿昌",
        "普米",
        "塔吉克",
        "怒",
        "乌孜别克",
        "俄罗斯",
        "鄂温克",
        "德昂",
        "保安",
        "裕固",
        "京",
        "塔塔尔",
        "独龙",
        "鄂伦春",
        "赫哲",
        "门巴",
        "珞巴",
        "基诺",
    ]
)
_SEXES = {
    **dict.fromkeys(("男", "男性", "m", "male", "1", "先生"), Sex.MALE.value),
    **dict.fromkeys(("女", "女性", "f", "female", "2", "女士"), Sex.FEMALE.value),
}
_CATEGORIES = {
    **dict.fromkeys(
        ("正式党员", "正式", "中共党员", "党员", "中共正式党员"), Category.FORMAL.value
    ),
    **dict.fromkeys(("预备党员", "预备", "中共预备党员"), Category.PROBATIONARY.value),
}
_NOT_YET = {
    "入党积极分子",
    "积极分子",
    "发展对象",
    "入党申请人",
    "申请人",
    "群众",
    "共青团员",
    "团员",
}
_FLAGS = {
    **dict.fromkeys(("是", "√", "✓", "✔", "☑", "1", "y", "yes", "true", "有", "对"), True),
    **dict.fromkeys(("否", "×", "✗", "☐", "0", "n", "no", "false", "无", "不是"), False),
}
_STANDINGS = {label: value for value, label in Standing.choices} | {
    "正常": Standing.ACTIVE.value,
    "在籍": Standing.ACTIVE.value,
    "流动党员": Standing.FLOATING.value,
    "失联党员": Standing.LOST.value,
}
_HAN_GAP = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d{2}", re.I)
_LONG_NUMBER = re.compile(r"[0-9０-９]{10,}[Xx]?")
_MASK = re.compile(r"[0-9X]{0,4}\*{3,}[0-9X]{0,4}")


@dataclass(frozen=True)
class Month:
    """A day known to the month only; the first of it stands for it where nothing better is known."""

    first: dt.date


@dataclass(frozen=True)
class Masked:
    """A number that was given out with its middle hidden, and came back."""

    shown: str


def veiled(sentence):
    """The sentence without whole numbers: people put them into columns where nobody expects them."""
    return _LONG_NUMBER.sub(lambda found: mask_id_number(found[0]), sentence)


def anything(raw):
    return raw


def plain(raw):
    return half_width(words(raw))


def words(raw):
    """Text; a formula is none, whether it was calculated or not."""
    found = text(raw)
    if found == UNCALCULATED or found.startswith("="):
        raise BadCell("是公式，没有可以读取的结果。请把公式改为文字（复制后“选择性粘贴—数值”）。")
    if found.startswith("#") and re.fullmatch(
        r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", found
    ):
        raise BadCell(f"是错误值“{found}”，请改为正确的内容。")
    return " ".join(found.split()) if "\n" in found or "  " in found else found


def name(raw):
    """A name; blanks that pad two characters to the width of three are none."""
    found = words(raw)
    if found.isalpha():  # neither digits nor blanks
        return found
    if re.search(r"\d", found) and not re.search(r"[\u3400-\u9fff]", found):
        raise BadCell(f"“{found[:20]}”不像姓名，请核对这一列是否填错。")
    return _HAN_GAP.sub("", found)


def sex(raw):
    found = plain(raw)
    if found.casefold() not in _SEXES:
        raise BadCell(f"性别“{found[:20]}”看不懂，应填“男”或“女”。")
    return _SEXES[found.casefold()]


def ethnicity(raw):
    found = words(raw).replace(" ", "")
    if re.search(r"\d", found):
        raise BadCell(f"民族“{found[:20]}”看不懂，应如“汉族”。")
    return f"{found}族" if f"{found}族" in PEOPLES else found


def category(raw):
    found = words(raw).replace(" ", "")
    if found in _NOT_YET:
        raise BadCell(f"“{found}”还不是党员，不列入名册，请在“发展党员”中登记。")
    if found not in _CATEGORIES:
        raise BadCell(f"党员类别“{found[:20]}”看不懂，应填“正式党员”或“预备党员”。")
    return _CATEGORIES[found]


def standing(raw):
    found = words(raw)
    if found not in _STANDINGS:
        raise BadCell(f"状态“{found[:20]}”看不懂，应为{'、'.join(Standing.labels)}之一。")
    return _STANDINGS[found]


def flag(raw):
    found = plain(raw).casefold()
    if found not in _FLAGS:
        raise BadCell(f"“{found[:20]}”看不懂，应填“是”或“否”。")
    return _FLAGS[found]


def day(raw):
    """A day, or a ``Month`` where no day is written."""
    if isinstance(raw, str):
        words(raw)
        plain = re.sub(r"[。.、\s]+$", "", half_width(text(raw))).replace("。", ".")
        try:
            return uploads.date(plain)
        except BadCell:
            found = uploads.date(plain, months=True)
            return Month(found)
    try:
        return uploads.date(raw)
    except BadCell:
        return Month(uploads.date(raw, months=True))


_LOST_DIGITS = (
    "被 Excel 当成了数字（{shown}），后几位已经丢失，无法还原。请先把这一列的单元格格式设为“文本”，"
    "再重新输入完整的18位号码。"
)


def id_number(raw):
    """An ID number in half-width signs. One that Excel took for a number has lost its last digits."""
    if raw.__class__ is str and len(raw) == 18 and raw.isascii() and raw.isalnum():
        if not raw.endswith("000"):  # nothing to mend, as nearly always
            return raw.upper()
    if isinstance(raw, float) or isinstance(raw, int) and abs(raw) >= 10**15 and abs(raw) < 10**18:
        raise BadCell(_LOST_DIGITS.format(shown=f"{float(raw):.5E}"))
    found = re.sub(r"[\s'’‘`\-]+", "", plain(raw)).upper().replace("×", "X")
    if _SCIENTIFIC.fullmatch(found):
        raise BadCell(_LOST_DIGITS.format(shown=found))
    if "*" in found:
        return _masked(found)
    if re.fullmatch(r"\d{15}", found):
        raise BadCell("是15位的旧号码，请填写18位公民身份号码。")
    if re.fullmatch(r"\d{15}0{3}", found) and id_number_problem(found):
        raise BadCell(
            "最后三位是000，可能是 Excel 把号码当成数字后丢失了末尾几位。请把这一列设为“文本”后重新输入。"
        )
    return found


def phone(raw):
    if raw.__class__ is str and raw.isascii() and raw.isdecimal():
        return raw
    if isinstance(raw, float):
        raise BadCell("被 Excel 当成了数字，请把这一列设为“文本”后重新输入。")
    found = re.sub(r"[\s'’‘`]+", "", plain(raw)).replace("—", "-").replace("–", "-")
    if _SCIENTIFIC.fullmatch(found):
        raise BadCell("被 Excel 当成了数字，请把这一列设为“文本”后重新输入。")
    return _masked(found) if "*" in found else found


def _masked(found):
    if not _MASK.fullmatch(found):
        raise BadCell("含有“*”，请填写完整号码；不改的，请保持下载时的原样。")
    return Masked(found)


def education_degree(raw):
    """「本科、学士」 -> two facts."""
    parts = [p for p in re.split(r"[\s、,，/;；]+", words(raw)) if p]
    degrees = [p for p in parts if re.search(r"学士|硕士|博士", p) and not p.endswith("研究生")]
    rest = [p for p in parts if p not in degrees]
    return {"education": "、".join(rest), "degree": "、".join(degrees)}


def unit_post(raw):
    """「办公室 主任」 -> two facts; without a blank nobody can tell where the unit ends."""
    unit, _, post = words(raw).partition(" ")
    return {"unit": unit, "post": post.strip()} if post else {"post": unit}
