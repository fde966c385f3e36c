"""The campaign in the admin site: its content is edited, the branches' answers are only looked at.

Every save ends in a service, so that content is versioned and leaves a trace. The system administrator
sees how far an item is, not what a branch wrote: administrators do not read the Party's business.
"""

from tasks.admin import (  # noqa: F401 each registers its pages
    answers,
    campaign,
    checkup,
    clocks,
    facts,
    inspections,
    items,
    scores,
)
