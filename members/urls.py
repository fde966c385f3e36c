"""Addresses of people on the roll and of organisation life."""

from django.urls import path

from members.views import life, roster

app_name = "members"
urlpatterns = [
    path("life/", life.life_year, name="life"),
    path("life/meetings/", life.meetings, name="meetings"),
    path("life/meetings/new/", life.new_meeting, name="new_meeting"),
    path("life/meetings/<int:pk>/", life.meeting, name="meeting"),
    path("life/meetings/<int:pk>/edit/", life.edit_meeting, name="edit_meeting"),
    path("life/meetings/<int:pk>/void/", life.void_meeting, name="void_meeting"),
    path("members/", roster.roster, name="roster"),
]
