"""Packs as a Django application."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Countries as data."""

    name = "baarada.packs"
    label = "packs"
