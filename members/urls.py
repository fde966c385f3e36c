"""Addresses of people on the roll and of organisation life."""

from django.urls import path

from members.views import life, roster, transfers

app_name = "members"
urlpatterns = [
    path("life/", life.life_year, name="life"),
    path("life/meetings/", life.meetings, name="meetings"),
    path("life/meetings/new/", life.new_meeting, name="new_meeting"),
    path("life/meetings/<int:pk>/", life.meeting, name="meeting"),
    path("life/meetings/<int:pk>/edit/", life.edit_meeting, name="edit_meeting"),
    path("life/meetings/<int:pk>/void/", life.void_meeting, name="void_meeting"),
    path("members/", roster.roster, name="roster"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.issue_transfer, name="issue_transfer"),
    path("transfers/in/", transfers.take_in, name="take_in"),
    path("transfers/<int:pk>/", transfers.transfer, name="transfer"),
    path("transfers/<int:pk>/letter/", transfers.letter, name="letter"),
    path("transfers/<int:pk>/receive/", transfers.receive_transfer, name="receive_transfer"),
    path("transfers/<int:pk>/refuse/", transfers.refuse_transfer, name="refuse_transfer"),
    path("transfers/<int:pk>/withdraw/", transfers.withdraw_transfer, name="withdraw_transfer"),
    path("transfers/<int:pk>/slip/", transfers.register_slip, name="register_slip"),
]
