"""The background door of sessions."""

from celery import shared_task

from branchyear.accounts.sessions import SessionStore


@shared_task
def clear_sessions():
    SessionStore.clear_expired()
