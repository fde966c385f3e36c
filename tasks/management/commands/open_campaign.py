"""``manage.py open_campaign FILE --year Y``."""

from django.core.management.base import BaseCommand, CommandError

from branchyear.lib.errors import Refused
from tasks import template
from tasks.models import BranchItem
from tasks.services.campaign import open_campaign


class Command(BaseCommand):
    help = "启动某年度的党支部基本建设年，或按修改后的模板更新它。可以重复执行。"

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            nargs="?",
            default="campaign_2022",
            help="模板文件；只写名称(如 campaign_2022)时使用自带的模板",
        )
        parser.add_argument("--year", type=int, required=True, help="年度，模板中的日期随之顺移")

    def handle(self, *, file, year, **options):
        try:
            campaign = open_campaign(template.read(file), year=year, by=None)
        except Refused as error:
            raise CommandError(error.sentence) from None
        tasks = campaign.tasks.count()
        items = BranchItem.objects.of(campaign).in_force()
        self.stdout.write(
            f"{campaign}(第{campaign.version}版):{campaign.phases.count()}个阶段、{tasks}项任务，"
            f"已下发{items.count()}项支部条目。"
        )
