"""Addresses of the campaign year: the checklist, its items, the evidence, the review."""

from django.urls import path

from tasks.views import checklist, evidence, health, items, review, self_check

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
    path("items/<int:pk>/accept/", review.accept_item, name="accept_item"),
    path("items/<int:pk>/return/", review.return_item, name="return_item"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("review/", review.review, name="review"),
    path("review/accept/", review.accept_many, name="accept_many"),
]
