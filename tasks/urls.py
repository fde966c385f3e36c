"""Addresses of the campaign year: the checklist, its items, the evidence, the review."""

from django.urls import path

from tasks.views import (
    checklist,
    disposals,
    evidence,
    health,
    items,
    problems,
    review,
    self_check,
)

app_name = "tasks"
urlpatterns = [
    path("checkup/", health.checkup, name="checkup"),
    path("checkup/rule/", health.checkup_list, name="checkup_list"),
    path("checkup/findings/<int:pk>/explain/", health.explain, name="explain"),
    path(
        "checkup/explanations/<int:pk>/decide/",
        health.decide_explanation,
        name="decide_explanation",
    ),
    path("self-check/", self_check.self_check, name="self_check"),
    path("self-check/<int:pk>/save/", self_check.save_self_check, name="save_self_check"),
    path("self-check/<int:pk>/reopen/", self_check.reopen_self_check, name="reopen_self_check"),
    path("checkup/findings/<int:pk>/list/", problems.list_finding, name="list_finding"),
    path("self-check/answers/<int:pk>/list/", problems.list_answer, name="list_answer"),
    path("problems/", problems.problems, name="problems"),
    path("problems/lists/", problems.problem_lists, name="problem_lists"),
    path("problems/new/", problems.new_problem, name="new_problem"),
    path("problems/<int:pk>/", problems.problem, name="problem"),
    path("problems/<int:pk>/plan/", problems.plan_problem, name="plan_problem"),
    path("problems/<int:pk>/evidence/", problems.add_problem_evidence, name="add_problem_evidence"),
    path(
        "problems/<int:pk>/evidence/<int:evidence_pk>/detach/",
        problems.detach_problem_evidence,
        name="detach_problem_evidence",
    ),
    path("problems/<int:pk>/hand-in/", problems.hand_in_problem, name="hand_in_problem"),
    path("problems/<int:pk>/verify/", problems.verify_problem, name="verify_problem"),
    path("problems/<int:pk>/reopen/", problems.reopen_problem, name="reopen_problem"),
    path(
        "problems/<int:pk>/extension/",
        problems.ask_problem_extension,
        name="ask_problem_extension",
    ),
    path(
        "problems/extensions/<int:pk>/decide/",
        problems.decide_problem_extension,
        name="decide_problem_extension",
    ),
    path("disposals/", disposals.disposals, name="disposals"),
    path("disposals/new/", disposals.register_disposal, name="register_disposal"),
    path("disposals/<int:pk>/review/", disposals.review_disposal, name="review_disposal"),
    path("checklist/", checklist.checklist, name="checklist"),
    path("checklist/<int:pk>/", checklist.branch_checklist, name="branch_checklist"),
    path("checklist/<int:pk>/submit-done/", checklist.submit_done, name="submit_done"),
    path("items/<int:pk>/", items.item, name="item"),
    path("items/<int:pk>/save/", items.save_item, name="save_item"),
    path("items/<int:pk>/submit/", items.submit_item, name="submit_item"),
    path("items/<int:pk>/withdraw/", items.withdraw_item, name="withdraw_item"),
    path("items/<int:pk>/evidence/", items.add_evidence, name="add_evidence"),
    path("items/<int:pk>/evidence/attach/", items.attach_evidence, name="attach_evidence"),
    path(
        "items/<int:pk>/evidence/<int:evidence_pk>/detach/",
        items.detach_evidence,
        name="detach_evidence",
    ),
    path("items/<int:pk>/meetings/attach/", items.attach_meetings, name="attach_meetings"),
    path(
        "items/<int:pk>/meetings/<int:meeting_pk>/detach/",
        items.detach_meeting,
        name="detach_meeting",
    ),
    path("items/<int:pk>/problem/", problems.list_item, name="list_item"),
    path("items/<int:pk>/accept/", review.accept_item, name="accept_item"),
    path("items/<int:pk>/return/", review.return_item, name="return_item"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("review/", review.review, name="review"),
    path("review/accept/", review.accept_many, name="accept_many"),
]
