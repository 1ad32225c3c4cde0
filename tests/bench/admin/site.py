"""The admin of these people: searched by name, telephone and number; a file with its rows below.

Nothing is left slow on purpose.
"""

from django.contrib import admin

from tests.bench.admin import models

site = admin.AdminSite()


class _Rows(admin.TabularInline):
    extra = 0
    autocomplete_fields = ()


def _rows(of: type, *choices: str) -> type[_Rows]:
    return type(f"{of.__name__}Rows", (_Rows,), {"model": of, "autocomplete_fields": choices})


class PersonAdmin(admin.ModelAdmin):
    list_display = ("family_name", "given_names", "sex", "born", "cadre", "facility")
    list_filter = ("sex", "cadre")
    list_per_page = 25
    list_select_related = ("cadre", "facility")
    # Counting all people beside each search would be a second scan.
    show_full_result_count = False
    search_fields = ("family_name", "given_names", "phone", "identifiers__number")
    autocomplete_fields = ("cadre", "facility")
    inlines = (
        _rows(models.Identifier), _rows(models.Posting, "facility", "cadre"), _rows(models.Employment),
        _rows(models.Qualification), _rows(models.Licence), _rows(models.Absence),
    )  # fmt: skip


class NamedAdmin(admin.ModelAdmin):
    search_fields = ("code", "name")


site.register(models.Person, PersonAdmin)
site.register([models.Facility, models.Cadre], NamedAdmin)
