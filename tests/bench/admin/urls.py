"""The admin, and nothing else."""

from django.urls import path

from tests.bench.admin.site import site

urlpatterns = [path("admin/", site.urls)]
