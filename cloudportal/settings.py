"""Everything that may differ between two installations, read from the environment (docs/configuration.md)."""

from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet

from cloudportal import environment

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(environment.text("PORTAL_STATE", str(BASE_DIR / "var"))).resolve()
STATE_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = environment.flag("PORTAL_DEBUG")
SECRET_KEY = environment.kept_secret("PORTAL_SECRET_KEY", STATE_DIR / "secrets" / "secret-key")
# Newest first: the first key encrypts, every key decrypts (docs/configuration.md, "Rotating keys").
ENCRYPTION_KEYS = environment.kept_secret(
    "PORTAL_ENCRYPTION_KEYS",
    STATE_DIR / "secrets" / "encryption-keys",
    make=lambda: Fernet.generate_key().decode(),
).split(",")
ALLOWED_HOSTS = environment.words("PORTAL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
# Only these peers may say whom they speak for in X-Forwarded-For; by default nobody.
TRUSTED_PROXIES = environment.words("PORTAL_TRUSTED_PROXIES")
PORTAL_URL = environment.text("PORTAL_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "cloudportal.administration.apps.PortalAdminConfig",
    "rest_framework",
    "drf_spectacular",
    "axes",
    "cloudportal.jobs",
    "cloudportal.events",
    "cloudportal.api",
    "cloudportal.portal",
    "cloudportal.demo",
    "tenants",
    "compute.topology",
    "storage",
    "networking",
    "compute",
    "usage",
]

MIDDLEWARE = [
    "cloudportal.api.middleware.JsonRefusals",
    "django.middleware.security.SecurityMiddleware",
    "cloudportal.portal.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tenants.authentication.CallerMiddleware",
    "cloudportal.portal.middleware.Theme",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "cloudportal.urls"
WSGI_APPLICATION = "cloudportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "cloudportal.portal.loaders.Cached",
                    [
                        "cloudportal.portal.loaders.ThemeFiles",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cloudportal.portal.context.portal",
            ],
        },
    },
]

DATABASES = {
    "default": environment.database(
        environment.text("PORTAL_DATABASE", f"sqlite:///{STATE_DIR / 'portal.sqlite3'}"),
        environment.secret("PORTAL_DATABASE_PASSWORD"),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "tenants.authentication.LocalPasswords",
    "tenants.directory.backend.DirectoryPasswords",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "portal:sign-in"
CSRF_FAILURE_VIEW = "cloudportal.portal.errors.form_expired"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = environment.flag("PORTAL_SECURE_COOKIES")
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

# Failed tries under one name from one address, and of all names from one address, within the cool-off time.
AXES_FAILURE_LIMIT = environment.number("PORTAL_SIGN_IN_TRIES", 5)
SIGN_IN_ADDRESS_TRIES = environment.number("PORTAL_SIGN_IN_ADDRESS_TRIES", 50)
AXES_COOLOFF_TIME = timedelta(minutes=15)
# A try during the lock-out does not prolong it, so that the wait that people are told is true.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HANDLER = "tenants.throttling.FailedTries"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_USERNAME_CALLABLE = "tenants.throttling.key_of"
AXES_CLIENT_IP_CALLABLE = "tenants.addresses.throttled_address"
AXES_LOCKOUT_CALLABLE = "tenants.throttling.keep_response"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# A refused sign-in is answered at the next multiple of this time, so that the clock tells nothing about why.
SIGN_IN_REFUSAL_SECONDS = environment.number("PORTAL_SIGN_IN_REFUSAL_MILLISECONDS", 500) / 1000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.api.authentication.ApiKeyAuthentication",
        "tenants.api.authentication.TokenAuthentication",
        "tenants.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["cloudportal.api.permissions.IsSignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cloudportal.api.parsing.BoundedJson"],
    "DEFAULT_PAGINATION_CLASS": "cloudportal.api.pagination.CappedPages",
    "DEFAULT_SCHEMA_CLASS": "cloudportal.api.schema.PortalSchema",
    "EXCEPTION_HANDLER": "cloudportal.api.errors.answer",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
}
API_BODY_BYTES = 1024 * 1024
# Makes of a caller and the uuid in X-Project the caller inside that project.
API_PROJECT_CALLER = "tenants.api.projects.in_project"
SPECTACULAR_SETTINGS = {
    "TITLE": "Cloud portal",
    "DESCRIPTION": "Everything that the portal can do.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Each field carries its own words; shared names for equal lists would change whenever one of them does.
    "POSTPROCESSING_HOOKS": [],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "apiKey": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`ApiKey <key>:<secret>`",
            },
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        }
    },
}

CELERY_BROKER = environment.text("PORTAL_BROKER", f"filesystem://{STATE_DIR / 'broker'}")
JOB_LEASE_SECONDS = environment.number("PORTAL_JOB_LEASE_SECONDS", 60)
# Claims of one step without progress, after which a job turns back through its undo.
JOB_ATTEMPTS = 5
# Tries of one step whose outcome the driver could not tell, with growing pauses (1, 2, 4 … seconds).
JOB_STEP_TRIES = environment.number("PORTAL_JOB_STEP_TRIES", 6)
# Called with (job, step name, point, direction) around each effect; the fault walk kills the worker there.
JOB_CHECKPOINT: str | None = environment.text("PORTAL_JOB_CHECKPOINT") or None

# Themes by the host name asked for, as in `cloud.example.org=harbour`; a domain's own comes first.
THEME_HOSTS = environment.words("PORTAL_THEME_HOSTS")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STATE_DIR / "static"
WHITENOISE_USE_FINDERS = True

# Modules whose classes may weigh hosts. Named here and not in the portal, for loading a module runs it.
PLACEMENT_MODULES = environment.words("PORTAL_PLACEMENT_MODULES")

EMAIL_BACKEND = environment.text("PORTAL_MAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = environment.text("PORTAL_MAIL_HOST", "localhost")
EMAIL_PORT = environment.number("PORTAL_MAIL_PORT", 25)
DEFAULT_FROM_EMAIL = environment.text("PORTAL_MAIL_FROM", "cloud portal <portal@localhost>")

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

SILENCED_SYSTEM_CHECKS = [
    # A user name is unique in its domain, not in the world; our backends always ask for both.
    "auth.W004",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # The mail's link to an invitation holds the token that accepts it, a download's the one that opens it.
    "filters": {
        "secret_paths": {
            "()": "cloudportal.core.logs.SecretPaths",
            "pattern": r"(/invitations/|/transfers/downloads/[0-9a-f-]+/)[^/?#]+",
        }
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("PORTAL_LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        # One level down they write the headers of every websocket: sessions' cookies and consoles' tickets.
        "uvicorn": {"level": "INFO"},
        "websockets": {"level": "INFO"},
        "django.request": {"filters": ["secret_paths"]},
        "django.security.csrf": {"filters": ["secret_paths"]},
    },
}
