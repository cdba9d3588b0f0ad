"""Reading a connector's own configuration file: strictly, and without its secrets.

Each service that a program asks has a TOML file. It holds everything but secrets: of
those it holds where they are, `<name>_env` for an environment variable or
`<name>_file` for a file. What is wrong is named by the key at fault; no value that
could be a secret is ever repeated. A relative path starts at the directory of the
file that names it, a relative `<name>_file` at the directory of the running system's
state.
"""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from disclosure.domain.strict_toml import Table

#: Longest time, in seconds, a person is left waiting for another system.
MOST_SECONDS = 120


class ConfigurationProblem(ValueError):
    """What is wrong with a connector's configuration; the message holds no secret."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a secret is; the secret itself is read when it is used, and not kept."""

    place: str
    is_file: bool

    def read(self) -> str:
        """Return the secret. Raises ConfigurationProblem, naming the place alone."""
        if not self.is_file:
            value = os.environ.get(self.place, "")
            if not value:
                raise ConfigurationProblem(
                    f"the environment variable {self.place} is not set"
                )
            return value
        path = Path(settings.STATE_DIR, self.place)
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            value = ""
        if not value:
            raise ConfigurationProblem(f"the file {path} cannot be read, or is empty")
        return value


def failure(key: str, problem: str, nearest: str | None = None) -> ConfigurationProblem:
    """Return the problem of one key, with the known key most like it."""
    hint = f" Did you mean {nearest!r}?" if nearest else ""
    return ConfigurationProblem(f"{key}: {problem}{hint}")


def open_file(path: str | Path, known: Sequence[str]) -> Table:
    """Return the file's table, of which every key must be known.

    A relative path starts at the project's directory. Raises ConfigurationProblem.
    """
    place = Path(settings.BASE_DIR, path)
    try:
        values = tomllib.loads(place.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        problem = f"the file {place} cannot be read"
    except tomllib.TOMLDecodeError as broken:
        # Its text says line and column and quotes single characters at most.
        problem = f"the file {place} is not TOML: {broken}"
    else:
        return Table(values, "", known, failure)
    raise ConfigurationProblem(problem)


def source(table: Table, name: str) -> Source | None:
    """Return where the secret `name` is; None when the table does not say.

    Raises ConfigurationProblem when it says two places.
    """
    variable, path = table.text(f"{name}_env"), table.text(f"{name}_file")
    if variable and path:
        raise table.error(f"{name}_file", f"stands beside {name}_env; keep one.")
    if variable:
        return Source(variable, is_file=False)
    return Source(path, is_file=True) if path else None


def required_source(table: Table, name: str) -> Source:
    """Return where the secret `name` is. Raises ConfigurationProblem without one."""
    found = source(table, name)
    if found is None:
        raise table.error(
            f"{name}_env",
            f"is missing: name the environment variable, or with {name}_file the "
            "file, that holds it.",
        )
    return found


def seconds(table: Table, key: str, default: float) -> float:
    """Return a time limit in seconds, above 0 and at most `MOST_SECONDS`."""
    value = table.values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise table.error(key, "must be a number of seconds.")
    if not 0 < value <= MOST_SECONDS:
        raise table.error(key, f"must lie above 0 and be {MOST_SECONDS} at most.")
    return float(value)


def whole_number(table: Table, key: str, default: int, *, most: int) -> int:
    """Return a whole number from 0 to `most`."""
    value = table.values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise table.error(key, "must be a whole number.")
    if not 0 <= value <= most:
        raise table.error(key, f"must be a number from 0 to {most}.")
    return value
