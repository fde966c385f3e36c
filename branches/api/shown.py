"""What the rows of many resources show of their organisation."""

from rest_framework import serializers

from branchyear.rest.fields import Shown


class OfOrganization(Shown):
    # By its code and its name, each where ``fields`` names it.
    organization_code = serializers.CharField(source="organization.code")
    organization_name = serializers.CharField(source="organization.name")
