"""The cache that all web processes share, and what stands in for it while Redis is away."""

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from branchyear.lib.silence import Silence


class SharedCache(RedisCache):
    """Redis; while it does not answer a memory of this process, as where there is no Redis at all. What stands
    here are counts and marks, nothing that must not be forgotten: a page does without rather than fail."""

    silence = Silence()

    def __init__(self, server, params):
        super().__init__(server, params)
        self._own = LocMemCache("while-redis-is-away", params)

    def _clear(self):
        """Django's empties the whole database, in which the broker's messages stand too."""
        client = self._cache.get_client(None, write=True)
        for key in client.scan_iter(match=f"{self.key_prefix}:*", count=1000):
            client.delete(key)

    def _asked(self, name, *args, **kwargs):
        if not self.silence.lasts():
            try:
                if name == "clear":
                    return self._clear()
                return getattr(super(), name)(*args, **kwargs)
            except (RedisError, OSError):
                self.silence.begin()
        return getattr(self._own, name)(*args, **kwargs)


def _standing_in(name):
    def method(self, *args, **kwargs):
        return self._asked(name, *args, **kwargs)

    method.__name__ = name
    return method


for _name in (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many", "delete_many", "clear",
):  # fmt: skip
    setattr(SharedCache, _name, _standing_in(_name))
