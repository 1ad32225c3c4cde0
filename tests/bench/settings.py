"""The program's settings, with a database for floors beside the register's and a page to hold pages against."""

from typing import Any

from baarada.settings import *  # noqa: F403
from baarada.settings import CONFIG, DATABASES

_register: dict[str, Any] = DATABASES["default"]
_name = str(CONFIG.home / "floor.sqlite3") if CONFIG.is_sqlite else f"{_register['NAME']}_floor"
DATABASES["floor"] = {**_register, "NAME": _name}
ROOT_URLCONF = "tests.bench.urls"
