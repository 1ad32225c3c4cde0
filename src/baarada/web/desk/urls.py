"""Addresses of the desk: sign-in, home, decisions, acts, about."""

from django.urls import path

from baarada.web.desk import about, acts, decisions, sign_in, texts, views

urlpatterns = [
    path("", views.home, name="home"),
    path("connexion/", sign_in.sign_in, name="sign-in"),
    path("deconnexion/", sign_in.sign_out, name="sign-out"),
    path("moi/", sign_in.me, name="me"),
    path("plus/", views.more, name="more"),
    path("composants/", views.components, name="components"),
    path("a-propos/", about.about, name="about"),
    path("a-propos/heure/", about.confirm_clock, name="confirm-clock"),
    path("a-propos/sauvegarder/", about.back_up, name="back-up"),
    path("a-propos/verifier/", about.verify, name="verify"),
    path("decisions/", decisions.queue, name="decisions"),
    path("decisions/autres/", decisions.settle_others, name="settle-others"),
    path("decisions/<uuid:pk>/<int:unit>/", decisions.decision, name="decision"),
    path("textes/", texts.texts, name="texts"),
    path("textes/ajouter/", texts.add, name="add-text"),
    path("actes/", acts.acts, name="acts"),
    path("actes/<uuid:pk>/", acts.act, name="act"),
    path("actes/<uuid:pk>/defaire/", acts.undo, name="undo"),
]
