"""Figures as a Django application."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Counts and densities."""

    name = "baarada.indicators"
    label = "indicators"
