"""Reading, writing, acts: what a resource of the API is made of.

A resource says its queryset (``visible_to`` first), its serializer, its filters, its order (``keyset``), its group
(what keys are made for) and its tag (its heading in the documents). What it does with rows is always one service:

- ``make(asked)``            ← ``POST /things/``                 (mixin ``Makes``, body ``asks_new``)
- ``change(row, asked)``     ← ``PATCH /things/1/``              (mixin ``Changes``, body ``asks_change``)
- any method with ``@act``   ← ``POST /things/1/<its name>/``

Out of sight is 404, a body that cannot be read 400, a missing or old version 428 or 412, what a rule refuses 409.
"""

from functools import wraps

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

    def retrieve(self, request, *args, **kwargs):
        row = self.get_object()
        body = self.get_serializer(row).data
        etag = versions.etag_of(row, body, request.user)
        headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
        if versions.is_known(request, etag):
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)

    # --- writing ---

    @property
    def by(self):
        """As the services ask: who does it."""
        return {"by": self.request.user}

    @property
    def by_now(self):
        return {"by": self.request.user, "now": timezone.now()}

    @property
    def by_today(self):
        return {"by": self.request.user, "today": local_day()}

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


def act(asks=Nothing, *, summary, detail=True, needs_version=True, path=None, parsers=None):
    """``POST /things/1/<path>/``: a method ``(self, row, asked)`` that calls one service.

    Without ``detail``: ``POST /things/<path>/``, ``(self, asked)``, answered with what it made.
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
        view.is_act = True
        reads = {"parser_classes": parsers} if parsers else {}
        marked = action(detail=detail, methods=["post"], url_path=name, url_name=name, **reads)(
            view
        )
        body = None if asks is Nothing else asks
        return extend_schema(summary=summary, request=body, filters=False)(marked)

    return decorate


class InSight(serializers.PrimaryKeyRelatedField):
    """The id of a row this person may see; of no other it is said whether it exists."""

    default_error_messages = {
        "does_not_exist": "没有编号为{pk_value}的内容，或不在您的可见范围。",
        "incorrect_type": "应为编号（整数）。",
    }

    def __init__(self, model, narrow=None, **options):
        self.model, self.narrow = model, narrow
        super().__init__(queryset=model.objects.none(), **options)

    def get_queryset(self):
        rows = self.model.objects.visible_to(self.context["request"].user)
        return self.narrow(rows) if self.narrow else rows

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("incorrect_type")
        if isinstance(data, str) and not (data.isascii() and data.isdigit() and len(data) < 19):
            self.fail("incorrect_type")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A day of this age: what the database and the calendar's arithmetic can take."""

    def __init__(self, label, **options):
        super().__init__(label=label, **options)

    def to_internal_value(self, value):
        day = super().to_internal_value(value)
        if not 1900 <= day.year <= 2200:
            raise serializers.ValidationError("请填写1900年至2200年之间的日期。")
        return day


class Words(serializers.CharField):
    """A text of ``most`` characters; not asked for unless ``required``."""

    def __init__(self, label, most, *, required=True, **options):
        if not required:
            options |= {"allow_blank": True}
            options.setdefault("default", "")
        options.setdefault("required", False if "default" in options else required)
        if "default" in options:
            options.pop("required")
        super().__init__(label=label, max_length=most, **options)


class Count(serializers.IntegerField):
    """A number of people or votes."""

    def __init__(self, label, **options):
        super().__init__(label=label, min_value=0, max_value=9999, **options)
