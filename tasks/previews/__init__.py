"""Word and Excel files as plain text and tables, so that a reviewer need not download them.

Only words come through: no picture, no link, no style, nothing that could run. Every part is read up to a
bound of its own, whatever it claims to be, and what lies beyond is said to be left out. The page is made by
our own template, which escapes every word.
"""

from dataclasses import dataclass, field

from branchyear.lib.errors import BadFile
from tasks.previews.docx import read as read_docx
from tasks.previews.xlsx import read as read_xlsx

READERS = {"docx": read_docx, "xlsx": read_xlsx}
UNREADABLE = "这个文件的内容过大或结构特殊，不能在线预览，请下载后查看。"


@dataclass
class Preview:
    """``blocks`` are ("heading" | "text" | "table", content); ``is_cut``: more stands in the file."""

    blocks: list = field(default_factory=list)
    is_cut: bool = False
    refusal: str = ""


def preview_of(extension, file):
    """What can be shown of the file; with a sentence when nothing can."""
    try:
        blocks, is_cut = READERS[extension](file)
    except BadFile as error:
        return Preview(refusal=str(error))
    except Exception:  # noqa: BLE001 a hostile file may break a reader in any way
        return Preview(refusal=UNREADABLE)
    return Preview(blocks=blocks, is_cut=is_cut)
