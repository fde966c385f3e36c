"""How much of an uploaded workbook is read, and the sentences that say no."""

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PARTS = 2000
MAX_TOTAL_BYTES = 200 * 1024 * 1024  # of all parts, as really unpacked
MAX_RATIO = 200  # XML of a repetitive sheet packs 1:50; a bomb 1:1000
RATIO_FLOOR = 10 * 1024 * 1024  # below that no ratio hurts
MAX_COLUMNS = 200
MAX_ROWS = 100_000
MAX_CELLS = 5_000_000  # laid out in full: rows times columns
MAX_STREAMED_BYTES = 15 * 1024 * 1024  # the lean reader takes some seconds for that
MAX_SHARED_BYTES = (
    48 * 1024 * 1024
)  # shared texts of a streamed workbook; 100,000 people have 12 MB
MAX_SHARED_TEXTS = 1_000_000
MAX_CELL_TEXT = 40_000  # Excel itself allows 32,767
MAX_TEXT_COPIES = 150 * 1024 * 1024  # shared texts, counted as often as they are used
CHILD_MEMORY = 768 * 1024 * 1024
CHILD_SECONDS = 60

NOT_A_WORKBOOK = (
    "这不是 Excel 工作簿。请用 Excel 或 WPS 打开原表，另存为“Excel 工作簿(*.xlsx)”后再上传。"
)
DAMAGED = "文件已损坏，无法读取。请用 Excel 或 WPS 打开后另存为新的 .xlsx 文件，再上传。"
ENCRYPTED = "工作簿设置了打开密码，系统无法读取。请在 Excel 或 WPS 中取消密码(文件→信息→保护工作簿),保存后再上传。"
TOO_BIG = "文件展开后内容过大，可能含有大量空白格式或异常数据。请把需要上报的数据复制到新的空白表(或本系统下载的模板)中再上传。"
UNSAFE = "文件中含有不允许的内容，系统没有读取。请把数据复制到本系统下载的模板中再上传。"
EMPTY = "工作簿中没有数据。请确认数据在第一张工作表中，填写后再上传。"

# What stands for a formula whose result was never saved (made by a program, not by a person).
UNCALCULATED = "#未计算"


def too_many_rows(max_rows):
    return (
        f"表中超过 {max_rows} 行，一次最多读取 {max_rows} 行。请分成几个文件上传；"
        "如果下面是空白行，请删除后再上传。"
    )
