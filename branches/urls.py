from django.urls import path

from branches import views

app_name = "branches"
urlpatterns = [
    path("organizations/", views.tree, name="tree"),
    path("organizations/<int:pk>/", views.organization, name="organization"),
]
