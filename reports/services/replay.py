"""Many reports of one period at once: what they went through, written as the verbs would write it.

For the demo and for taking over a past year; pages use ``monthly``.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from branchyear.audit.services import build, record_many
from branchyear.lib.dates import Month, local_day
from reports.models import MonthlyReport, ReportStep
from reports.services import checks
from reports.services.figures import figures_for_many
from reports.services.monthly import clean_texts
from reports.services.sealing import seal_of, sealed_copy
from reports.services.sections import texts_of

COLUMNS = [
    "state", "texts", "figures", "seal", "round", "first_submitted_at", "submitted_at",
    "submitted_by", "decided_at", "revision", "updated_by", "updated_at",
]  # fmt: skip


@dataclass
class Handed:
    """One report handed in, and received if ``received_at`` is given; a draft if ``by`` only saved."""

    report: MonthlyReport
    texts: dict
    by: object
    submitted_at: datetime | None = None
    received_by: object = None
    received_at: datetime | None = None


@transaction.atomic
def replay(period, handed, *, facts_on):
    """Write the rows of ``handed``, all of ``period``; figures are those of the facts on ``facts_on``.

    Refuses texts that the verbs would refuse (ValueError), so that history is no better than the rules. What is
    unusual is not asked about: nobody can explain it any more.
    """
    organizations = [one.report.organization for one in handed if one.submitted_at]
    figures = (
        figures_for_many(organizations, period, today=facts_on, links=False)
        if organizations
        else {}
    )
    sections, last = texts_of(period), _last_texts(period, organizations)
    reports, steps, entries = [], [], []
    for one in handed:
        report, texts = one.report, clean_texts(one.texts, sections)
        report.period = period  # one object: its sections are read once
        report.texts, report.updated_by, report.updated_at = texts, one.by, timezone.now()
        report.revision += 1
        reports.append(report)
        if one.submitted_at is None:
            report.state = MonthlyReport.State.DRAFT
            entries.append(_entry("report.saved", report, one.by, None))
            continue
        last_texts = last.get(report.organization_id, {})
        if problems := checks.hard(sections, texts, last_texts=last_texts):
            raise ValueError(problems[0][1])
        _submit(one, figures[report.organization_id], steps, entries)
        if one.received_at is not None:
            _receive(one, steps, entries)
    # An upsert of known ids: a bulk_update would write a CASE of thousands of branches.
    MonthlyReport.objects.bulk_create(
        reports, batch_size=200, update_conflicts=True, unique_fields=["id"], update_fields=COLUMNS
    )
    ReportStep.objects.bulk_create(steps, batch_size=200)
    record_many(entries)


def _last_texts(period, organizations):
    """What these organisations handed in the month before."""
    rows = MonthlyReport.objects.filter(
        period__campaign=period.campaign_id,
        period__tier=period.tier,
        period__month=str(Month.parse(period.month).plus(-1)),
        organization__in=organizations,
        first_submitted_at__isnull=False,
    )
    return dict(rows.values_list("organization", "texts"))


def _submit(one, figures, steps, entries):
    report, now = one.report, one.submitted_at
    sealed = sealed_copy(report, figures=figures, texts=report.texts, by=one.by, now=now)
    report.state = MonthlyReport.State.SUBMITTED
    report.figures = {"on": local_day(now).isoformat(), "rows": sealed["figures"]}
    report.seal = seal_of(sealed)
    report.round += 1
    report.first_submitted_at = report.first_submitted_at or now
    report.submitted_at, report.submitted_by = now, one.by
    steps.append(
        _step(
            report, "submitted", report.organization, one.by, now, sealed=sealed, seal=report.seal
        )
    )
    entries.append(
        _entry("report.submitted", report, one.by, now, round=report.round, seal=report.seal)
    )


def _receive(one, steps, entries):
    report = one.report
    report.state, report.decided_at = MonthlyReport.State.ACCEPTED, one.received_at
    report.revision += 1
    steps.append(_step(report, "accepted", report.receiver, one.received_by, one.received_at))
    entries.append(
        _entry(
            "report.accepted",
            report,
            one.received_by,
            one.received_at,
            round=report.round,
            reason="",
        )
    )


def _entry(verb, report, by, at, **detail):
    """An entry of the trail at the moment of the act, marked as written afterwards."""
    entry = build(verb, report, by=by, organization=report.organization, replayed=True, **detail)
    entry.at = at or timezone.now()
    return entry


def _step(report, kind, organization, by, at, **more):
    return ReportStep(
        report=report, round=report.round, kind=kind, organization=organization, by=by,
        by_name=str(by), at=at, **more,
    )  # fmt: skip
