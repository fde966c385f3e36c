"""Addresses of 督查抽查."""

from django.urls import path

from tasks.views import draws, inspections, visits

urlpatterns = [
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.new_inspection, name="new_inspection"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/edit/", inspections.edit_inspection, name="edit_inspection"),
    path("inspections/<int:pk>/leave-out/", inspections.leave_out, name="leave_out"),
    path("inspections/exclusions/<int:pk>/take-in/", inspections.take_in, name="take_in"),
    path("inspections/<int:pk>/team/", inspections.join_team, name="join_team"),
    path("inspections/team/<int:pk>/leave/", inspections.leave_team, name="leave_team"),
    path("inspections/team/<int:pk>/until/", inspections.prolong_member, name="prolong_member"),
    path(
        "inspections/<int:pk>/publish/", inspections.publish_inspection, name="publish_inspection"
    ),
    path("inspections/<int:pk>/draw/", inspections.make_draw, name="make_draw"),
    path("inspections/<int:pk>/void/", inspections.void_draw, name="void_draw"),
    path("inspections/<int:pk>/deal-out/", inspections.deal_out, name="deal_out"),
    path("inspections/<int:pk>/end/", inspections.end_inspection, name="end_inspection"),
    path("inspections/draws/<int:pk>/", draws.draw, name="draw"),
    path("inspections/draws/<int:pk>/draw.json", draws.draw_document, name="draw_document"),
    path("inspections/visits/<int:pk>/", visits.visit, name="visit"),
    path("inspections/visits/<int:pk>/start/", visits.start_visit, name="start_visit"),
    path("inspections/visits/<int:pk>/save/", visits.save_visit, name="save_visit"),
    path("inspections/visits/<int:pk>/assign/", inspections.assign_visit, name="assign_visit"),
    path("inspections/visits/<int:pk>/miss/", inspections.miss_visit, name="miss_visit"),
    path("inspections/records/<int:pk>/photo/", visits.add_photo, name="add_photo"),
    path("inspections/photos/<int:pk>/", visits.photo, name="photo"),
    path("inspections/records/<int:pk>/state/", visits.state_record, name="state_record"),
    path("inspections/records/<int:pk>/decide/", visits.decide_record, name="decide_record"),
]
