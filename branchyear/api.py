"""What all API resources share: pages, errors, the router."""

from django.core.exceptions import PermissionDenied
from rest_framework import pagination
from rest_framework.response import Response
from rest_framework.views import exception_handler

from branchyear.lib.errors import Conflict, Refused


class Pages(pagination.PageNumberPagination):
    """Numbered pages, 50 rows unless asked otherwise, 500 at most."""

    page_size_query_param = "page_size"
    max_page_size = 500


def explain(error, context):
    """A ``Refused`` is a 409 with its sentence; the rest is DRF's business."""
    if isinstance(error, Refused):
        body = {"detail": error.sentence}
        if isinstance(error, Conflict):
            body["theirs"] = error.theirs
        return Response(body, status=409)
    if isinstance(error, PermissionDenied) and str(error):
        return Response({"detail": str(error)}, status=403)
    return exception_handler(error, context)
