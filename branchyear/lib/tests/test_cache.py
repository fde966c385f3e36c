"""Counts and marks while Redis is away."""

import pytest
import redis
from django.conf import settings

from branchyear.lib.cache import SharedCache
from branchyear.lib.silence import Silence


@pytest.fixture
def away(monkeypatch):
    monkeypatch.setattr(SharedCache, "silence", Silence())
    cache = SharedCache("redis://127.0.0.1:1/0", {})
    cache.clear()
    return cache


def test_while_redis_is_away_the_process_remembers_for_itself(away):
    assert away.get("x") is None
    assert away.add("n", 0, 60)
    assert not away.add("n", 0, 60)
    assert (away.incr("n"), away.incr("n")) == (1, 2)
    away.set("x", {"a"})
    assert (away.get("x"), away.has_key("x")) == ({"a"}, True)
    away.delete("x")
    assert away.get("x") is None
    with pytest.raises(ValueError, match="not found"):
        away.incr("nobody")


def test_it_is_not_asked_again_at_once(away, monkeypatch):
    asked = []
    monkeypatch.setattr(SharedCache, "_cache", property(lambda self: asked.append(1)))

    away.get("x")

    assert asked == []
    assert SharedCache.silence.lasts()


@pytest.mark.engines
def test_only_its_own_is_emptied():
    """The broker's messages stand in the same database."""
    if not settings.REDIS_URL:
        return
    own, other = (
        SharedCache(settings.REDIS_URL, {"KEY_PREFIX": prefix}) for prefix in ("one", "two")
    )
    line = redis.Redis.from_url(settings.REDIS_URL)
    line.lpush("a-queue-of-the-broker", "a message")
    for cache in (own, other):
        cache.set_many({f"n{number}": number for number in range(50)})

    own.clear()

    assert own.get_many([f"n{number}" for number in range(50)]) == {}
    assert other.get("n7") == 7
    assert line.llen("a-queue-of-the-broker") == 1
    line.delete("a-queue-of-the-broker")
    other.clear()
