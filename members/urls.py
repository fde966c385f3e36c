"""Addresses of people on the roll and of organisation life."""

from django.urls import path

from members.views import roster

app_name = "members"
urlpatterns = [
    path("members/", roster.roster, name="roster"),
]
