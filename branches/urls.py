from django.urls import path

from branches import views
from branches import views_handover as handover

app_name = "branches"
urlpatterns = [
    path("organizations/", views.tree, name="tree"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
    path("offices/<int:pk>/hand-over/", handover.hand_over, name="hand_over"),
    path("handovers/<int:pk>/", handover.handover_sheet, name="handover_sheet"),
]
