"""Who gets what at the addresses of reports."""

from branchyear.tests.access import NORTH, PEOPLE, Row  # noqa: F401

ROWS = {}
