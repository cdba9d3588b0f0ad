"""The demo's file-storage service: the other end of the HTTP connector.

What `docs/holdings-http.md` asks of a provider, in small: a bearer token, five verbs,
JSON by the schemas, nothing in its log. It answers from a folder of exports. On the
loopback address only, and never in production.
"""

import hmac
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.contract import (
    AccountRef,
    Connector,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.csv_connector import CsvConnector
from disclosure.holdings.errors import ConnectorError, UnknownAccount
from disclosure.holdings.http_configuration import load
from disclosure.holdings.http_messages import validator

SERVICE: Final = "drive"
EXPORTS: Final = "disclosure/holdings/demo/drive"
CONFIG: Final = "disclosure/holdings/demo/drive.toml"
COLLECTS: Final = (
    *("username", "account_id", "registration_time", "real_name", "id_number"),
    *("phone", "email", "ip_address", "device_identifiers"),
)
MOST_BYTES: Final = 1024**2
Json = dict[str, Any]


def answer(connector: Connector, verb: str, question: Mapping[str, Any]) -> Json:
    """Return the answer of a connector as the interface writes it."""
    if verb == "resolve":
        return _resolved(connector, question)
    ref = question["account_ref"]
    account = AccountRef(SERVICE, ref)
    said: Any
    if verb == "preserve":
        said = connector.preserve(account, date.fromisoformat(question["until"]))
        return _plain(said, "status", "until", "reference", "reason")
    if verb == "notify":
        said = connector.notify(account, question["text"], question["code"])
        return _plain(said, "status", "sent_at", "reference", "reason")
    wanted = [
        WantedField(
            IdentityField(item["field"]),
            tuple(Period(_day(p["from"]), _day(p["to"])) for p in item["periods"]),
        )
        for item in question["wanted"]
    ]
    if verb == "probe":
        presences = connector.probe(account, wanted)
        return {"account_ref": ref, "presences": [_presence(p) for p in presences]}
    values = connector.fetch(account, wanted)
    return {"account_ref": ref, "values": [_value(value) for value in values]}


def _resolved(connector: Connector, question: Mapping[str, Any]) -> Json:
    found = connector.resolve(
        ResolveQuery(
            IdentifierType(question["identifier_type"]),
            question["identifier"],
            observed_at=_moment(question["observed_at"]),
            observed_until=_moment(question["observed_until"]),
            port=question["port"],
            for_authority=True,
        )
    )
    return {
        "accounts": [
            {
                "account_ref": account.ref,
                "holder_kind": str(account.holder_kind),
                "minor": account.is_minor,
                "status": str(account.status),
                "retention_ends_on": _text(account.retention_ends_on),
            }
            for account in found
        ]
    }


def _presence(item: Any) -> Json:
    told = _plain(
        item,
        *("field", "presence", "source", "verification", "verified_at"),
        *("absence_reason", "retention_rule"),
    )
    del told["account_ref"]
    return {**told, **item.period.to_json()}


def _value(item: Any) -> Json:
    told = _plain(
        item, "field", "value", "observed_at", "source", "verification", "verified_at"
    )
    del told["account_ref"]
    period = item.period or Period()
    return {
        **told,
        "valid_from": _text(period.start),
        "valid_to": _text(period.end),
    }


def _plain(item: Any, *names: str) -> Json:
    return {
        "account_ref": item.account_ref,
        **{name: _text(getattr(item, name)) for name in names},
    }


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class _Handler(BaseHTTPRequestHandler):
    """Answers one question. `server` holds the connector and the token."""

    protocol_version = "HTTP/1.1"
    timeout = 10
    server: "HoldingsServer"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        # Read before anything is said: who closes on unread bytes is not heard.
        body = self.rfile.read(min(max(length, 0), MOST_BYTES))
        expected = f"Bearer {self.server.token}"
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            self._say(HTTPStatus.UNAUTHORIZED, {})
            return
        status, said = self._answered(body)
        self._say(status, said)

    def log_message(self, format: str, *args: object) -> None:
        """Keep nothing: an address would be no harm, a habit would."""

    def _answered(self, body: bytes) -> tuple[HTTPStatus, Json]:
        verb = self.path.removeprefix("/v1/")
        if verb not in {"resolve", "preserve", "probe", "fetch", "notify"}:
            return HTTPStatus.NOT_FOUND, {}
        try:
            question = json.loads(body)
        except ValueError:
            return HTTPStatus.BAD_REQUEST, {}
        if not validator(f"{verb}.request").is_valid(question):
            return HTTPStatus.UNPROCESSABLE_ENTITY, {}
        try:
            return HTTPStatus.OK, answer(self.server.connector, verb, question)
        except UnknownAccount:
            return HTTPStatus.NOT_FOUND, {"error": "unknown_account"}
        except ConnectorError:
            return HTTPStatus.INTERNAL_SERVER_ERROR, {}

    def _say(self, status: HTTPStatus, said: Json) -> None:
        body = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        # A question that was not read would be taken for the next one.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


class HoldingsServer(ThreadingHTTPServer):
    """The service, on a free port of the loopback address unless one is named."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        if settings.PRODUCTION:
            raise RuntimeError("made-up accounts are never for production")
        config = load(CONFIG)
        if isinstance(config.base_url, str) or config.token is None:
            raise TypeError("the demo's address and token are in files")
        folder = Path(settings.STATE_DIR)
        self.token = _kept_token(folder / config.token.place)
        self.connector = CsvConnector(
            service_code=SERVICE,
            folder=EXPORTS,
            collects=COLLECTS,
            notice_folder="notices",
        )
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        _leave(folder / config.base_url.place, self.url)


def _kept_token(path: Path) -> str:
    """Return the bearer token of this installation, made when there is none."""
    if not path.exists():
        _leave(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()


def _leave(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{text}\n", encoding="utf-8")
    unfinished.rename(path)


@contextmanager
def running() -> Iterator[HoldingsServer]:
    """Run the service in a thread of this process, for as long as the block lasts."""
    server = HoldingsServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
