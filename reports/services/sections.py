"""Which parts a report has: the campaign's, for its tier."""

from reports import section_seed
from reports.models import FigureCheck, ReportSection, Tier


def set_up(campaign):
    """The parts a new campaign starts with; existing ones stay as they were edited."""
    known = set(campaign.report_sections.values_list("tier", "key"))
    ReportSection.objects.bulk_create(
        [
            ReportSection(campaign=campaign, tier=tier, **row)
            for tier in Tier.values
            for row in section_seed.rows(tier)
            if (tier, row["key"]) not in known
        ],
        ignore_conflicts=True,
    )


def set_up_checks(campaign):
    """The figures without which a new campaign's reports are not handed in; existing ones stay."""
    for key, fails, sentence in section_seed.FIGURE_CHECKS:
        FigureCheck.objects.get_or_create(
            campaign=campaign, key=key, fails=fails, defaults={"sentence": sentence}
        )


def sections_of(period):
    """The parts in use for a period, figures among them; read once for each ``period`` object."""
    if "_sections" not in period.__dict__:
        period._sections = list(
            ReportSection.objects.filter(
                campaign=period.campaign_id, tier=period.tier, is_active=True
            ).order_by("order", "pk")
        )
    return period._sections


def texts_of(period):
    """The parts in which people write."""
    return [one for one in sections_of(period) if one.kind == ReportSection.Kind.TEXT]
