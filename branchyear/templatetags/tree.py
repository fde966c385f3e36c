"""The rows of the organisation tree (``templates/ui/_tree.html``).

Written here and not in the template: a committee's tree has five hundred of them on every page, which took longer than
all the rest of most.
"""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

NODE = (
    '<li class="tree__node tree__node--d{}{}" data-tree-node="{}" data-tree-depth="{}"{}{}>'
    '<a href="{}" title="{}"{}>{}</a>{}</li>'
)
NOTHING = SafeString("")
CHOSEN, CURRENT = SafeString(" tree__node--active"), SafeString(' aria-current="page"')
OPEN, PARENT = SafeString(" data-tree-open"), SafeString(" data-tree-parent")


@register.simple_tag
def tree_rows(nodes):
    """``nodes`` as ``branches.tree.tree_nodes`` gives them."""
    return format_html_join("", NODE, map(_node, nodes))


def _node(node):
    badge = node.get("badge")  # a tree of its own may know none
    return (
        node["depth"],
        CHOSEN if node["active"] else NOTHING,
        node["pk"],
        node["depth"],
        OPEN if node["open"] else NOTHING,
        PARENT if node["has_children"] else NOTHING,
        node["url"],
        node["name"],
        CURRENT if node["active"] else NOTHING,
        node["name"],
        format_html('<span class="tree__badge">{}</span>', badge) if badge else NOTHING,
    )
