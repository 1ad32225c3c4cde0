"""The project for a WSGI server."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.admin.settings"

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

application = get_wsgi_application()
assert get_resolver().url_patterns
