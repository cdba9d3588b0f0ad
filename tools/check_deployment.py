"""Runs Django's deployment checks on the settings that production would have.

The values are made up on the spot; what is under test is everything that the
settings file decides by itself. Any warning fails.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def production_environment(state: Path) -> dict[str, str]:
    """Return a complete production configuration whose paths lie below `state`."""
    key_store = state / "keys"
    key_store.mkdir(mode=0o700)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "DISCLOSURE_VAR": str(state / "var"),
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "desk.example.com",
        "BASE_URL": "https://desk.example.com",
        "DATABASE_URL": "postgresql://disclosure_app@db.example.com/disclosure",
        "BROKER_URL": "rediss://broker.example.com/0",
        "EMAIL_HOST": "mail.example.com",
        "DEFAULT_FROM_EMAIL": "desk@example.com",
        "FILES_DIR": str(state / "files"),
        "KEY_STORE_DIR": str(key_store),
        "KEY_ENCRYPTION_KEY": secrets.token_urlsafe(48),
        "BLIND_INDEX_KEY": secrets.token_urlsafe(48),
        "CHECKPOINT_ORIGIN": "desk.example.com/log",
    }


def main() -> int:
    """Return Django's exit code."""
    with tempfile.TemporaryDirectory() as state:
        return subprocess.run(
            [
                *(sys.executable, "manage.py", "check", "--deploy"),
                *("--fail-level", "WARNING"),
            ],
            check=False,
            cwd=ROOT,
            env=production_environment(Path(state)),
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
