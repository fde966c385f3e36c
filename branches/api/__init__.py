"""The API of the tree; ``RESOURCES`` are its addresses."""

from branches.api.organizations import OrganizationViewSet

RESOURCES = (("organizations", OrganizationViewSet, "organizations"),)
