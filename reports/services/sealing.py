"""What is sealed when a report is handed in: one copy, complete in itself, under a checksum."""

import hashlib
import json

from branchyear.lib.errors import Refused
from reports.services.sections import texts_of


def attached(report):
    """What goes with the report: files, then meetings, as they were chosen."""
    rows = report.attachments.select_related("evidence", "meeting__group")
    return sorted(rows, key=lambda row: (row.meeting_id is not None, row.pk))


def to_seal(report):
    """What goes with the report, as the sealed copy keeps it: name, day, size and SHA-256 of a file; kind,
    topic, day and attendance of a meeting."""
    sealed = []
    for row in attached(report):
        if row.meeting_id is None:
            file = row.evidence
            sealed.append(
                {
                    "kind": "file",
                    "id": file.pk,
                    "name": file.name,
                    "on": file.fact_on.isoformat() if file.fact_on else "",
                    "size": file.size,
                    "sha256": file.sha256,
                }
            )
            continue
        meeting = row.meeting
        if meeting.voided_at:
            raise Refused(f"附件中的“{meeting.topic}”记录已作废，请移除后再报送。")
        group = f"（{meeting.group.name}）" if meeting.group else ""
        sealed.append(
            {
                "kind": "meeting",
                "id": meeting.pk,
                "name": f"{meeting.get_kind_display()}{group}：{meeting.topic}",
                "on": meeting.on.isoformat(),
                "present": meeting.present,
                "due": meeting.due,
            }
        )
    return sealed


def sealed_copy(report, *, figures, texts, by, now, attachments=()):
    """What is handed in, complete in itself: names, period, rule, figures, words, what is attached."""
    period = report.period
    return {
        "form": "monthly-report/1",
        "campaign": str(period.campaign),
        "organization": _named(report.organization),
        "receiver": _named(report.receiver),
        "period": {
            "month": period.month,
            "tier": period.tier,
            "due_on": period.due_on.isoformat(),
            "rule": period.rule,
            **({"extended_to": report.extended_to.isoformat()} if report.extended_to else {}),
        },
        "round": report.round + 1,
        "submitted_at": now.isoformat(),
        "submitted_by": str(by),
        "figures": [
            {name: value for name, value in figure.items() if not name.endswith("url")}
            for figure in figures
        ],
        "texts": [
            {"key": one.key, "heading": one.heading, "text": texts.get(one.key, "")}
            for one in texts_of(period)
        ],
        **({"attachments": list(attachments)} if attachments else {}),
    }


def seal_of(sealed):
    """SHA-256 of the canonical JSON: keys sorted, no spaces, UTF-8."""
    text = json.dumps(sealed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_intact(step):
    """Whether a step's sealed copy still is what its checksum says."""
    return bool(step.seal) and seal_of(step.sealed) == step.seal


def _named(organization):
    return {"id": organization.pk, "code": organization.code, "name": organization.name}
