"""Reading, writing, acts: what a resource of the API is made of.

A resource says how its rows are shown (its serializer, and so its model), what is fetched ``along`` with them, its
filters, its order (``keyset``), its group (what keys are made for) and its tag (its heading in the documents). It reads
what the person sees (``visible_to``) and nothing else. What it does with rows is always one service:

- ``make(asked)``            ← ``POST /things/``                 (mixin ``Makes``, body ``asks_new``)
- ``change(row, asked)``     ← ``PATCH /things/1/``              (mixin ``Changes``, body ``asks_change``)
- ``name = act(…)``          ← ``POST /things/1/<its name>/``

Where the service takes what is asked by the same names, that is all there is to say::

    make = calls(services.issue)
    withdraw = act(ReasonSerializer, services.withdraw, summary="撤回")

Where something is to be found or put together before, ``make`` and ``change`` are methods, ``act(…)`` decorates one, and
``self.do(service, row, …)`` calls the service.

Out of sight is 404, a body that cannot be read 400, a missing or old version 428 or 412, what a rule refuses 409.
"""

from functools import cache, wraps
from inspect import signature

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from branchyear.lib.dates import local_day
from branchyear.lib.errors import Conflict
from branchyear.rest import again, versions
from branchyear.rest.filters import refuse_unknown
from branchyear.rest.keyset import Keyset
from branchyear.rest.types import require_types


class Nothing(serializers.Serializer):
    """An act that asks for nothing."""


class Resource(mixins.ListModelMixin, GenericViewSet):
    """List and read."""

    pagination_class = Keyset
    lookup_value_regex = "[0-9]{1,18}"
    keyset = ("-pk",)
    group = None
    tag = ""
    along = ()  # single rows fetched with each row, in the same query
    lists_along = ()  # lists fetched with all rows, a query each

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if cls.serializer_class is not None:
            cls.model = cls.serializer_class.Meta.model
            # What descriptions and routers look at; nobody's rows are in it.
            cls.queryset = cls.model.objects.none()

    def rows(self):
        """What this person sees."""
        return self.model.objects.visible_to(self.request.user)

    def get_queryset(self):
        rows = self.rows().prefetch_related(*self.lists_along)
        return rows.select_related(*self.along) if self.along else rows

    def retrieve(self, request, *args, **kwargs):
        row = self.get_object()
        body = self.get_serializer(row).data
        etag = versions.etag_of(row, body, request.user)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if versions.is_known(request, etag):
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)

    # --- writing ---

    def do(self, service, /, *things, **said):
        """Call a service in the name of who asks; with the moment or the day and the version of the row, where it
        asks for them."""
        wanted = _wanted_by(service) - said.keys()
        given = {"by": self.request.user}
        if "now" in wanted:
            given["now"] = timezone.now()
        if "today" in wanted:
            given["today"] = local_day()
        if "revision" in wanted and things and isinstance(things[0], self.model):
            given["revision"] = things[0].revision
        return service(*things, **given, **said)

    def shown(self, row, *, status=200):
        """The row as it is now, in the form in which it is read."""
        fresh = self.get_queryset().filter(pk=row.pk).first()
        if fresh is None:  # it left this person's sight by the act itself
            return Response(status=204)
        body = self.get_serializer_class()(fresh, context=self.get_serializer_context()).data
        etag = versions.etag_of(fresh, body, self.request.user)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if status == 201:
            headers["Location"] = self.request.build_absolute_uri(
                self.reverse_action("detail", args=[fresh.pk])
            )
        return Response(body, status=status, headers=headers)

    def asked(self, form):
        """The body, checked."""
        if form is Nothing:
            return {}
        given = form(data=self.request.data, context=self.get_serializer_context())
        require_types(given, self.request.data)
        given.is_valid(raise_exception=True)
        return given.validated_data

    def written(self, form, work, *, with_row, needs_version=True, status=200):
        """One writing request: once for its key, on the version it was meant for, answered with the row."""
        request = self.request
        refuse_unknown(request, ())

        def run():
            row = self.get_object() if with_row else None
            if row is None:
                return self.shown(work(self.asked(form)), status=status)
            if needs_version:
                row = self._held(row)
                versions.require_match(request, row, lambda: self._body(row))
            asked = self.asked(form)
            try:
                result = work(row, asked)
            except Conflict as conflict:
                if not needs_version:
                    raise
                fresh = self.get_object()
                body = self._body(fresh)
                raise versions.stale(request, fresh, lambda: body, conflict.sentence) from conflict
            return self.shown(result if isinstance(result, type(row)) else row, status=status)

        return again.perform(request, run)

    def _held(self, row):
        """A row without a revision of its own is held while it is compared and changed; one with a revision is
        changed by a condition on it."""
        if hasattr(row, "revision"):
            return row
        type(row)._base_manager.select_for_update().filter(pk=row.pk).values_list("pk").first()
        return self.get_object()

    def _body(self, row):
        return self.get_serializer_class()(row, context=self.get_serializer_context()).data


@cache
def _wanted_by(service):
    return frozenset(signature(service).parameters)


class Makes:
    """``POST`` to the list."""

    asks_new = Nothing

    def create(self, request, *args, **kwargs):
        return self.written(self.asks_new, self.make, with_row=False, status=201)


class Changes:
    """``PATCH`` of one; only what is named is changed."""

    asks_change = Nothing

    def partial_update(self, request, *args, **kwargs):
        return self.written(self.asks_change, self.change, with_row=True)


def calls(service):
    """``make`` or ``change`` by a service that takes what is asked by the same names."""

    def method(self, *row_and_asked):
        *row, asked = row_and_asked
        return self.do(service, *row, **asked)

    method.service = service
    return method


def act(
    asks=Nothing, service=None, *, summary, detail=True, needs_version=True, path=None, parsers=None
):
    """``POST /things/1/<path>/``: a ``service`` that takes the row and what is asked by the same names, or a method
    ``(self, row, asked)`` that calls one. It is answered with the row, whatever the service gives back.

    Without ``detail``: ``POST /things/<path>/``, a method ``(self, asked)``, answered with what it made.
    """

    def decorate(method):
        name = path or method.__name__.replace("_", "-")

        @wraps(method)
        def view(self, request, *args, **kwargs):
            if detail:
                return self.written(
                    asks, lambda row, asked: method(self, row, asked), with_row=True,
                    needs_version=needs_version,
                )  # fmt: skip
            return self.written(asks, lambda asked: method(self, asked), with_row=False, status=201)

        view.needs_version = detail and needs_version
        view.is_act, view.asks, view.service = True, asks, service
        reads = {"parser_classes": parsers} if parsers else {}
        marked = action(detail=detail, methods=["post"], url_path=name, url_name=name, **reads)(
            view
        )
        body = None if asks is Nothing else asks
        return extend_schema(summary=summary, request=body, filters=False)(marked)

    return _OfService(service, decorate) if service else decorate


class _OfService:
    """An act that is one service alone. Its name is the one it is assigned to, and is known only then."""

    def __init__(self, service, decorate):
        self.service, self.decorate = service, decorate

    def __set_name__(self, resource, name):
        def method(view, row, asked):
            view.do(self.service, row, **asked)

        method.__name__, method.__qualname__ = name, f"{resource.__qualname__}.{name}"
        setattr(resource, name, self.decorate(method))
