"""Addresses of pages of figures."""

from django.urls import path

from baarada.web.figures import views

urlpatterns = [
    path("chiffres/", views.headcount, name="figures"),
    path("chiffres/densites/", views.densities, name="densities"),
    path("chiffres/personnes/", views.people, name="figure-people"),
    path("chiffres/fichier/", views.file, name="figure-file"),
    path("chiffres/comme-connu/", views.draw, name="figure-known"),
]
