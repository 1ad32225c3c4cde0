"""The one application of the project beside ours."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "tests.bench.admin"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"
