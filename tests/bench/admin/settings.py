"""A plain Django project, as it is started; its database beside the register's, of the same kind and as safe."""

from tests.bench.settings import DATABASES as _OURS

_register = _OURS["default"]
_is_sqlite = _register["ENGINE"].endswith("sqlite3")
# How long a connection is kept is left as Django has it where nobody says otherwise.
_beside = {key: value for key, value in _OURS["floor"].items() if not key.startswith("CONN_")}
DATABASES = {
    "default": _beside | {"NAME": f"{_beside['NAME']}.admin"} if _is_sqlite else _beside,
    "register": _register,
}
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "tests.bench.admin.apps.StaffConfig",
]  # fmt: skip
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]  # fmt: skip
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]  # fmt: skip
SECRET_KEY = "only-measured"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
STATIC_URL = "/static/"
ROOT_URLCONF = "tests.bench.admin.urls"
USE_TZ = True
LANGUAGE_CODE = "fr"
