"""What do workers do: Celery, its broker, and how jobs are tried and given up."""

from datetime import timedelta

from branchyear.lib import filebroker
from branchyear.settings.data import REDIS_URL
from branchyear.settings.environment import VAR_DIR, env

BROKER_DIR = VAR_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # Twice the hard time limit and more: a job is not given to a second worker while it runs.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2}
else:
    for folder in ("queue", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = (
        f"{filebroker.SCHEME}://localhost"  # without a host kombu warns at every message
    )
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.2,  # a worker that has just done a job looks for the next that often
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# Without this figure Celery makes a connection to the database for each job, and PostgreSQL plans everything anew: it is
# more than a process ever does. Whether the connection still lives is asked before each (outbox/receivers.py).
CELERY_DB_REUSE_MAX = 10_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A page that queues a job tries twice and goes on: the job is a row, the broker only wakes.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "branchyear.monitoring.scheduler:Scheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {}
DJANGO_CELERY_BEAT_TZ_AWARE = True

JOB_MAX_ATTEMPTS = 5  # then the job goes to the dead letters and an administrator is shown it
JOB_MAX_STARTS = 20  # of long work: a killed worker is not its fault, and it goes on where it stood
# How often the rows are looked for that nobody woke (broker down, worker killed).
OUTBOX_SWEEP_SECONDS = float(env("OUTBOX_SWEEP_SECONDS", "30"))
# How long a queue's line at the broker may be for the sweep to add to it (a file for each in the embedded one).
OUTBOX_LINE = 2000 if REDIS_URL else 100
# Who works on a job says three times in this while that he lives: a killed worker's job is free after it.
JOB_ALIVE = timedelta(seconds=int(env("JOB_ALIVE_SECONDS", "90")))
JOB_LEASE = JOB_ALIVE
# A whole city's ledger as PDF is a thousand pages; every other job ends within Celery's five minutes.
JOB_TIME_LIMITS = {"heavy": {"soft_time_limit": 1740, "time_limit": 1800}}
