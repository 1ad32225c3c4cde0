"""Django's settings, made from ``config``."""

from pathlib import Path
from typing import Any

from baarada import config, logs, sqlite
from baarada.kernel.ids import wall_ms

sqlite.install()

CONFIG = config.read()
config.refuse_folder(CONFIG)
BAARADA_WALL_MS = wall_ms
"""The clock of the whole program, in milliseconds. Tests put another in its place."""

PACKAGE = Path(__file__).parent
DEBUG = CONFIG.debug
ALLOWED_HOSTS = CONFIG.hosts
ROOT_URLCONF = "baarada.web.urls"
WSGI_APPLICATION = "baarada.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.SignIn"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "baarada.journal",
    "baarada.registry",
    "baarada.accounts",
    "baarada.packs",
    "baarada.indicators",
    "baarada.interop",
    "baarada.upkeep",
    "baarada.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "baarada.web.middleware.ActorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            # The parts of a page, then the languages, then the folders of the rooms.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        ("baarada.web.loader.Loader", ["django.template.loaders.app_directories.Loader"]),
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "baarada.web.frame.context",
            ],
        },
    }
]


KEPT_OPEN_SECONDS = 60
"""How long a thread keeps its connection."""


def _database(found: dict[str, Any]) -> dict[str, Any]:
    if found["ENGINE"].endswith("sqlite3"):
        options = {
            "init_command": sqlite.init_command(),
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
        }
        # Opening a file anew for each page would take a third of the page, and write its log out each time.
        return found | {"OPTIONS": options, "CONN_MAX_AGE": KEPT_OPEN_SECONDS}
    return found | {"CONN_MAX_AGE": KEPT_OPEN_SECONDS, "CONN_HEALTH_CHECKS": True}


DATABASES = {
    "default": _database(CONFIG.database),
    # The queue has its own file: a worker that polls never holds the register, and a lost queue loses nothing.
    "queue": _database({"ENGINE": "django.db.backends.sqlite3", "NAME": str(CONFIG.home / "queue.sqlite3")}),
}
DATABASE_ROUTERS = ["baarada.routers.QueueRouter"]

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "OPTIONS": {"database": "queue"},
    }
}

# Who signs in
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:sign-in"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
CSRF_FAILURE_VIEW = "baarada.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = False
if CONFIG.https:
    # Browsers speak HTTPS to a server in front, which says so to this one; without it no form would be taken.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in CONFIG.hosts]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}


def _secret_key() -> str:
    """The key of sessions and page tokens, made once and kept with the other secrets of this machine."""
    path = CONFIG.keys / "secret.key"
    if not path.exists():
        from django.core.management.utils import get_random_secret_key

        config.keep_private(path, get_random_secret_key().encode())
    return path.read_text(encoding="utf-8").strip()


SECRET_KEY = _secret_key()

# Language, time
LANGUAGE_CODE = CONFIG.language
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = CONFIG.time_zone
FORMAT_MODULE_PATH = ["baarada.formats"]

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "web" / "built"]
STATIC_ROOT = PACKAGE / "web" / "collected"
_BUILT = not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _BUILT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
"""Names with a hash of the content are kept by browsers for ever; a name without one, for a minute."""
WHITENOISE_USE_FINDERS = not _BUILT
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MAX_AGE = 60
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
BAARADA_LARGEST_UPLOAD = 40_000_000

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = logs.configuration(CONFIG.log_level)
