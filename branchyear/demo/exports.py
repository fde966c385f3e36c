"""The demo's export centre: what the committee asked for this morning, waiting for the first worker; and one
that was given up. (A request of yesterday would show a file that was never made.)"""

from reports.services import exports


def build(city, say):
    by, place = city.gongwei, city.committee
    for kind, format in (("summary", "xlsx"), ("reporting", "pdf")):
        exports.request_export(kind, organization=place, format=format, parameters={}, by=by)
    given_up = exports.request_export(
        "checklist", organization=place, format="pdf", parameters={}, by=by
    )
    exports.cancel_export(given_up, by=by)
    say("台账导出：2个待生成")
