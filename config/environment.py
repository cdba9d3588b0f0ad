"""Reading the environment: every setting comes through here."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env(name: str, default: str | None = None) -> str:
    """Return a setting from the environment, or from the file `<name>_FILE` names.

    Raises `ImproperlyConfigured` when there is neither a value nor a default.
    """
    if value := os.environ.get(name, ""):
        return value
    if path := os.environ.get(f"{name}_FILE", ""):
        return Path(path).read_text(encoding="utf-8").strip()
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return default


def env_list(name: str, default: str | None = None) -> list[str]:
    """Return a comma-separated setting as a list without empty parts."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


def env_bool(name: str, *, default: bool) -> bool:
    """Return a yes/no setting. Raises `ImproperlyConfigured` on any other word."""
    value = env(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "true", "false", "1", "0"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}.")
    return value in {"yes", "true", "1"}
