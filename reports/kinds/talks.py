"""谈心谈话登记: every talk, one per line."""

from branchyear.lib.layout import Column
from members.models import Talk
from reports.kinds.meetings import OfTheYear, cut

OWN = ("on", "kind", "content", "opinion")


class Talks(OfTheYear):
    key = "talks"
    title = "谈心谈话登记"
    section = "组织生活"
    sources = (Talk,)
    holds = "每次谈心谈话一行：时间、谈话人、谈话对象、类别、主要内容、意见建议。"
    own_columns = (
        Column("number", "序号", 5, "integer", align="center"),
        Column("on", "时间", 11, "date"),
        Column("speaker", "谈话人", 10, align="center"),
        Column("listener", "谈话对象", 10, align="center"),
        Column("kind", "类别", 12, align="center"),
        Column("content", "主要内容", 46),
        Column("opinion", "意见建议", 30),
    )

    def found(self, asked):
        first, last = self.window(asked)
        rows = Talk.objects.all() if asked.by is None else Talk.objects.visible_to(asked.by)
        return (
            rows.under(asked.organization)
            .filter(voided_at=None, on__gte=first, on__lte=last)
            .select_related("organization", "speaker", "listener")
            # Nothing else of the two people: their numbers would all be decrypted for nothing.
            .only(*OWN, "organization__name", "speaker__name", "listener__name")
            .order_by("organization__path", "on", "pk")
        )

    def lines(self, rows):
        return [
            {
                "branch": row.organization.name,
                "on": row.on,
                "speaker": row.speaker.name,
                "listener": row.listener.name,
                "kind": row.get_kind_display(),
                "content": cut(row.content),
                "opinion": cut(row.opinion),
            }
            for row in rows
        ]
