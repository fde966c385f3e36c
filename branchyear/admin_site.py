"""The admin site: for the three administrators, by their offices."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class PortalAdminSite(admin.AdminSite):
    site_header = "党支部基本建设年管理平台 · 系统管理"
    site_title = "系统管理"
    index_title = "系统管理"
    site_url = "/"

    def has_permission(self, request):
        from branches.scope import scope_of  # apps are not loaded when this module is

        return request.user.is_active and scope_of(request.user).is_administrator


class PortalAdminConfig(AdminConfig):
    default_site = "branchyear.admin_site.PortalAdminSite"
