"""The web application, for a WSGI server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baarada.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from baarada import serving

serving.end_with_parent()
application = get_wsgi_application()
# The pages are read now: what is wrong with them shows at the start, and the first visitor does not wait.
assert get_resolver().url_patterns
