"""Addresses of pages about people."""

from django.urls import path

from baarada.web.people import (
    careerrows,
    choosing,
    edit,
    extrafacts,
    lacking,
    papers,
    postings,
    scans,
    sharing,
    views,
)

urlpatterns = [
    path("recherche/", views.find, name="search"),
    path("personnes/", views.people, name="people"),
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
    path("personnes/<uuid:pk>/complements/", extrafacts.edit, name="extras"),
    path("structures/proches/", postings.facility_choices, name="facility-choices"),
    path("personnes/<uuid:pk>/papiers/ajouter/", papers.add, name="add-paper"),
    path("papiers/<uuid:pk>/", papers.show, name="paper"),
    path("papiers/<uuid:pk>/fichier", papers.file, name="paper-file"),
    path("papiers/<uuid:pk>/vignette", papers.thumb, name="paper-thumb"),
    path("papiers/<uuid:pk>/page/<int:number>", papers.picture, name="paper-picture"),
    path("papiers/a-classer/", scans.pile, name="scans"),
    path("papiers/a-classer/<slug:key>/page/<int:number>", scans.picture, name="scan-picture"),
    path("papiers/a-classer/<slug:key>/vignette", scans.thumb, name="scan-thumb"),
    path("personnes/proposees", choosing.offer, name="candidates"),
    path("papiers/<uuid:pk>/aussi/", sharing.share, name="share-paper"),
    path("papiers/<uuid:pk>/prouve/", sharing.prove, name="paper-proves"),
    path("papiers/manquants/", lacking.lacking, name="lacking-papers"),
    path("papiers/ferme", papers.closed, name="no-preview"),
    path("personnes/<uuid:pk>/papiers/ajouter/<slug:key>", papers.draft_thumb, name="draft-thumb"),
]
