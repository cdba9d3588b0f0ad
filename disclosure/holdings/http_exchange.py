"""One question over HTTP and its answer: bounded in time and size, or an error.

httpcore is spoken to directly: it follows no redirect, reads no proxy from the
environment, keeps no cookie. Its network is wrapped, so that the time for a whole
exchange ends it even when bytes keep dripping in, headers and handshake included.
Connections are not kept. Neither bodies nor headers are ever logged.
"""

import json
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Final

import httpcore

from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorFault,
    ConnectorRedirected,
    ConnectorTimeout,
    ConnectorTooLarge,
    ConnectorUnavailable,
    CredentialsRefused,
    NotJson,
    PeerNotTrusted,
)
from disclosure.holdings.http_configuration import HttpConfiguration

#: Answers that pass by themselves.
PASSING: Final = frozenset({429, 502, 503, 504})


class PassingFault(Exception):
    """`fault` may be over in a moment; `after` is the pause the other end asked for."""

    def __init__(self, fault: ConnectorError, after: float = 0.0) -> None:
        super().__init__()
        self.fault = fault
        self.after = after


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and content of an answer; the content is in no repr."""

    status: int
    content: bytes = dataclass_field(repr=False)


class Deadline:
    """A moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left, 0 when it is over."""
        return max(0.0, self._end - time.monotonic())

    def within(self, timeout: float | None) -> float:
        """Return the time limit of one step. Raises httpcore.ReadTimeout when over."""
        left = self.left()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(
            ssl_context, server_hostname, self._deadline.within(timeout)
        )
        return _Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Connects as httpcore does, within the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        inner = httpcore.SyncBackend().connect_tcp(
            host,
            port,
            timeout=self._deadline.within(timeout),
            local_address=local_address,
            socket_options=socket_options,
        )
        return _Stream(inner, self._deadline)


class Exchange:
    """Sends questions to one origin. Raises ConnectorError, or PassingFault."""

    def __init__(self, service_code: str, config: HttpConfiguration) -> None:
        self._service = service_code
        self._config = config

    def send(
        self,
        verb: str,
        body: Mapping[str, object],
        headers: Mapping[str, str],
        deadline: Deadline,
    ) -> Reply:
        """POST `body` to the verb's address and return the answer to a 200 or 404.

        Any other status is an error of its own. Raises ConfigurationProblem when a
        secret or certificate cannot be read.
        """
        reply, after = self._exchanged(verb, body, headers, deadline)
        status = reply.status
        if status in {200, 404}:
            return reply
        facts = {"service": self._service, "verb": verb, "detail": f"HTTP {status}"}
        if status in PASSING:
            raise PassingFault(ConnectorUnavailable(**facts), after)
        if status in {401, 403}:
            raise CredentialsRefused(**facts)
        if 300 <= status < 400:
            raise ConnectorRedirected(**facts)
        raise ConnectorFault(**facts)

    def _exchanged(
        self,
        verb: str,
        body: Mapping[str, object],
        headers: Mapping[str, str],
        deadline: Deadline,
    ) -> tuple[Reply, float]:
        fault: ConnectorError | PassingFault
        try:
            return self._spoken(verb, body, headers, deadline)
        except httpcore.TimeoutException as broken:
            fault = self._too_slow(verb, broken, deadline)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as broken:
            fault = self._broken(verb, broken)
        raise fault

    def _spoken(
        self,
        verb: str,
        body: Mapping[str, object],
        headers: Mapping[str, str],
        deadline: Deadline,
    ) -> tuple[Reply, float]:
        origin = self._config.origin()
        sent = {
            "Accept": "application/json",
            # Nothing is unpacked here: what is counted is what was sent.
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "disclosure-desk",
            **headers,
        }
        if token := self._config.bearer():
            sent["Authorization"] = f"Bearer {token}"
        limits = {
            "connect": self._config.connect_timeout,
            "read": self._config.read_timeout,
            "write": self._config.read_timeout,
            "pool": self._config.connect_timeout,
        }
        pool = httpcore.ConnectionPool(
            ssl_context=self._config.tls() if origin.scheme == "https" else None,
            network_backend=_Network(deadline),
        )
        with (
            pool,
            pool.stream(
                "POST",
                f"{origin.geturl()}/v1/{verb}",
                headers=list(sent.items()),
                content=json.dumps(body, ensure_ascii=False).encode(),
                extensions={"timeout": limits},
            ) as response,
        ):
            content = self._content(verb, response.iter_stream())
            given = _named(response.headers)
            if response.status == 200:
                self._require_json(verb, given)
            return Reply(response.status, content), _seconds(given.get("retry-after"))

    def _content(self, verb: str, chunks: Iterable[bytes]) -> bytes:
        """Return the body, as long as it does not pass the configured size."""
        content = bytearray()
        for chunk in chunks:
            content += chunk
            if len(content) > self._config.most_bytes:
                megabytes = self._config.most_bytes // 1024**2
                raise ConnectorTooLarge(
                    service=self._service, verb=verb, detail=f"{megabytes} MB"
                )
        return bytes(content)

    def _require_json(self, verb: str, headers: Mapping[str, str]) -> None:
        kind = headers.get("content-type", "").split(";")[0].strip().lower()
        packed = headers.get("content-encoding", "identity").lower() != "identity"
        if kind != "application/json" or packed:
            detail = "compressed" if packed else "Content-Type"
            raise NotJson(service=self._service, verb=verb, detail=detail)

    def _too_slow(
        self, verb: str, broken: Exception, deadline: Deadline
    ) -> ConnectorError | PassingFault:
        connecting = isinstance(broken, httpcore.ConnectTimeout)
        limit = self._config.read_timeout
        if connecting:
            limit = self._config.connect_timeout
        if deadline.left() <= 0:
            limit = deadline.seconds
        fault = ConnectorTimeout(service=self._service, verb=verb, detail=f"{limit:g}")
        return PassingFault(fault) if connecting else fault

    def _broken(self, verb: str, broken: Exception) -> ConnectorError | PassingFault:
        facts = {"service": self._service, "verb": verb}
        tls = _tls_fault(broken)
        if isinstance(tls, ssl.SSLCertVerificationError):
            return PeerNotTrusted(**facts, detail=tls.verify_message)
        if tls is not None:
            reason = str(tls.reason or "TLS").replace("_", " ").lower()
            if "alert" in reason:
                return CredentialsRefused(**facts, detail=reason)
            return PeerNotTrusted(**facts, detail=reason)
        fault = ConnectorUnavailable(**facts, detail=type(broken).__name__)
        # Only what was certainly not received is worth saying twice.
        connecting = isinstance(broken, httpcore.ConnectError)
        return PassingFault(fault) if connecting else fault


def _tls_fault(broken: BaseException) -> ssl.SSLError | None:
    """Return what TLS had to say, however deep it is wrapped."""
    seen: BaseException | None = broken
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def _named(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    return {
        name.decode("ascii", "replace").lower(): value.decode("ascii", "replace")
        for name, value in headers
    }


def _seconds(text: str | None) -> float:
    """Return the pause that Retry-After asks for in seconds; a date counts as none."""
    return float(text) if text and text.isascii() and text.isdigit() else 0.0
