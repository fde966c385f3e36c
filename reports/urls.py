from django.urls import path

from reports.views import overview

app_name = "reports"
urlpatterns = [
    path("overview/", overview.overview, name="overview"),
    path("overview/items/", overview.items, name="items"),
]
