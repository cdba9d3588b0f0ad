"""Keeps the translations complete: `update` collects and compiles, `check` judges.

The compiled catalogue is part of the repository, because the demo has to run on a
machine without gettext. `check` fails on a text that is not collected, not
translated or marked fuzzy, and on a compiled catalogue that is not up to date.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCALE = "zh_Hans"
CATALOGUE = ROOT / "disclosure" / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
VOLATILE = re.compile(r'^"(POT-Creation-Date|PO-Revision-Date|X-Generator):.*\n', re.M)


def collect() -> None:
    """Bring the catalogue up to date with the code and the templates."""
    subprocess.run(
        [
            *(sys.executable, "manage.py", "makemessages", "--locale", LOCALE),
            *("--no-location", "--no-obsolete", "--no-wrap", "--verbosity", "0"),
            *("--ignore", "var/*", "--ignore", ".venv/*", "--ignore", "tests/*"),
        ],
        check=True,
        cwd=ROOT,
        env={**os.environ, "DISCLOSURE_MODE": "demo", "DISCLOSURE_VAR": "var/check"},
    )


def compiled(source: Path) -> bytes:
    """Return the compiled form of a catalogue; msgfmt checks its placeholders."""
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / "django.mo"
        subprocess.run(
            ["msgfmt", "--check", "--output-file", target, source], check=True
        )
        return target.read_bytes()


def incomplete(source: Path) -> str:
    """Return msgfmt's count of what is fuzzy or untranslated; empty when nothing."""
    counted = subprocess.run(
        ["msgfmt", "--statistics", "--output-file", os.devnull, source],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stderr.strip()
    return counted if re.search("fuzzy|untranslated", counted) else ""


def update() -> int:
    """Collect, then compile."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    collect()
    COMPILED.write_bytes(compiled(CATALOGUE))
    print(incomplete(CATALOGUE) or "Every text is translated.")
    return 0


def check() -> int:
    """Return 0 when the catalogue is complete; leave the files as they are."""
    if not CATALOGUE.exists() or not COMPILED.exists():
        print("There is no catalogue yet: make messages")
        return 1
    before = CATALOGUE.read_text(encoding="utf-8")
    try:
        collect()
        after = CATALOGUE.read_text(encoding="utf-8")
    finally:
        CATALOGUE.write_text(before, encoding="utf-8")
    problems = []
    if VOLATILE.sub("", before) != VOLATILE.sub("", after):
        problems.append("Texts changed since they were collected: make messages")
    if missing := incomplete(CATALOGUE):
        problems.append(f"The translation is not complete: {missing}")
    if COMPILED.read_bytes() != compiled(CATALOGUE):
        problems.append("The compiled catalogue is not up to date: make messages")
    print("\n".join(problems) or "Every text is translated.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1]]())
