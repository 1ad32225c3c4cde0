"""Packs as a Django application."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Lets the rooms below know how names are spelt and telephones written in this country."""

    name = "baarada.packs"
    label = "packs"

    def ready(self) -> None:
        from baarada.packs import country

        country.settle_in()
