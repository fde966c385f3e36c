"""Training (教育培训) and who took part."""

import django_filters
from rest_framework import serializers

from branches.models import Organization
from branchyear.rest.fields import Day, Ids, InSight, Shown, Text
from branchyear.rest.filters import between
from branchyear.rest.resources import Changes, Makes, Resource, act
from members.models import Member, Training
from members.services import training


class TrainingSerializer(Shown):
    """教育培训, with the ids of those who took part."""

    members = Ids("records", "member_id")

    class Meta:
        model = Training
        fields = [
            "id", "organization", "title", "kind", "starts_on", "ends_on", "organiser", "hours",
            "members", "voided_at",
        ]  # fmt: skip


class TrainingFactsSerializer(serializers.Serializer):
    """What it was and who took part; what is not named stays."""

    title = serializers.CharField(label="内容", max_length=200, required=False)
    kind = serializers.ChoiceField(label="形式", choices=Training.Kind.choices, required=False)
    starts_on = Day("开始日期", required=False)
    ends_on = Day("结束日期", required=False)
    hours = serializers.DecimalField(label="学时", max_digits=5, decimal_places=1, required=False)
    organiser = Text("组织单位", 100)
    members = InSight(Member, label="参加的党员", many=True, required=False, allow_empty=False)


class NewTrainingSerializer(TrainingFactsSerializer):
    organization = InSight(Organization, label="登记的党支部")
    title = serializers.CharField(label="内容", max_length=200)
    kind = serializers.ChoiceField(label="形式", choices=Training.Kind.choices)
    starts_on = Day("开始日期")
    hours = serializers.DecimalField(label="学时", max_digits=5, decimal_places=1)
    members = InSight(Member, label="参加的党员", many=True, allow_empty=False)


class TrainingFilter(django_filters.FilterSet):
    since, until = between("starts_on")

    class Meta:
        model = Training
        fields = ["organization", "kind"]


class TrainingViewSet(Makes, Changes, Resource):
    """教育培训."""

    keyset = ("-starts_on", "-pk")
    group, tag = "life", "教育培训"
    serializer_class = TrainingSerializer
    filterset_class = TrainingFilter
    asks_new, asks_change = NewTrainingSerializer, TrainingFactsSerializer
    along = ("organization",)
    lists_along = ("records",)

    def make(self, asked):
        branch, members = asked.pop("organization"), asked.pop("members")
        asked.setdefault("ends_on", asked["starts_on"])
        facts = training.Facts(**asked)
        return self.do(training.record_training, branch, facts=facts, members=members)

    def change(self, row, asked):
        members = asked.pop("members", None)
        if members is None:
            members = Member.objects.filter(training_records__training=row)
        stored = {name: getattr(row, name) for name in training.Facts.__dataclass_fields__}
        facts = training.Facts(**(stored | asked))
        return self.do(training.revise_training, row, facts=facts, members=members)

    void = act(service=training.void_training, summary="作废")
