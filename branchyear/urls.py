"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.routers import DefaultRouter

from branches.api import OrganizationViewSet
from branchyear import views
from branchyear.monitoring import views as monitoring
from branchyear.notifications.api import NoticeViewSet
from branchyear.search import search
from members.api import MeetingViewSet, MemberViewSet
from reports.api.exports import ExportViewSet
from reports.api.monthly import MonthlyReportViewSet
from tasks.api import BranchItemViewSet, CampaignViewSet, EvidenceViewSet
from tasks.api_inspections import InspectionViewSet
from tasks.api_problems import FindingViewSet, ProblemViewSet
from tasks.api_scores import ScoreViewSet

router = DefaultRouter()
router.include_root_view = True
router.register("campaigns", CampaignViewSet, "campaign")
router.register("items", BranchItemViewSet, "item")
router.register("evidence", EvidenceViewSet, "evidence")
router.register("findings", FindingViewSet, "finding")
router.register("problems", ProblemViewSet, "problem")
router.register("scores", ScoreViewSet, "score")
router.register("inspections", InspectionViewSet, "inspection")
router.register("organizations", OrganizationViewSet, "organizations")
router.register("members", MemberViewSet, "members")
router.register("meetings", MeetingViewSet, "meetings")
router.register("notices", NoticeViewSet, "notices")
router.register("exports", ExportViewSet, "exports")
router.register("monthly-reports", MonthlyReportViewSet, "monthly-reports")

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("healthz/deep", monitoring.healthz_deep, name="healthz_deep"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("search/", search, name="search"),
    path("help/", views.manual, name="help"),
    path("", include("branchyear.accounts.urls")),
    path("notices/", include("branchyear.notifications.urls")),
    path("", include("branches.urls")),
    path("", include("members.urls")),
    path("", include("tasks.urls")),
    path("", include("reports.urls")),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("admin/", admin.site.urls),
]

handler400 = "branchyear.views.unsound"
handler403 = "branchyear.views.forbidden"
handler500 = "branchyear.views.broken"
