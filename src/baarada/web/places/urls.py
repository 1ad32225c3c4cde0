"""Addresses of pages about places."""

from django.urls import path

from baarada.web.places import edit, equipment, posts, views

urlpatterns = [
    path("bureaux/<uuid:pk>/equipement/ajouter/", equipment.add, name="add-equipment"),
    path("structures/", views.facilities, name="facilities"),
    path("structures/ajouter/", edit.add_facility, name="add-facility"),
    path("structures/<uuid:pk>/", views.facility, name="facility"),
    path("structures/<uuid:pk>/bureau/", edit.assign_facility, name="assign-facility"),
    path("structures/<uuid:pk>/services/ajouter/", edit.add_unit, name="add-unit"),
    path("structures/<uuid:pk>/postes/", posts.posts_of, name="posts"),
    path("structures/<uuid:pk>/postes/ajouter/", posts.add_posts, name="add-posts"),
    path("lieux/", views.areas, name="areas"),
    path("lieux/proches/", views.area_choices, name="area-choices"),
    path("lieux/<uuid:pk>/", views.area, name="area"),
    path("lieux/<uuid:pk>/population/ajouter/", edit.add_population, name="add-population"),
    path("bureaux/", views.offices, name="offices"),
    path("bureaux/<uuid:pk>/", views.office, name="office"),
]
