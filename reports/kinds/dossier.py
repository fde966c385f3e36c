"""迎检材料包: everything an inspector asks of a branch or a directly affiliated organisation, in one archive."""

from django.conf import settings
from django.db.models import Exists, OuterRef, Sum

from branches.models import Organization
from branchyear.lib.errors import Refused
from reports.dossier import catalogue, contents, package
from reports.kinds.base import Kind
from tasks.models import ItemEvidence, ItemFact, ItemMeeting

GIGABYTE = 1024**3


class Dossier(Kind):
    key = "dossier"
    title = "迎检材料"
    section = "成套材料"
    holds = (
        "按“任务 / 条目 / 文件”装好的压缩包：每条目一张情况表，佐证材料原件，目录（PDF、Excel），校验值和"
        "核验二维码。可以是一个党支部，也可以是一个直属党组织。"
    )
    conditions = ("task", "item", "state", "phase", "year")
    formats = ("zip",)

    @property
    def keep_days(self):
        return settings.DOSSIER_KEEP_DAYS

    def fits(self, organization):
        return organization.depth >= Organization.DIRECT_DEPTH

    def check(self, asked):
        if not self.fits(asked.organization):
            raise Refused("迎检材料按党支部或直属党组织生成，请先选择一个单位。", field="org")
        items = self._items(asked)
        if not items.exists():
            raise Refused("没有符合条件的条目，请换一个单位，或放宽条件再生成。")
        links = ItemEvidence.objects.filter(branch_item__in=items.order_by().values("pk"))
        size = links.aggregate(size=Sum("evidence__size"))["size"] or 0
        if size > settings.DOSSIER_MAX_BYTES:
            raise Refused(
                f"佐证材料共{size / GIGABYTE:.1f}GB,超过一次{settings.DOSSIER_MAX_BYTES / GIGABYTE:.0f}GB"
                "的上限。请按任务分别生成，或按党支部生成。"
            )

    def columns(self, asked):
        return catalogue.columns(asked.organization)

    def notes(self, asked):
        return (
            "文件夹按任务、条目排列，每个条目文件夹中“00_条目情况”写明填报内容和办理过程；组织生活记录和平台"
            "数据在平台登记，没有文件，平台数据的表在条目情况中。",
            "核验：扫描右上角二维码，或登录平台点右上角姓名“核验文件”，输入核验码，选择压缩包或其中任何一个文件，"
            "显示“一致”即与签发时完全相同。SHA256SUMS 列有每个文件的完整校验值。",
        )

    def count(self, asked):
        """One line per file, meeting and ledger, and one for each item that has none."""
        items = self._items(asked)
        keys = items.order_by().values("pk")
        count, bare = 0, items
        for proof in (ItemEvidence, ItemMeeting, ItemFact):
            count += proof.objects.filter(branch_item__in=keys).count()
            bare = bare.exclude(Exists(proof.objects.filter(branch_item=OuterRef("pk"))))
        return count + bare.count()

    def rows(self, asked):
        return catalogue.lines(self._contents(asked).sheets)

    def preview(self, asked, size):
        sheets = contents.first(self._items(asked), size, organization=asked.organization)
        return list(catalogue.lines(sheets))[:size]

    def write(self, asked, target, progress=None):
        """The archive; returns how many files it holds (``package.Made``)."""
        self.check(asked)
        return package.write(
            target,
            self._contents(asked),
            kind=self.key,
            organization=asked.organization,
            layout=self.layout(asked),
            by=asked.by,
            now=asked.at,
            progress=progress,
        )

    def _items(self, asked):
        return asked.selection.items(by=asked.by, today=asked.today)

    def _contents(self, asked):
        return contents.read(self._items(asked), organization=asked.organization)
