"""How a branch divides into Party groups: the numbers of the rule, apart from rows and pages."""

# From so many members a branch is divided, a group has as a rule no more than ten. Source: 市直机关工委
# 2022年党支部基本建设年工作方案 任务（一）1; 支部工作条例(试行) 第十三条 gives no number. R06, R07.
DIVIDED_FROM = 20
GROUP_MOST = 10
# At least three, as is usual practice (no regulation says so).
GROUP_LEAST = 3


def groups_wanted(members):
    """The number of groups advised so that none exceeds ten: two at least from twenty members on."""
    if members < DIVIDED_FROM:
        return 0
    return max(2, -(-members // GROUP_MOST))


def advice_on_groups(members, sizes, ungrouped):
    """``[(tone, sentence)]`` for the page: ``sizes`` maps a group's name to its number of members.

    Verdicts are the findings engine's; these are the words of R06 to R08.
    """
    said = []
    if members >= DIVIDED_FROM and len(sizes) < 2:
        said.append(
            (
                "late",
                f"本支部党员{members}人，已达{DIVIDED_FROM}人以上，应当划分党小组"
                f"（建议不少于{groups_wanted(members)}个），现有{len(sizes)}个。",
            )
        )
    if sizes and ungrouped:
        said.append(("late", f"还有{ungrouped}名党员未编入党小组。"))
    for name, size in sizes.items():
        if size > GROUP_MOST:
            said.append(
                (
                    "near",
                    f"{name}现有党员{size}人，超过{GROUP_MOST}人（一般不超过{GROUP_MOST}人）。",
                )
            )
        elif size < GROUP_LEAST:
            said.append(("plain", f"{name}现有党员{size}人，不足{GROUP_LEAST}人。"))
    return said
