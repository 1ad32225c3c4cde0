"""Addresses of pages: in French, as people read them aloud; each folder has its own list."""

from django.urls import include, path

PAGES = [
    path("", include("baarada.web.desk.urls")),
    path("", include("baarada.web.people.urls")),
    path("", include("baarada.web.places.urls")),
    path("", include("baarada.web.figures.urls")),
    path("", include("baarada.web.tables.urls")),
    path("listes/", include("baarada.web.lists.urls")),
    path("", include("baarada.web.rows.urls")),
    path("fiches/", include("baarada.web.records.urls")),
]
urlpatterns = [path("", include((PAGES, "web")))]

handler400 = "baarada.web.errors.bad_request"
handler403 = "baarada.web.errors.forbidden"
handler404 = "baarada.web.errors.not_found"
handler500 = "baarada.web.errors.failed"
