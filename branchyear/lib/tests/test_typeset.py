import random
from pathlib import Path

import pytest

from branchyear.lib.pdf.engine import press
from branchyear.lib.typeset import faces, lines

BODY = faces.hand("body")
STANDARD = Path(__file__).parent / "data" / "tgh_2013.txt"


def broken(text, ems):
    return lines.broken(text, BODY, ems * 1000)


# --- Fonts


def test_every_face_has_all_8105_characters_of_the_general_standard():
    listed = STANDARD.read_text(encoding="utf-8").splitlines()
    standard = {ord(one) for line in listed if not line.startswith("#") for one in line}
    assert len(standard) == 8105

    for letter in faces.FILES:
        assert standard - faces.face(letter).points.keys() == set(), letter


def test_the_faces_have_gb_2312_and_the_signs_of_ledgers():
    needed = set(map(ord, "〔〕—…①⑩㈠Ⅰ℃№√×○●▲■“”‘’"))
    for first in range(0xB0, 0xF8):
        for second in range(0xA1, 0xFF):
            if first != 0xD7 or second < 0xFA:
                needed.add(ord(bytes((first, second)).decode("gb2312")))
    assert len(needed) > 6763

    last = faces.face("K").points.keys()
    for letter in faces.FILES:
        assert needed - faces.face(letter).points.keys() - last == set()


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\U0002b7a3", "[U+2B7A3]"),  # extension D
        ("\U000310f1", "[U+310F1]"),  # extension G
        ("\U0001f600", "[U+1F600]"),
        ("\ue000", "[U+E000]"),  # a private character of some old name system
        ("\ufe0f", ""),
        ("\u200b", ""),
        ("䶮", "䶮"),
        ("𬭎", "𬭎"),
    ],
)
def test_a_name_is_shown_with_its_character_or_with_its_code(character, shown):
    assert f"张{character}".translate(faces.printable()) == f"张{shown}"


# --- Lines


@pytest.mark.parametrize(
    ("text", "ems", "expected"),
    [
        ("支部委员会换届选举", 4, ["支部委员", "会换届", "选举"]),
        ("已于四月换届，选举", 6, ["已于四月换", "届，选举"]),  # no comma at the beginning
        ("按照《党章》执行", 3, ["按照", "《党", "章》", "执行"]),  # no bracket at the end
        ("说“好的”就办", 4, ["说“好", "的”就办"]),
        ("于2022-04-25换届", 6, ["于", "2022-04-25", "换届"]),  # a date stays whole
        ("通过率66.7%以上", 5, ["通过率", "66.7%以上"]),
        ("0123456789", 2.3, ["0123", "4567", "89"]),  # a word longer than a line
        ("甲\n\n乙", 4, ["甲", "", "乙"]),
        ("  甲 \t 乙  ", 4, ["甲 乙"]),
        ("", 4, [""]),
        ("参加工作时间", 5, ["参加工作", "时间"]),  # no character alone at the end
        ("大学、学士", 4, ["大学、", "学士"]),
        ("作出书面说明。", 5.5, ["作出书面", "说明。"]),
        ("国国国国", 4, ["国国国国"]),
        ("……——", 2, ["……", "——"]),
    ],
)
def test_lines_end_where_chinese_may_end_them(text, ems, expected):
    found = broken(text, ems)

    assert found == expected


def test_nothing_is_lost_in_breaking_and_no_line_is_too_wide():
    draw = random.Random(2022)
    signs = "国党，。（）《》：“”-—…/ 19aZ%￥　、"

    for _ in range(500):
        text = "".join(draw.choice(signs) for _ in range(draw.randint(0, 60)))
        ems = draw.randint(2, 12)
        found = broken(text, ems)
        assert "".join("".join(found).split(" ")) == "".join(text.split(" "))
        assert all(lines.width(line, BODY) <= ems * 1000 for line in found)


def test_lines_end_where_the_engine_of_documents_ends_them():
    """WeasyPrint (Pango) and we, over the sentences of a ledger; quotation marks are ours by choice."""
    draw = random.Random(2022)
    words = (
        "坚持支部按期换届，党员大会选举产生委员会；材料（含第3次会议记录）已于2022-04-25上传。"
        "占比66.7%，《党章》第三十条、T1-01项：见附件/台账A4版！"
    )
    texts = []
    for _ in range(40):
        start = draw.randrange(len(words))
        texts.append((words[start:] + words)[: draw.randint(5, len(words))].strip())
    style = (
        "p { font: 10pt GovSong, GovKai; width: 93pt; margin: 0; overflow-wrap: anywhere }"
        "@page { size: 100mm 3000mm }"  # all on one page
    )

    with press() as engine:
        html = "".join(f"<p>{text}</p>" for text in texts)
        pages = engine.lay_out(f"<html><body>{html}</body></html>", [engine.css(style)]).pages
    paragraphs = [
        ["".join(_texts(line)).strip() for line in paragraph]
        for page in pages
        for paragraph in _paragraphs(page._page_box)
    ]

    for text, paragraph in zip(texts, paragraphs, strict=True):
        ours = broken(text, 9.3)
        if len(ours) > 1 and ours[-1] != paragraph[-1]:  # ours keeps the last word together
            assert ours[-1][1:] == paragraph[-1]
            ours[-2:] = [ours[-2] + ours[-1][0], paragraph[-1]]
        assert ours == paragraph


def _paragraphs(box):
    if box.element_tag == "p" and hasattr(box, "children"):
        yield [child for child in box.children if type(child).__name__ == "LineBox"]
    else:
        for child in getattr(box, "children", ()):
            yield from _paragraphs(child)


def _texts(box):
    if hasattr(box, "text"):
        yield box.text
    for child in getattr(box, "children", ()):
        yield from _texts(child)
