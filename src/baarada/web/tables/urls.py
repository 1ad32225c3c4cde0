"""Addresses of lists coming in and going out."""

from django.urls import path

from baarada.web.tables import asked, exports, imports, wizard

urlpatterns = [
    path("imports/", imports.imports, name="imports"),
    path("imports/modele/<slug:kind>/", imports.model_file, name="import-model"),
    path("imports/retenu/", asked.remembered, name="import-remembered"),
    path("imports/retenu/oublier/", asked.forget, name="import-forget"),
    path("imports/<uuid:pk>/", wizard.show, name="import"),
    path("imports/<uuid:pk>/feuilles/", wizard.sheets_of, name="import-sheets"),
    path("imports/<uuid:pk>/mots/", wizard.words_of, name="import-words"),
    path("imports/<uuid:pk>/colonnes/", wizard.columns_of, name="import-columns"),
    path("imports/<uuid:pk>/lignes/<slug:sort>/", wizard.rows_of, name="import-rows"),
    path("imports/<uuid:pk>/doutes/", wizard.doubts, name="import-doubts"),
    path("imports/<uuid:pk>/reponse/", wizard.option, name="import-option"),
    path("imports/<uuid:pk>/dehors/<slug:form>/", wizard.outside, name="import-outside"),
    path("imports/<uuid:pk>/importer/", wizard.write, name="import-write"),
    path("imports/<uuid:pk>/arreter/", wizard.stop, name="import-stop"),
    path("imports/<uuid:pk>/reprendre/", wizard.resume, name="import-resume"),
    path("imports/<uuid:pk>/defaire/", wizard.undo, name="import-undo"),
    path("imports/<uuid:pk>/abandonner/", wizard.drop, name="import-drop"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<slug:kind>/", exports.export, name="export"),
    path("exports/listes/<uuid:pk>/", exports.written, name="export-job"),
    path("exports/listes/<uuid:pk>/fichier/", exports.fetch, name="export-file"),
    path("exports/listes/<uuid:pk>/arreter/", exports.stop, name="export-stop"),
    path("exports/listes/<uuid:pk>/retirer/", exports.drop, name="export-drop"),
]
