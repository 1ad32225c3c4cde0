"""Addresses of the lists of the country."""

from django.urls import path

from baarada.web.lists import changes, views

urlpatterns = [
    path("", views.all_lists, name="lists"),
    path("choix/<uuid:pk>/", views.choice, name="choice"),
    path("choix/<uuid:pk>/retirer/", changes.retire, name="retire-choice"),
    path("choix/<uuid:pk>/remettre/", changes.bring_back, name="bring-back-choice"),
    path("<slug:code>/", views.one_list, name="list"),
    path("<slug:code>/ajouter/", changes.add, name="add-choice"),
    path("<slug:code>/fichier/<slug:form>/", views.export, name="export-choices"),
]
