"""Settings of the tests: the program's, with invented records, a folder of their own, and fast passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_home = os.environ.get("BAARADA_TEST_HOME") or ""
if not _home:
    _home = tempfile.mkdtemp(prefix="baarada-test-")
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["BAARADA_HOME"] = _home
if os.environ.get("BAARADA_TEST_DATABASE"):
    os.environ["BAARADA_DATABASE"] = os.environ["BAARADA_TEST_DATABASE"]

from baarada.settings import *  # noqa: E402, F403
from baarada.settings import DATABASES, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, "tests.invented"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TIME_ZONE = "Asia/Kathmandu"
TEST_HOME = Path(_home)
for _options in DATABASES.values():
    if _options["ENGINE"].endswith("sqlite3"):
        _options.setdefault("TEST", {})["NAME"] = None
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
