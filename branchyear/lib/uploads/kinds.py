"""What an uploaded file is, whatever it is called."""

import zipfile

from branchyear.lib.uploads import limits


def kind_of(file) -> str:
    """xlsx, ole (.xls, .et), or else a sentence that says what the file seems to be."""
    start = file.read(4096)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return _kind_of_zip(file)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_ole(file)
    if start.startswith(b"%PDF"):
        return "这是 PDF 文件，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM")):
        return "这是图片，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if start.startswith(b"Rar!") or start.startswith(b"7z\xbc\xaf"):
        return "这是压缩包。请解压后上传其中的 .xlsx 表格。"
    head = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        return "这个文件虽然可能叫 .xls,实际是网页导出的表格。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if start and b"\x00" not in start and (b"," in start or b"\t" in start):
        return "这是文本(CSV)文件。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”后再上传。"
    return limits.NOT_A_WORKBOOK


def _kind_of_zip(file) -> str:
    try:
        with zipfile.ZipFile(file) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return limits.DAMAGED
    finally:
        file.seek(0)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "这是二进制工作簿(.xlsb)。请在 Excel 中另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if any(name.startswith("word/") for name in names):
        return "这是 Word 文档，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if any(name.startswith("ppt/") for name in names):
        return "这是演示文稿，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    if "content.xml" in names:
        return "这是 OpenDocument 表格(.ods)。请另存为“Excel 工作簿(*.xlsx)”后再上传。"
    if any(name.lower().endswith((".xlsx", ".xls", ".et")) for name in names):
        return "这是压缩包。请解压后上传其中的 .xlsx 表格。"
    if "[Content_Types].xml" in names:
        return "xlsx"  # a package with its workbook elsewhere: let the reader judge
    return "这是压缩包，里面没有找到工作簿。请上传填写好的 .xlsx 表格。"


def _kind_of_ole(file) -> str:
    """An OLE container: an old workbook, an encrypted new one, or an old Word file."""
    content = file.read(limits.MAX_FILE_BYTES)
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return limits.ENCRYPTED
    if "WordDocument".encode("utf-16-le") in content:
        return "这是 Word 文档，不是 Excel 工作簿。请上传填写好的 .xlsx 表格。"
    return "ole"
