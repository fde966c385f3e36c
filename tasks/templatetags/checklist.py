"""The lines of the checklist (``templates/tasks/_row.html``), written here: a branch has some fifty on a page."""

from html import escape

from django import template
from django.utils.safestring import SafeString

from branchyear.lib.routes import path_to
from branchyear.templatetags import ui

register = template.Library()

LINE = (
    '<tr{}>\n  <td class="rows__code">{}</td>\n'
    '  <th scope="row" class="rows__text"><a class="unfold-button" href="{}" aria-expanded="{}" hx-get="{}"'
    ' hx-target="#item-{}" hx-swap="outerHTML"><span class="rows__short">{} </span>{}</a> {}{}</th>\n'
    '  <td class="rows__state">{}</td>\n  <td class="rows__due">{}</td>\n'
    '  <td class="rows__files">{}</td>\n  <td class="rows__who">{}</td>\n</tr>'
)
NOTHING, NONE = SafeString(""), SafeString('<span class="soft">—</span>')
OPEN = SafeString(' class="is-open"')


BODY = '<tbody class="rows__item" id="item-{}">\n{}\n</tbody>\n'


def _filled(form, *words):
    """``format_html``, whose own way of asking each word whether it is safe takes longer than all else of a line."""
    safe = [w if isinstance(w, SafeString) else escape(str(w)) for w in words]
    return SafeString(form.format(*safe))  # nosec B703 - each word is escaped, or was made safe


@register.simple_tag
def item_rows(rows, today):
    """Folded, each with the ``tbody`` that htmx replaces."""
    lines = (_filled(BODY, row.pk, item_line(row, today)) for row in rows)
    return SafeString("".join(lines))  # nosec B703 - of safe lines


@register.simple_tag
def item_row(row, today):
    return item_rows([row], today)


@register.simple_tag
def item_line(row, today, unfolded=False):
    """Number, text, state, day, proofs and who wrote last; the text unfolds the item, or folds it again."""
    url = path_to("tasks:item", row.pk)
    reason, who = NOTHING, NONE
    if row.state == "returned" and not unfolded:
        reason = _filled('<span class="rows__reason">退回原因：{}</span>', row.return_reason)
    if row.updated_by:
        who = _filled(
            '{} <span class="soft">{}</span>', row.updated_by.name, ui.day_short(row.updated_at)
        )
    return _filled(
        LINE,
        OPEN if unfolded else NOTHING,
        row.item.code,
        url,
        "true" if unfolded else "false",
        f"{url}?fold=1" if unfolded else url,
        row.pk,
        row.item.code,
        row.version.text,
        ui.source(row.version.source),
        reason,
        ui.status(row.state),
        ui.due(row.due_on, today, row.state in {"submitted", "accepted"}),
        f"{row.files} 份" if row.files else NONE,
        who,
    )
