"""Doors to others as a Django application."""

from django.apps import AppConfig


class InteropConfig(AppConfig):
    """Files in and out."""

    name = "baarada.interop"
    label = "interop"
