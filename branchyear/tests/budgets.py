"""How many statements a page may take (B2): a list 12, the page of one thing 15, a page that adds up 20.

``test_access.py`` holds every GET address to it, ``bench/bench_queries.py`` in worlds of 10 to 1,000 rows.
"""

LIST, ONE, ADDED_UP = 12, 15, 20
# Counts, a board, a paper drawn up from several ledgers, or a list and the one that is chosen from it.
ADDING_UP = {
    "home", "branches:organization", "members:member", "reports:burden", "reports:duty",
    "reports:meeting", "reports:overview", "reports:report_copy", "tasks:checkup", "tasks:review",
    "tasks:review_clocks", "tasks:scores",
}  # fmt: skip
# Pages about one organisation, named in the query.
OF_ONE = {"members:committee", "members:life", "members:dues_accounts", "tasks:self_check"}
# A monthly report that is being written: every figure and every proposed sentence is counted afresh from seven
# ledgers, its checks and its attachments beside it.
# The library says of each file what it is used for: items, problems, reports, appeals, a statement each.
MORE = {"reports:report": 27, "reports:report_copy": 22, "tasks:library": 13}


def budget_of(name, row):
    if name in MORE:
        return MORE[name]
    if name in ADDING_UP:
        return ADDED_UP
    return ONE if row.args or name in OF_ONE else LIST
