"""Organisations and offices in the admin site."""

from branches.admin.offices import AppointmentAdmin, OfficesBesides, link_to_end
from branches.admin.organizations import OrganizationAdmin

__all__ = ["AppointmentAdmin", "OfficesBesides", "OrganizationAdmin", "link_to_end"]
