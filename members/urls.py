"""Addresses of people on the roll and of organisation life."""

from django.urls import path

from members.views import committee, imports, life, roster, terms, training, transfers
from members.views.dues import accounts as dues_accounts
from members.views.dues import bases as dues_bases
from members.views.dues import exemptions as dues_exemptions
from members.views.dues import month as dues
from members.views.dues import workbooks as dues_workbooks
from members.views.dues import year as dues_year

app_name = "members"
urlpatterns = [
    path("committee/", committee.committee, name="committee"),
    path("committee/<int:pk>/election/", committee.election, name="election"),
    path("committee/<int:pk>/by-election/", committee.by_election, name="by_election"),
    path("committee/<int:pk>/extension/", committee.extension, name="extension"),
    path("committee/<int:pk>/groups/new/", committee.found_group, name="found_group"),
    path("groups/<int:pk>/", committee.group, name="group"),
    path("groups/<int:pk>/close/", committee.close_group, name="close_group"),
    path("posts/<int:pk>/", committee.post, name="post"),
    path("terms/", terms.terms, name="terms"),
    path("terms/remind/", terms.remind_terms, name="remind_terms"),
    path("terms/<int:pk>/correct/", committee.correct_term, name="correct_term"),
    path("terms/<int:pk>/reminder/", terms.reminder, name="reminder"),
    path("life/", life.life_year, name="life"),
    path("life/meetings/", life.meetings, name="meetings"),
    path("life/meetings/new/", life.new_meeting, name="new_meeting"),
    path("life/meetings/<int:pk>/", life.meeting, name="meeting"),
    path("life/meetings/<int:pk>/edit/", life.edit_meeting, name="edit_meeting"),
    path("life/meetings/<int:pk>/void/", life.void_meeting, name="void_meeting"),
    path("members/", roster.roster, name="roster"),
    path("members/upload/", imports.roster_upload, name="roster_upload"),
    path("members/workbook/", imports.roster_workbook, name="roster_workbook"),
    path("members/export/", imports.roster_export, name="roster_export"),
    path("members/uploads/", imports.roster_uploads, name="roster_uploads"),
    path("members/uploads/<int:pk>/", imports.roster_report, name="roster_report"),
    path("members/uploads/<int:pk>/confirm/", imports.roster_confirm, name="roster_confirm"),
    path("members/uploads/<int:pk>/findings/", imports.roster_findings, name="roster_findings"),
    path("training/", training.training, name="training"),
    path("training/new/", training.new_training, name="new_training"),
    path("training/<int:pk>/", training.one_training, name="one_training"),
    path("training/<int:pk>/void/", training.void_training, name="void_training"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.issue_transfer, name="issue_transfer"),
    path("transfers/in/", transfers.take_in, name="take_in"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/letter/", transfers.letter, name="letter"),
    path("transfers/<int:pk>/receive/", transfers.receive_transfer, name="receive_transfer"),
    path("transfers/<int:pk>/refuse/", transfers.refuse_transfer, name="refuse_transfer"),
    path("transfers/<int:pk>/withdraw/", transfers.withdraw_transfer, name="withdraw_transfer"),
    path("transfers/<int:pk>/slip/", transfers.register_slip, name="register_slip"),
    path("dues/", dues.dues, name="dues"),
    path("dues/record/", dues.record_dues, name="record_dues"),
    path("dues/members/<int:pk>/", dues.member_dues, name="member_dues"),
    path("dues/year/", dues_year.dues_year, name="dues_year"),
    path("dues/bases/", dues_bases.dues_bases, name="dues_bases"),
    path("dues/exemptions/", dues_exemptions.dues_exemptions, name="dues_exemptions"),
    path(
        "dues/exemptions/<int:pk>/decide/",
        dues_exemptions.decide_exemption,
        name="decide_exemption",
    ),
    path(
        "dues/exemptions/<int:pk>/withdraw/",
        dues_exemptions.withdraw_exemption,
        name="withdraw_exemption",
    ),
    path("dues/accounts/", dues_accounts.dues_accounts, name="dues_accounts"),
    path("dues/remit/", dues_accounts.remit_dues, name="remit_dues"),
    path(
        "dues/remittances/<int:pk>/withdraw/",
        dues_accounts.withdraw_remittance,
        name="withdraw_remittance",
    ),
    path("dues/publish/", dues_accounts.publish_dues, name="publish_dues"),
    path("dues/statement/", dues_accounts.dues_statement, name="dues_statement"),
    path("dues/workbook/", dues_workbooks.dues_workbook, name="dues_workbook"),
    path("dues/import/", dues_workbooks.import_dues, name="import_dues"),
    path("dues/bases/workbook/", dues_workbooks.bases_workbook, name="bases_workbook"),
    path("dues/bases/import/", dues_workbooks.import_bases, name="import_bases"),
]
