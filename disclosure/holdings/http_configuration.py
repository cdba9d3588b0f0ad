"""The configuration file of an HTTP connector, as a frozen dataclass.

What each key means stands in `docs/holdings.md`. One origin is configured and no other
is ever spoken to; only https, with the other end's certificate checked, except on the
loopback address in the demo and in tests.
"""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from disclosure.domain.strict_toml import Table
from disclosure.holdings.configuration import (
    ConfigurationProblem,
    Source,
    open_file,
    seconds,
    source,
    whole_number,
)

_KEYS: Final = (
    *("base_url", "base_url_env", "base_url_file", "token_env", "token_file"),
    *("client_certificate", "client_key", "client_key_password_env"),
    *("client_key_password_file", "ca_file", "connect_timeout_seconds"),
    *("read_timeout_seconds", "total_timeout_seconds", "most_megabytes", "attempts"),
    *("circuit_failures", "circuit_seconds", "one_field_at_a_time"),
)
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
#: RFC 6750: what a bearer token may be written with.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class HttpConfiguration:
    """One origin, how we prove who we are, and how long we wait."""

    base_url: Source | str
    token: Source | None
    client_certificate: Path | None
    client_key: Path | None
    client_key_password: Source | None
    ca_file: Path | None
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    most_bytes: int
    attempts: int
    circuit_failures: int
    circuit_seconds: float
    one_field_at_a_time: bool

    def origin(self) -> SplitResult:
        """Return the address every verb is appended to. Raises ConfigurationProblem."""
        if isinstance(self.base_url, str):
            return checked_url("base_url", self.base_url)
        return checked_url(self.base_url.place, self.base_url.read())

    def bearer(self) -> str | None:
        """Return the token, None where a certificate alone is used.

        Raises ConfigurationProblem, which never repeats it.
        """
        if self.token is None:
            return None
        token = self.token.read()
        if not _TOKEN.fullmatch(token):
            raise ConfigurationProblem(f"{self.token.place} holds no bearer token")
        return token

    def tls(self) -> ssl.SSLContext:
        """Return how certificates are checked and ours is shown.

        Raises ConfigurationProblem for a file that cannot be used.
        """
        try:
            context = ssl.create_default_context(
                cafile=str(self.ca_file) if self.ca_file else None
            )
        except (OSError, ssl.SSLError):
            raise ConfigurationProblem(
                f"ca_file: {self.ca_file} holds no certificates"
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.client_certificate is not None:
            # An empty password: an encrypted key fails instead of asking a terminal.
            password = self.client_key_password
            try:
                context.load_cert_chain(
                    self.client_certificate,
                    self.client_key,
                    password.read() if password else "",
                )
            except (OSError, ssl.SSLError):
                raise ConfigurationProblem(
                    f"client_certificate: {self.client_certificate} and its key "
                    "cannot be used"
                ) from None
        return context


def load(path: str | Path) -> HttpConfiguration:
    """Read and check the file. Raises ConfigurationProblem naming the key at fault."""
    table = open_file(path, _KEYS)
    folder = Path(settings.BASE_DIR, path).parent
    configuration = HttpConfiguration(
        base_url=_base_url(table),
        token=source(table, "token"),
        client_certificate=_file(table, "client_certificate", folder),
        client_key=_file(table, "client_key", folder),
        client_key_password=source(table, "client_key_password"),
        ca_file=_file(table, "ca_file", folder),
        connect_timeout=seconds(table, "connect_timeout_seconds", 3),
        read_timeout=seconds(table, "read_timeout_seconds", 10),
        total_timeout=seconds(table, "total_timeout_seconds", 20),
        most_bytes=whole_number(table, "most_megabytes", 5, most=100) * 1024**2,
        attempts=whole_number(table, "attempts", 3, most=10),
        circuit_failures=whole_number(table, "circuit_failures", 5, most=100),
        circuit_seconds=seconds(table, "circuit_seconds", 60),
        one_field_at_a_time=table.boolean("one_field_at_a_time") or False,
    )
    _require_whole(table, configuration)
    return configuration


def checked_url(place: str, url: str) -> SplitResult:
    """Return the parts of an origin's address; `place` is named when it is none."""
    try:
        parts = urlsplit(url.strip().rstrip("/"))
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigurationProblem(f"{place} holds no web address") from None
    local = settings.MODE in {"demo", "test"} and host in LOOPBACK
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise ConfigurationProblem(f"{place} must begin with https:// and a host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationProblem(
            f"{place} must hold no login, query or fragment: https://host/path"
        )
    return parts


def _base_url(table: Table) -> Source | str:
    inline, elsewhere = table.text("base_url"), source(table, "base_url")
    if inline and elsewhere:
        raise table.error("base_url", "stands in two places; keep one.")
    if inline:
        checked_url("base_url", inline)
        return inline
    return table.required("base_url", elsewhere)


def _file(table: Table, key: str, folder: Path) -> Path | None:
    name = table.text(key)
    if name is None:
        return None
    path = folder / name
    if not path.is_file():
        raise table.error(key, f"names {path}, which is no file.")
    return path


def _require_whole(table: Table, made: HttpConfiguration) -> None:
    """Refuse parts that do not go together, and a connector nobody can recognise."""
    if made.token is None and made.client_certificate is None:
        raise table.error(
            "token_env",
            "is missing: give a bearer token, a client certificate or both.",
        )
    if made.client_key and made.client_certificate is None:
        raise table.error("client_certificate", "is missing beside client_key.")
    if made.total_timeout < max(made.connect_timeout, made.read_timeout):
        raise table.error(
            "total_timeout_seconds", "must not be shorter than the other limits."
        )
    for key, value in (
        ("attempts", made.attempts),
        ("circuit_failures", made.circuit_failures),
        ("most_megabytes", made.most_bytes),
    ):
        if not value:
            raise table.error(key, "must be 1 or more.")
