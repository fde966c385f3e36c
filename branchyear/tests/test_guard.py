"""减负: what counts or ranks people is refused before the start."""

import pytest
from django.db import models
from django.test.utils import isolate_apps

from branchyear import guard
from branchyear.guard import ALLOWED, nobody_is_counted_or_ranked, offence, offences


def test_the_portal_as_it_is_counts_and_ranks_nobody():
    assert nobody_is_counted_or_ranked(None) == []


@isolate_apps("tasks")
def test_a_model_that_counts_log_ins_is_refused():
    class Diligence(models.Model):
        login_count = models.IntegerField()
        note = models.CharField("本月签到情况", max_length=10)

        class Meta:
            app_label = "tasks"

        def __str__(self):
            return self.note

    assert offences([Diligence]) == [
        ("tasks.diligence.login_count", "统计登录次数"),
        ("tasks.diligence.note", "打卡签到"),
    ]


def test_an_offence_stops_the_start(monkeypatch):
    monkeypatch.setattr(guard, "offences", lambda: [("tasks.diligence.rank", "积分排名")])

    (error,) = nobody_is_counted_or_ranked(None)

    assert error.id == "branchyear.E010"
    assert error.is_serious()
    assert "积分排名" in error.msg


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("login_count", "统计登录次数"),
        ("loginCount", "统计登录次数"),
        ("online_minutes", "统计在线时长"),
        ("check-in", "打卡签到"),
        ("likes", "点赞转发"),
        ("member_ranking", "积分排名"),
        ("last_login", ""),
        ("unlike_ly", ""),
        ("franking", ""),
        ("training_hours", ""),
        ("present", ""),
    ],
)
def test_words_are_known_by_their_parts(name, what):
    assert offence(name) == what


def test_each_honest_use_says_why():
    assert all(len(reason) > 10 for reason in ALLOWED.values())
