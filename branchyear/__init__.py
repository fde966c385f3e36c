"""The shell of the portal; exposes the Celery app and nothing else."""

from branchyear.celery import app as celery_app

__all__ = ["celery_app"]
