"""Every setting, read from the environment: `docs/operations.md` lists them.

`DISCLOSURE_MODE` is `production` unless it says `demo` or `test`. Production has
no default for an address or a secret and refuses to start without them; the demo
makes its own under `var/`.
"""

import os
import secrets
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded, key_store, logs
from config.environment import env, env_bool, env_list

BASE_DIR: Final = Path(__file__).resolve().parent.parent
MODES: Final = ("production", "demo", "test")


MODE: Final = env("DISCLOSURE_MODE", "production")
if MODE not in MODES:
    raise ImproperlyConfigured(
        f"DISCLOSURE_MODE must be one of {', '.join(MODES)}, not {MODE!r}."
    )
PRODUCTION: Final = MODE == "production"
VAR_DIR: Final = Path(env("DISCLOSURE_VAR", str(BASE_DIR / "var"))).resolve()
STATE_DIR: Final = VAR_DIR / MODE
REQUIRED: Final = (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "DATABASE_URL",
    "EMAIL_HOST",
    "DEFAULT_FROM_EMAIL",
    "FILES_DIR",
    "VAULT_ADDR" if env("KEY_STORE_BACKEND", "") == "vault" else "KEY_STORE_DIR",
    "KEY_ENCRYPTION_KEY",
    "BLIND_INDEX_KEY",
    "CHECKPOINT_ORIGIN",
)
if PRODUCTION and (missing := [name for name in REQUIRED if not env(name, "")]):
    raise ImproperlyConfigured(
        f"These settings have no default in production: {', '.join(missing)}. Set each "
        f"in the environment, or <name>_FILE to a file that holds it "
        f"(docs/operations.md). To look around without configuration: make run."
    )


def secret(name: str) -> str:
    """Return a secret: given in production, else made once and kept under `var/`."""
    if PRODUCTION or name in os.environ or f"{name}_FILE" in os.environ:
        return env(name)
    path = STATE_DIR / "secrets" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked: two first starts agree on one value.
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="utf-8")


def state_path(name: str, directory: str) -> Path:
    """Return a directory: named in production, else one under `var/`."""
    return Path(env(name, None if PRODUCTION else str(STATE_DIR / directory)))


# --- Django itself -----------------------------------------------------------

DEBUG = False
SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", "")
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", None if PRODUCTION else "localhost,127.0.0.1,[::1],testserver"
)
BASE_URL = env("BASE_URL", None if PRODUCTION else "http://localhost:8000")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", "")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "disclosure.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "disclosure",
]

MIDDLEWARE = [
    "config.proxies.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "disclosure.middleware.ReaderMiddleware",
    "disclosure.middleware.SecondFactorMiddleware",
    "disclosure.middleware.RefusalMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Where load_demo writes the fictional accounts that run_all shows.
DEMO_LOGINS_FILE: Final = STATE_DIR / "logins.txt"

# --- Database: one database, one role for each duty --------------------------

DATABASE_ALIASES: Final = {
    "default": ("app", "DATABASE_URL"),
    "owner": ("owner", "OWNER_DATABASE_URL"),
    "sequencer": ("sequencer", "SEQUENCER_DATABASE_URL"),
    "auditor": ("auditor", "AUDITOR_DATABASE_URL"),
}
EMBEDDED: Final = not PRODUCTION and "DATABASE_URL" not in os.environ
DATABASE_NAME: Final = (
    "disclosure" if EMBEDDED else dj_database_url.parse(env("DATABASE_URL"))["NAME"]
)
DATABASE_ROLE_PREFIX: Final = env("DATABASE_ROLE_PREFIX", DATABASE_NAME)
DATABASE_ROLES: Final = {
    duty: f"{DATABASE_ROLE_PREFIX}_{duty}" for duty, _url in DATABASE_ALIASES.values()
}
EMBEDDED_CLUSTER: Final = embedded.register(
    embedded.Cluster(
        directory=STATE_DIR / "postgresql",
        roles=DATABASE_ROLES,
        database=DATABASE_NAME if MODE == "demo" else None,
        durable=MODE == "demo",
    )
)


def database(duty: str, variable: str) -> dict[str, Any]:
    """Return the connection of one duty: the given address, or the embedded server.

    Only DATABASE_URL is needed by the web and the workers; a process that never
    migrates, sequences or audits gets no password for that.
    """
    if EMBEDDED:
        connection: dict[str, Any] = {
            "ENGINE": "config.postgresql",
            "NAME": DATABASE_NAME,
            "USER": DATABASE_ROLES[duty],
            "HOST": str(EMBEDDED_CLUSTER.socket_directory),
        }
    else:
        connection = dict(dj_database_url.parse(env(variable, "postgresql:///")))
        connection["NAME"] = connection["NAME"] or DATABASE_NAME
        connection["USER"] = connection["USER"] or DATABASE_ROLES[duty]
    return connection | {
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": int(env("DATABASE_CONN_MAX_AGE", "60")),
        "CONN_HEALTH_CHECKS": True,
        # Nothing that a transaction-pooling PgBouncer would break.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


#: Whether this process may read as the auditor; else it reads as the application.
HAS_AUDITOR_LOGIN: Final = EMBEDDED or "AUDITOR_DATABASE_URL" in os.environ

DATABASES = {alias: database(*what) for alias, what in DATABASE_ALIASES.items()}
DATABASE_ROUTERS = ["config.routers.DutyRouter"]

# Rate limits and codes survive the loss of the broker: they are in PostgreSQL.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "disclosure_cache",
        # Attempts counted and one-time links used must not be forgotten for room.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Broker: a doorbell, never the schedule ----------------------------------

VALKEY_DIR: Final = STATE_DIR / "valkey"
CELERY_BROKER_URL = (
    env("BROKER_URL", "")
    if PRODUCTION
    else env("BROKER_URL", f"redis+socket://{embedded.valkey_socket(VALKEY_DIR)}")
)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task (CELERY_TASK_TIME_LIMIT), or it would run twice.
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_TIMEZONE = "UTC"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
TICK_SECONDS: Final = 5
CELERY_BEAT_SCHEDULE = {
    name: {
        "task": f"disclosure.tasks.{name}",
        "schedule": TICK_SECONDS,
        # A ring that nobody heard in time is replaced by the next one.
        "options": {"expires": TICK_SECONDS},
    }
    for name in ("tick", "relay", "verify")
}
# In memory: what was last rung when is of no interest, the rows say what is due.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

# --- Language and time -------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "disclosure" / "locale"]

# --- Static files ------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(
    env("STATIC_ROOT", str((BASE_DIR if PRODUCTION else STATE_DIR) / "staticfiles"))
)
if not PRODUCTION:
    # The demo serves the files where they lie and collects none; the directory
    # has to be there all the same.
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# --- Sessions, cookies, headers ----------------------------------------------

HTTPS: Final = PRODUCTION
COOKIE_PREFIX: Final = "__Host-" if HTTPS else ""
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_AGE = int(env("SESSION_HOURS", "8")) * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Safe because TrustedProxyMiddleware drops the header unless a proxy we know set it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Addresses or networks of our own proxies; `unix` for a server socket file.
TRUSTED_PROXIES = env_list("TRUSTED_PROXIES", "")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Tabler draws carets and ticks as data: images in its style sheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        **({"upgrade-insecure-requests": True} if HTTPS else {}),
    },
}

# --- Signing in --------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Disclosure Desk"
MFA_ADAPTER = "disclosure.portal.second_factor.MfaAdapter"
ACCOUNT_ADAPTER = "disclosure.portal.account_adapter.AccountAdapter"

# --- Mail: queued as rows, handed over by the relay --------------------------

# `mailbox` keeps messages in the outbox, to be read at /mailbox/ (demo only).
MAIL_TRANSPORT: Final = env("MAIL_TRANSPORT", "smtp" if PRODUCTION else "mailbox")
if MAIL_TRANSPORT not in {"smtp", "mailbox"}:
    raise ImproperlyConfigured("MAIL_TRANSPORT must be smtp or mailbox.")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if MAIL_TRANSPORT == "smtp"
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
EMAIL_HOST = env("EMAIL_HOST", None if MAIL_TRANSPORT == "smtp" else "localhost")
EMAIL_PORT = int(env("EMAIL_PORT", "587"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", None if PRODUCTION else "desk@provider.example"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Uploads, files, keys ----------------------------------------------------

UPLOAD_MAX_BYTES: Final = int(env("UPLOAD_MAX_MEGABYTES", "50")) * 1024 * 1024
# Room for what nobody means to send: it is refused at its field, the rest is kept.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# A request names at most 300 accounts (actions.inputs), four fields each on one page.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILES_DIR: Final = state_path("FILES_DIR", "files")
# host:port or socket path of a ClamAV daemon; without one nothing is scanned.
CLAMD_ADDRESS: Final = env("CLAMD_ADDRESS", "")
# Wrapped keys: outside the database, with backups of their own (docs/operations.md).
KEY_STORE_BACKEND: Final = env("KEY_STORE_BACKEND", "directory")
KEY_STORE_DIR: Final = (
    Path() if KEY_STORE_BACKEND == "vault" else state_path("KEY_STORE_DIR", "keys")
)
# Where KEY_STORE_BACKEND is "vault": keys and what wraps them are in that server.
VAULT = key_store.vault() if KEY_STORE_BACKEND == "vault" else {}
# How long a backup of the key store may live: so long a purge is not yet final.
KEY_BACKUP_DAYS: Final = int(env("KEY_BACKUP_DAYS", "7"))
# Where those backups lie, when this machine can see them: then they are watched.
KEY_BACKUP_DIR: Final = env("KEY_BACKUP_DIR", "")
# Wraps the keys of a directory store, and second factors; earlier ones still unwrap.
KEY_ENCRYPTION_KEY = secret("KEY_ENCRYPTION_KEY")
KEY_ENCRYPTION_KEY_FALLBACKS = env_list("KEY_ENCRYPTION_KEY_FALLBACKS", "")
# Makes the keyed index by which an identifier is found without being stored.
BLIND_INDEX_KEY = secret("BLIND_INDEX_KEY")
# Signs checkpoints; only the sequencer's process needs the file.
CHECKPOINT_KEY_FILE: Final = Path(
    env("CHECKPOINT_KEY_FILE", str(STATE_DIR / "secrets" / "checkpoint.key"))
)
# Public: the keys by which checkpoints are verified, past ones included.
CHECKPOINT_VERIFIER_KEYS_FILE: Final = Path(
    env("CHECKPOINT_VERIFIER_KEYS_FILE", str(STATE_DIR / "checkpoint.vkeys"))
)
# Checkpoints are copied here: best where the database's owner can change nothing.
CHECKPOINT_WITNESS_DIR: Final = Path(
    env("CHECKPOINT_WITNESS_DIR", str(STATE_DIR / "witness"))
)
CHECKPOINT_ORIGIN = env(
    "CHECKPOINT_ORIGIN", None if PRODUCTION else "disclosure-desk.example/demo"
)
# Whom to mail the newest checkpoint now and then: they can prove a rewrite later.
CHECKPOINT_MAIL_TO = env_list("CHECKPOINT_MAIL_TO", "")
CHECKPOINT_MAIL_INTERVAL = float(env("CHECKPOINT_MAIL_HOURS", "24")) * 3600
# A time-stamping authority (RFC 3161), and the PEM file of the roots it is trusted by.
TSA_URL = env("TSA_URL", "")
TSA_CA_FILE = env("TSA_CA_FILE", "")
TSA_INTERVAL = float(env("TSA_HOURS", "1")) * 3600
if TSA_URL and not TSA_CA_FILE:
    raise ImproperlyConfigured("TSA_URL needs TSA_CA_FILE, the roots to trust it by.")

# --- Packages: signature, digests, proofs ------------------------------------

# none, demo, pkcs12, pem, or the dotted path of an adapter (docs/signatures.md).
SIGNATURE_PROVIDER: Final = env("SIGNATURE_PROVIDER", "none" if PRODUCTION else "demo")
SIGNATURE_PKCS12_FILE: Final = env("SIGNATURE_PKCS12_FILE", "")
SIGNATURE_KEY_FILE: Final = env("SIGNATURE_KEY_FILE", "")
SIGNATURE_CERTIFICATE_FILE: Final = env("SIGNATURE_CERTIFICATE_FILE", "")
SIGNATURE_CHAIN_FILE: Final = env("SIGNATURE_CHAIN_FILE", "")
SIGNATURE_PASSWORD: Final = env("SIGNATURE_PASSWORD", "")
SIGNATURE_DEMO_DIR: Final = STATE_DIR / "secrets" / "signing"
PACKAGE_DIGESTS = env_list("PACKAGE_DIGESTS", "sha256")
# Where a package must not be sealed without: a time stamp (once TSA_URL is set), and
# the proof that the log covers it, for which sealing waits so many seconds.
PACKAGE_TIMESTAMP: Final = env("PACKAGE_TIMESTAMP", "required")
PACKAGE_EVIDENCE: Final = env(
    "PACKAGE_EVIDENCE", "required" if PRODUCTION else "optional"
)
PACKAGE_EVIDENCE_SECONDS: Final = float(
    env("PACKAGE_EVIDENCE_SECONDS", {"production": "20", "demo": "5"}.get(MODE, "0"))
)
for name in ("PACKAGE_TIMESTAMP", "PACKAGE_EVIDENCE"):
    if globals()[name] not in {"required", "optional"}:
        raise ImproperlyConfigured(f"{name} must be required or optional.")

# --- Where the user data is --------------------------------------------------

# A TOML file, one table for each service: its connector and the options.
DEMO_HOLDINGS: Final = BASE_DIR / "disclosure" / "holdings" / "demo" / "holdings.toml"
HOLDINGS_CONFIG: Final = Path(
    env("HOLDINGS_CONFIG", "" if PRODUCTION else str(DEMO_HOLDINGS))
)
# What nobody opened: the recipient is reminded after so many days, then the desk told.
UNOPENED_REMIND_DAYS: Final = int(env("UNOPENED_REMIND_DAYS", "3"))
UNOPENED_ALERT_DAYS: Final = int(env("UNOPENED_ALERT_DAYS", "7"))
if not 0 < UNOPENED_REMIND_DAYS < UNOPENED_ALERT_DAYS:
    raise ImproperlyConfigured(
        "UNOPENED_REMIND_DAYS must be at least 1 and less than UNOPENED_ALERT_DAYS: "
        "the recipient is reminded before the desk is told."
    )
#: Days before needed data expires on which preserving it is proposed.
PRESERVATION_LEAD_DAYS: Final = int(env("PRESERVATION_LEAD_DAYS", "15"))
#: Years a closed request's papers are kept. A site's own choice, never below what law
#: demands of records of processing (PIPL art. 56: three years). Five by default: the
#: three count from the last processing, which comes after the closing, and whoever was
#: harmed may sue for three years from learning of it (Civil Code art. 188).
RECORD_RETENTION_YEARS: Final = int(env("RECORD_RETENTION_YEARS", "5"))
if not 3 <= RECORD_RETENTION_YEARS <= 100:
    raise ImproperlyConfigured(
        "RECORD_RETENTION_YEARS must be between 3 and 100: the law asks for three "
        "years at least."
    )
#: Years what people wrote about an incident is kept after its closing; the same bounds.
INCIDENT_RETENTION_YEARS: Final = int(
    env("INCIDENT_RETENTION_YEARS", str(RECORD_RETENTION_YEARS))
)
if not 3 <= INCIDENT_RETENTION_YEARS <= 100:
    raise ImproperlyConfigured(
        "INCIDENT_RETENTION_YEARS must be between 3 and 100: whoever was harmed may "
        "sue for three years."
    )
HOLDINGS_CONNECTORS: dict[str, Any] = (
    tomllib.loads(HOLDINGS_CONFIG.read_text(encoding="utf-8"))
    if HOLDINGS_CONFIG.is_file()
    else {}
)

# --- Log lines: no personal data ---------------------------------------------

LOG_FORMAT: Final = env("LOG_FORMAT", "json" if PRODUCTION else "console")
LOGGING_CONFIG = None
logs.configure(as_json=LOG_FORMAT == "json", level=env("LOG_LEVEL", "INFO"))
