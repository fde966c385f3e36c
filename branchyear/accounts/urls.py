from django.urls import path

from branchyear.accounts import views, views_account

urlpatterns = [
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("password/", views.password, name="password"),
    path("account/", views_account.account, name="account"),
    path("account/sessions/end/", views_account.end_session, name="end_session"),
    path("account/code/", views_account.second_factor_setup, name="second_factor_setup"),
    path("account/code/off/", views_account.second_factor_off, name="second_factor_off"),
    path("login/code/", views_account.second_factor, name="second_factor"),
]
