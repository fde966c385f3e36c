"""Organisations and offices in the admin site."""

from branches.admin.offices import AppointmentAdmin, OfficesBesides, links_of
from branches.admin.organizations import OrganizationAdmin

__all__ = ["AppointmentAdmin", "OfficesBesides", "OrganizationAdmin", "links_of"]
