"""Writes the reference: ``./run reference``. ``./run test`` asks only whether it is current (``--check``)."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ.update(BAARADA_LANGUAGE="en", COLUMNS="100")

import django

django.setup()

from tests.reference.pages import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
