"""Upkeep as a Django application."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Setting up, backups, the demonstration."""

    name = "baarada.upkeep"
    label = "upkeep"
