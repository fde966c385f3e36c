"""``{% url %}`` as Django's, looked up once for each page (``branchyear.lib.routes``). Built in: no template loads it."""

from django import template
from django.template import defaulttags

from branchyear.lib.routes import path_to

register = template.Library()


class Url(defaulttags.URLNode):
    def render(self, context):
        name = self.view_name.resolve(context)
        # The admin site's depend on which site is asked.
        if self.kwargs or self.asvar or not name or name.startswith("admin:"):
            return super().render(context)
        return path_to(name, *(arg.resolve(context) for arg in self.args))


@register.tag
def url(parser, token):
    node = defaulttags.url(parser, token)
    return Url(node.view_name, node.args, node.kwargs, node.asvar)
