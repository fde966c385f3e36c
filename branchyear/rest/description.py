"""The API's own description (OpenAPI): made once in each process, since it is the same for everybody."""

from functools import cache

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView


@cache
def _written(renderer):
    """The description in one notation; making it anew takes about a second of the processor."""
    return renderer().render(SchemaGenerator().get_schema(public=True), renderer_context={})


class Description(SpectacularAPIView):
    """``GET /api/schema/``: YAML, or JSON for who asks for it (``Accept`` or ``?format=json``)."""

    def _get_schema_response(self, request):
        notation = request.accepted_renderer
        return HttpResponse(
            _written(type(notation)),
            content_type=notation.media_type,
            headers={
                "Content-Disposition": f'inline; filename="{self._get_filename(request, "1")}"'
            },
        )
