"""Addresses of single records and of what changes them."""

from django.urls import path

from baarada.web.records import views

urlpatterns = [
    path("<slug:sort>/<uuid:pk>/", views.show, name="record"),
    path("<slug:sort>/<uuid:pk>/supprimer/", views.remove, name="remove"),
    path("<slug:sort>/<uuid:pk>/<slug:verb>/", views.revise, name="revise"),
]
