"""What is no resource."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """An address of the API that there is not: said in the API's own form, to those who are let in."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        raise Http404


no_such_address = NoSuchAddress.as_view()
