"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from branches.api import RESOURCES as BRANCHES
from branchyear import views
from branchyear.monitoring import views as monitoring
from branchyear.notifications.api import RESOURCES as NOTICES
from branchyear.rest.description import Description
from branchyear.rest.views import no_such_address
from branchyear.search import search
from members.api import RESOURCES as MEMBERS
from reports.api import RESOURCES as REPORTS
from tasks.api import RESOURCES as TASKS

router = DefaultRouter()
for address, viewset, name in (*BRANCHES, *MEMBERS, *TASKS, *REPORTS, *NOTICES):
    router.register(address, viewset, name)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("healthz/deep", monitoring.healthz_deep, name="healthz_deep"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("search/", search, name="search"),
    path("help/", views.manual, name="help"),
    path("help/<slug:chapter>/", views.manual, name="help_chapter"),
    path("notices/", include("branchyear.notifications.urls")),
    # Django tries them in turn: first the apps that are asked most
    path("", include("tasks.urls")),
    path("", include("reports.urls")),
    path("", include("members.urls")),
    path("", include("branches.urls")),
    path("", include("branchyear.accounts.urls")),
    path("api/v1/", include(router.urls)),
    # Django's <path:…> ends at a line's end, which an address may hold too (%0A)
    re_path(r"^api/v1/(?P<rest>[\s\S]*)$", no_such_address, name="no_such_address"),
    path("api/schema/", Description.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("admin/", admin.site.urls),
]

handler400 = "branchyear.views.unsound"
handler403 = "branchyear.views.forbidden"
handler500 = "branchyear.views.broken"
