"""What things are shown as and asked with."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from branchyear.lib.dates import Month as MonthOfYear


class Shown(serializers.ModelSerializer):
    # A row as it is read. Nothing is written through it: what is asked has a form of its own. (No docstring: it
    # would stand in the API's description of every row that has none.)

    def get_extra_kwargs(self):
        return {name: {"read_only": True} for name in self.Meta.fields}


@extend_schema_field({"type": "array", "items": {"type": "integer"}})
class Ids(serializers.Field):
    """The ids that a row's links name; ``links`` is the relation, fetched along with the rows."""

    def __init__(self, links, of, **options):
        self.of = of
        super().__init__(source=links, read_only=True, **options)

    def to_representation(self, links):
        return [getattr(link, self.of) for link in links.all()]


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


@extend_schema_field({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"})
class Month(serializers.Field):
    """2026-04."""

    def __init__(self, label, **options):
        super().__init__(label=label, **options)

    def to_representation(self, value):
        return str(value)

    def to_internal_value(self, value):
        text = value if isinstance(value, str) else ""
        try:
            return MonthOfYear.parse(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


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


class Text(serializers.CharField):
    """A text of at most ``most`` characters in a form of facts: not named it stays, named it may be empty."""

    def __init__(self, label, most, **options):
        super().__init__(label=label, max_length=most, required=False, allow_blank=True, **options)


class Count(serializers.IntegerField):
    """A number of people or votes."""

    def __init__(self, label, **options):
        super().__init__(label=label, min_value=0, max_value=9999, **options)
