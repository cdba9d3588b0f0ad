"""A real HTTP server that misbehaves as told, with TLS and certificates when asked."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from disclosure.holdings.contract import Connector
from disclosure.management.demo.holdings_server import answer

#: How long a server that never answers keeps the line: longer than any test waits.
SILENCE = 30


@dataclass
class Seen:
    """One question as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict


class Handler(BaseHTTPRequestHandler):
    """Hands each question to the server's next behaviour."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append(Seen(self.path, dict(self.headers), json.loads(body)))
        self.close_connection = True
        behave = self.server.behaviours[0]
        if len(self.server.behaviours) > 1:
            self.server.behaviours.pop(0)
        # The other end may have had enough, which is what is tested.
        with suppress(OSError):
            behave(self)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


Behaviour = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    """`behaviours`: one for each question in turn, the last one for all others."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *behaviours: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = list(behaviours)
        self.seen: list[Seen] = []
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep the tests' output clean: a refused handshake is what is tested."""


@contextmanager
def serving(
    *behaviours: Behaviour, tls: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Run the server in a thread for as long as the block lasts."""
    server = Server(*behaviours)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def says(
    said: object, status: int = 200, kind: str = "application/json", **headers: str
) -> Behaviour:
    """Answer with this JSON, or with this text or these bytes as they are."""
    if isinstance(said, bytes):
        body = said
    else:
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        body = text.encode()

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def serves(connector: Connector) -> Behaviour:
    """Answer as a connector does, by the agreement."""

    def behave(handler: Handler) -> None:
        verb = handler.path.removeprefix("/v1/")
        says(answer(connector, verb, handler.server.seen[-1].body))(handler)

    return behave


def silent(handler: Handler) -> None:
    """Never answer."""
    handler.server.over.wait(SILENCE)


def hangs_up(handler: Handler) -> None:
    """Close without a word."""


def drips(*, head: bool) -> Behaviour:
    """Send one byte at a time, never slower than the read timeout, for ever."""

    def behave(handler: Handler) -> None:
        if not head:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.over.wait(0.02):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    return behave


def floods(handler: Handler) -> None:
    """Announce no length and send without end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.wfile.write(b'{"accounts": [')
    until = time.monotonic() + SILENCE
    while time.monotonic() < until:
        handler.wfile.write(b" " * 65536)


@dataclass
class Authority:
    """A certificate authority of the tests' own, and what it issues."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def __post_init__(self) -> None:
        self.certificate = self._sign("test authority", self.key, is_authority=True)
        self.file = self.folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(
        self, name: str, *, host: str = "127.0.0.1", days: int = 1
    ) -> tuple[Path, Path]:
        """Return the files of a certificate for `host` and of its key.

        With negative days it expired that long ago.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(name, key, host=host, days=days)
        certificate = self.folder / f"{name}.pem"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        keyfile = self.folder / f"{name}.key"
        keyfile.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return certificate, keyfile

    def server(
        self, *, host: str = "127.0.0.1", days: int = 1, asks_back: bool = False
    ) -> ssl.SSLContext:
        """Return the TLS side of a server; `asks_back`: it wants our certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue("server", host=host, days=days))
        if asks_back:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context

    def _sign(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        host: str = "",
        days: int = 1,
        is_authority: bool = False,
    ) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(
                subject if is_authority else self.certificate.subject  # the same one
            )
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.key.public_key()
                ),
                critical=False,
            )
        )
        if is_authority:
            usage = x509.KeyUsage(
                digital_signature=True, key_cert_sign=True, crl_sign=True,
                content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=False, encipher_only=False,
                decipher_only=False,
            )  # fmt: skip
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_alternative(host)]), critical=False
            ).add_extension(
                x509.ExtendedKeyUsage(
                    [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
                ),
                critical=False,
            )
        return builder.sign(self.key, hashes.SHA256())


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
