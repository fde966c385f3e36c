"""What a key may be used for: groups of resources, to read or also to write. Writing includes reading."""

GROUPS = {
    "organizations": "党组织、届次与班子",
    "members": "党员名册与转接、发展",
    "life": "组织生活与教育培训",
    "dues": "党费",
    "campaign": "检查清单与佐证材料",
    "problems": "体检、问题整改与督办",
    "inspections": "督查抽查",
    "scores": "考核评分",
    "reports": "月报",
    "exports": "台账导出",
    "notices": "本人通知",
}
ACCESS = {"read": "只读", "write": "读写"}
SCOPES = tuple(f"{group}:{access}" for group in GROUPS for access in ACCESS)


def allows(scopes, group, *, writing):
    return f"{group}:write" in scopes or (not writing and f"{group}:read" in scopes)


def words(scopes):
    """党员名册与转接、发展（只读）；…"""
    found = []
    for group, word in GROUPS.items():
        access = next((a for a in ("write", "read") if f"{group}:{a}" in scopes), None)
        if access:
            found.append(f"{word}（{ACCESS[access]}）")
    return "；".join(found)
