"""gunicorn for the portal: one file for systemd, containers and the trial. The environment may say
WEB_CONCURRENCY (processes), WEB_THREADS and BIND; a socket that systemd holds goes before BIND."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8001")
worker_class = "branchyear.lib.webworker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))
threads = int(os.environ.get("WEB_THREADS", "8"))  # for uploads, files and log-ins
preload_app = True  # load once, fork: the memory is shared
timeout = 60
graceful_timeout = 30  # what is under way at a restart is finished
keepalive = 0  # nginx opens a connection for each request: none is cut off by a restart
worker_tmp_dir = "/dev/shm"  # noqa: S108 the heartbeat must not wait for a disk
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")

# The portal writes its own line for every request (branchyear/monitoring/middleware.py).
accesslog = None
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "branchyear.monitoring.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}


def child_exit(server, worker):
    """Prometheus's files of a process that is gone."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
