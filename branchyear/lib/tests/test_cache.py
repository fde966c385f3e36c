"""Counts and marks while Redis is away."""

import pytest

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
