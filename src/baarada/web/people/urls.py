"""Addresses of pages about people."""

from django.urls import path

from baarada.web.people import careerrows, edit, keeping, papers, postings, views

urlpatterns = [
    path("recherche/", views.find, name="search"),
    path("personnes/", views.people, name="people"),
    path("personnes/vues/", keeping.views, name="views"),
    path("personnes/vues/garder/", keeping.keep_view, name="keep-view"),
    path("personnes/vues/<int:pk>/", keeping.revise_view, name="revise-view"),
    path("personnes/vues/<int:pk>/supprimer/", keeping.drop_view, name="drop-view"),
    path("personnes/colonnes/", keeping.choose_columns, name="columns"),
    path("personnes/numeros/", keeping.paste_numbers, name="numbers"),
    path("personnes/numeros/<uuid:pk>/absents.csv", keeping.absent_numbers, name="numbers-absent"),
    path("personnes/ajouter/", edit.add_person, name="add-person"),
    path("personnes/<uuid:pk>/", views.person, name="person"),
    path("personnes/<uuid:pk>/numeros/ajouter/", edit.add_number, name="add-number"),
    path("personnes/<uuid:pk>/meme-personne/", edit.same_person, name="same-person"),
    path("personnes/<uuid:pk>/relier/", edit.link, name="link"),
    path("liens/<uuid:pk>/separer/", edit.unlink, name="unlink"),
    path("personnes/<uuid:pk>/affecter/", postings.start, name="start-posting"),
    path("affectations/<uuid:pk>/muter/", postings.transfer, name="transfer"),
    path("affectations/<uuid:pk>/finir/", postings.end, name="end-posting"),
    path("personnes/<uuid:pk>/parcours/<slug:sort>/ajouter/", careerrows.add, name="add-row"),
    path("structures/proches/", postings.facility_choices, name="facility-choices"),
    path("personnes/<uuid:pk>/papiers/ajouter/", papers.add, name="add-paper"),
    path("papiers/<uuid:pk>/", papers.show, name="paper"),
    path("papiers/<uuid:pk>/fichier", papers.file, name="paper-file"),
    path("papiers/<uuid:pk>/vignette", papers.thumb, name="paper-thumb"),
]
