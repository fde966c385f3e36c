from django.urls import path

from branches import views
from branches import views_handover as handover
from branches import views_substitutes as substitutes
from branches import views_tokens as tokens

app_name = "branches"
urlpatterns = [
    path("organizations/", views.tree, name="tree"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
    path("offices/<int:pk>/hand-over/", handover.hand_over, name="hand_over"),
    path("offices/<int:pk>/substitute/", substitutes.substitute, name="substitute"),
    path("offices/<int:pk>/end-acting/", substitutes.end_acting, name="end_acting"),
    path("handovers/<int:pk>/", handover.handover_sheet, name="handover_sheet"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/<int:pk>/withdraw/", tokens.withdraw_token, name="withdraw_token"),
]
