"""The shape of the house, held by tests."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from branchyear.notifications.kinds import KINDS

ROOT = Path(settings.BASE_DIR)
CODE = [
    path
    for folder in ("branchyear", "branches", "members", "tasks", "reports")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]

# Rows that belong to the campaign or the system, not to an organisation.
NO_SCOPE = {
    "members.AdmissionStep",
    "branches.OrganizationEvent",
    "tasks.Phase",
    "tasks.Task",
    "tasks.Rule",
    "tasks.ChecklistItem",
    "tasks.ItemVersion",
    "tasks.ItemEvidence",
    "tasks.ReviewRule",
    "tasks.RubricLine",
    "tasks.CalendarDay",
    "reports.ReportRule",
    "reports.FigureCheck",
    "reports.ReportSection",
    "reports.Period",
    "reports.ReminderPolicy",
    "reports.UrgingRule",
    # Seen with what they belong to: an inspection, an export.
    "tasks.Exclusion",
    "tasks.Draw",
    "reports.ExportPart",
}


def test_celerys_word_stands_in_jobs_modules_only():
    places = {p.name for p in CODE if re.search(r"^\s*@shared_task", p.read_text(), re.M)}

    assert places <= {"jobs.py"}


def test_no_job_is_queued_for_a_later_moment():
    for path in CODE:
        assert not re.search(r"\b(eta|countdown)\s*=", path.read_text()), path


def test_weasyprint_has_one_door():
    users = [
        p.relative_to(ROOT).as_posix()
        for p in CODE
        if re.search(r"^\s*(import|from) weasyprint", p.read_text(), re.M)
    ]

    assert set(users) <= {"branchyear/lib/pdf/engine.py"}


def test_every_model_of_the_four_apps_says_who_may_see_it():
    without = {
        model._meta.label
        for app in ("branches", "members", "tasks", "reports")
        for model in apps.get_app_config(app).get_models()
        if not hasattr(model.objects.all(), "visible_to")
    }

    assert without == NO_SCOPE


def test_every_kind_of_notice_has_its_texts():
    mail = ROOT / "templates" / "mail"

    assert {p.name for p in mail.glob("*.txt")} == {
        f"{kind}{ending}" for kind in KINDS for ending in (".txt", ".subject.txt")
    }


def test_migrations_are_complete(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
