"""Addresses of lists over the whole register."""

from django.urls import path

from baarada.web.rows import views

urlpatterns = [
    path("absences/", views.rows, {"word": "absences"}, name="absences"),
    path("departs/", views.rows, {"word": "exits"}, name="exits"),
    path("sanctions/", views.rows, {"word": "acts"}, name="acts-of-staff"),
    path("diplomes/", views.rows, {"word": "diplomas"}, name="diplomas"),
    path("licences/", views.rows, {"word": "licences"}, name="licences"),
    path("postes/", views.rows, {"word": "posts"}, name="all-posts"),
    path("populations/", views.rows, {"word": "populations"}, name="populations"),
]
