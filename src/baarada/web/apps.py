"""Screens as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Screens."""

    name = "baarada.web"
    label = "web"
