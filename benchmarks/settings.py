"""The demo's settings with the packages that are measured beside our trail."""

from config.settings import *  # noqa: F403 -- everything as it is
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "auditlog",
    "simple_history",
    "pgtrigger",
    "pghistory",
    "benchmarks.cases",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
