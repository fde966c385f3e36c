"""The addresses of reports."""

from django.urls import path

from reports.views import (
    bulletins,
    burden,
    copies,
    duty,
    exports,
    extensions,
    inspections,
    matrix,
    meeting,
    monthly,
    overview,
    papers,
    practices,
    reminders,
    report_list,
    scores,
    supervision,
    urging,
)

app_name = "reports"
urlpatterns = [
    # Monthly reports
    path("reports/", report_list.reports, name="reports"),
    path("reports/matrix/", matrix.matrix, name="matrix"),
    path("reports/urge/", urging.urge, name="urge"),
    path("reports/urge/send/", urging.send_urge, name="send_urge"),
    path("reports/reminders/", reminders.reminders, name="reminders"),
    path("reports/<int:pk>/", monthly.report, name="report"),
    path("reports/practices/", practices.practices, name="practices"),
    path("reports/practices/<int:pk>/", practices.decide_practice, name="decide_practice"),
    path("reports/<int:pk>/recommend/", practices.recommend_practice, name="recommend_practice"),
    path("reports/<int:pk>/copy/", copies.report_copy, name="report_copy"),
    path("reports/<int:pk>/save/", monthly.save_report, name="save_report"),
    path("reports/<int:pk>/submit/", monthly.submit_report, name="submit_report"),
    path("reports/<int:pk>/attachments/", monthly.attach_to_report, name="attach_to_report"),
    path(
        "reports/<int:pk>/attachments/<int:attachment_pk>/remove/",
        monthly.detach_from_report,
        name="detach_from_report",
    ),
    path("reports/<int:pk>/withdraw/", monthly.withdraw_report, name="withdraw_report"),
    path("reports/<int:pk>/accept/", monthly.accept_report, name="accept_report"),
    path("reports/<int:pk>/return/", monthly.return_report, name="return_report"),
    path("reports/<int:pk>/extension/", extensions.ask_extension, name="ask_extension"),
    path("reports/<int:pk>/extension/grant/", extensions.grant_extension, name="grant_extension"),
    path(
        "reports/extensions/<int:pk>/decide/", extensions.decide_extension, name="decide_extension"
    ),
    # Overview and the lists behind its figures
    path("overview/", overview.overview, name="overview"),
    path("overview/meeting/", meeting.meeting, name="meeting"),
    path("overview/items/", overview.items, name="items"),
    path("burden/", burden.burden_page, name="burden"),
    # Ledgers and the export centre
    path("exports/", exports.exports, name="exports"),
    path("exports/request/", exports.request_export, name="request_export"),
    path("exports/<int:pk>/", exports.export, name="export"),
    path("exports/<int:pk>/download/", exports.download_export, name="download_export"),
    path("exports/<int:pk>/cancel/", exports.cancel_export, name="cancel_export"),
    path("exports/<int:pk>/retry/", exports.retry_export, name="retry_export"),
    # Papers given out, and comparing a file with them
    path("verify/", papers.verify, name="verify"),
    path("verify/<str:code>/", papers.verify_paper, name="verify_paper"),
    # Scores taken away
    path("scores/<int:pk>/copy/", scores.score_copy, name="score_copy"),
    path("supervision/<int:pk>/copy/", supervision.supervision_copy, name="supervision_copy"),
    # 述职评议, 通报
    path("scores/duty/", duty.duty, name="duty"),
    path("scores/duty/of/<int:pk>/save/", duty.save_duty, name="save_duty"),
    path("scores/duty/of/<int:pk>/copy/", duty.duty_copy, name="duty_copy"),
    path("scores/duty/<int:pk>/withdraw/", duty.withdraw_duty, name="withdraw_duty"),
    path("scores/duty/<int:pk>/comment/", duty.comment_duty, name="comment_duty"),
    path("bulletins/", bulletins.bulletins, name="bulletins"),
    path("bulletins/<int:pk>/", bulletins.bulletin, name="bulletin"),
    path("bulletins/<int:pk>/save/", bulletins.save_bulletin, name="save_bulletin"),
    path("bulletins/<int:pk>/redraft/", bulletins.redraft_bulletin, name="redraft_bulletin"),
    path("bulletins/<int:pk>/copy/", bulletins.bulletin_copy, name="bulletin_copy"),
    # Reports of inspections
    path(
        "inspections/<int:pk>/report.pdf", inspections.inspection_report, name="inspection_report"
    ),
]
