"""``manage.py appoint USERNAME ROLE --org CODE``: give an office from the server's own console.

How the first administrators of a new city come in: rights follow from offices, so somebody with the
console has to give the first ones.
"""

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from branches.models import Organization
from branches.roles import Role
from branches.services import appointments
from branchyear.accounts.models import User
from branchyear.accounts.services import open_account
from branchyear.audit.services import record
from branchyear.lib.dates import local_day
from branchyear.lib.errors import Refused


class Command(BaseCommand):
    help = (
        "在服务器上登记任职（首次启用时登记三类管理员）；没有账号的同时开通，一次性密码只显示一次。"
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="账号")
        parser.add_argument("role", choices=Role.values, help="职责")
        parser.add_argument("--org", required=True, help="党组织编码")
        parser.add_argument("--name", default="", help="姓名（新开账号时必填）")
        parser.add_argument("--until", type=date.fromisoformat, help="截止日期，如 2026-12-31")

    def handle(self, *, username, role, org, name, until, **options):
        organization = Organization.objects.filter(code=org).first()
        if organization is None:
            raise CommandError(f"没有编码为“{org}”的党组织，请先导入党组织。")
        try:
            with transaction.atomic():
                user, password = self._user(username, name)
                appointments.appoint(
                    user,
                    organization=organization,
                    role=role,
                    starts_on=local_day(),
                    ends_on=until,
                    by=None,
                )
        except Refused as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"{user}任{organization}{Role(role).label}。")
        if password:
            self.stdout.write(f"账号 {user.username}，一次性密码 {password}（只显示这一次）")

    def _user(self, username, name):
        user = User.objects.filter(username=username).first()
        if user is not None:
            return user, ""
        if not name:
            raise Refused(f"没有账号“{username}”；要同时开通，请用 --name 写明姓名。")
        user, password = open_account(username=username, name=name)
        record("account.opened", user, by=None)
        return user, password
