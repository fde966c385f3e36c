"""The admin site: for the three administrators, by their offices."""

from functools import update_wrapper
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

from branchyear.lib.addresses import client_ip, stands_in
from branchyear.lib.routes import path_to


class PortalAdminSite(admin.AdminSite):
    """Django's admin behind the portal's own door: one log-in, one password page, one way out."""

    site_header = "党支部基本建设年管理平台 · 系统管理"
    site_title = "系统管理"
    index_title = "系统管理"
    site_url = "/"
    empty_value_display = "—"

    def has_permission(self, request):
        from branches.scope import scope_of  # apps are not loaded when this module is

        return request.user.is_active and scope_of(request.user).is_administrator

    def admin_view(self, view, cacheable=False):
        """Whoever is logged in but holds none of the three offices is told so (403), and so is whoever sits
        at a machine that is not named for it (等保2.0: 管理终端限制)."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if not stands_in(client_ip(request), settings.ADMIN_ADDRESSES):
                raise PermissionDenied("系统管理只能在指定的管理终端上使用，请到管理终端登录。")
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied("系统管理只对系统管理员、安全管理员、审计管理员开放。")
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, view)

    def login(self, request, extra_context=None):
        """The portal's own door, which checks the address it is asked to lead to."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{path_to('login')}?{urlencode({'next': wanted})}")

    def logout(self, request, extra_context=None):
        from branchyear.accounts.views import logout  # see above

        return logout(request)

    def password_change(self, request, extra_context=None):
        return redirect("password")


class PortalAdminConfig(AdminConfig):
    default_site = "branchyear.admin_site.PortalAdminSite"
