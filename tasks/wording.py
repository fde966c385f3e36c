"""How the template's working notes read on a page: 原文 and 推断 instead of seed and inferred.

The stored text is never changed; this is display only. The plan itself is called 原文, and what was
reconstructed where its text is lost is called 推断.
"""

import re

# Longest first: a phrase is replaced before the words it is made of.
PHRASES = (
    ("for 党委/党组 secretaries, extended to branches", "原文针对党委(党组)书记，延伸至党支部"),
    (
        "Title and point 1 (规范组织设置) are in the seed up to “党员人数达到100”; "
        "further points of this task are lost.",
        "标题和第1点(规范组织设置)至“党员人数达到100”为原文，其余各点原文缺失。",
    ),
    (
        "It may have been part of another task in the lost text.",
        "缺失的原文中也可能属于其他任务。",
    ),
    ("and the name and goals of phase 3", "和第三阶段的名称与目标"),
    ("and phase-1 heading", "和第一阶段自查项"),
    ("phase-1 headings", "第一阶段自查项"),
    ("phase-1 heading", "第一阶段自查项"),
    ("phase-2 党建e家", "第二阶段“党建e家”"),
    ("phase 1 and", "第一阶段和"),
    ("Seed prints", "原文印作"),
    ("read as", "应读作"),
    ("(the dash was lost in copying)", "(抄录时漏了连接号)"),
    ("so it overlaps P2 in June", "因此6月与第二阶段重叠"),
    ("seed section five", "原文第五部分"),
    ("section five", "第五部分"),
    ("seed phase 1-2", "原文第一、二阶段"),
    ("seed phase", "原文第阶段"),
    ("seed goal", "原文目标"),
    ("seed task", "原文任务"),
    ("practice notes only", "仅见实践做法"),
    ("no number", "无具体数字"),
    ("text (seed cut)", "条文(原文残缺)"),
    ("inferred", "推断"),
    ("portal", "平台设定"),
    ("secondary", "转引"),
    ("convention", "通行做法"),
    ("memory", "待核"),
    ("seed", "原文"),
    ("Built from", "依据"),
)
_FULL_WIDTH = str.maketrans("(),", "（），")
_NUMERALS = {"1": "一", "2": "二", "3": "三"}


def in_chinese(text):
    """The note with its English working words in Chinese: ``inferred: 条例第二十条`` → ``推断：条例第二十条``."""
    for phrase, words in PHRASES:
        text = re.sub(re.escape(phrase), lambda match, words=words: words, text, flags=re.I)
    text = re.sub(r"第阶段 ?([123])", lambda m: f"第{_NUMERALS[m[1]]}阶段", text)
    text = re.sub(r"\bphases? ([123])", lambda m: f"第{_NUMERALS[m[1]]}阶段", text)
    text = re.sub(r"\barts?\. ([\d–-]+)", r"第\1条", text)
    text = re.sub(r"\bch\. (\d+)", r"第\1章", text)
    text = (
        text.replace(" and ", "和")
        .replace("; ", "；")
        .replace(";", "；")
        .replace(": ", "：")
        .replace(", ", "、")
    )
    text = re.sub(r"(?<=[^\x00-\x7f)]) (?=[^\x00-\x7f(])", "", text)
    text = re.sub(r"(?<=[^\x00-\x7f]) (?=[(])", "", text).rstrip(".")
    return text.translate(_FULL_WIDTH)
