"""What is open on the roll and in its movement, for the hand-over sheet: the same as on the home page."""

from branches.handing_over import line, part
from members.todos import movement_todos, roster_todos


@part("党员名册、组织关系、发展党员")
def members(organization, today):
    if not organization.is_branch:
        return
    for todo in (*roster_todos(organization), *movement_todos(organization, today)):
        yield line(todo["what"], todo["why"], todo.get("due"))
