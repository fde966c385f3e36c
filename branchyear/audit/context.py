"""Who asks, from where, in which request; set by the middleware, read by ``record``."""

from contextvars import ContextVar

request_id = ContextVar("request_id", default="")
ip = ContextVar("ip", default=None)
