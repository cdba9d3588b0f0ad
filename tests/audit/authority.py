"""A time-stamping authority of our own: openssl behind an HTTP server."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests import loopback

CONFIGURATION = """
[tsa]
default_tsa = only
[only]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
[extensions]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def openssl(*arguments: object) -> None:
    subprocess.run(
        ["openssl", *map(str, arguments)], check=True, capture_output=True, text=True
    )


def make_authority(folder: Path) -> Path:
    """A root (`ca.pem`, returned), and a certificate for stamping under it."""
    folder.mkdir(parents=True)
    configuration = folder / "tsa.cnf"
    configuration.write_text(CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01\n")
    new_key = ("-newkey", "rsa:2048", "-nodes")
    root = ("-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    openssl("req", "-x509", *new_key, *root, "-days", 2, "-subj", "/CN=Example Root")
    asked = ("-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
    openssl("req", "-new", *new_key, *asked, "-subj", "/CN=Example Time Stamps")
    issuer = ("-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-set_serial", 2)
    extensions = ("-extfile", configuration, "-extensions", "extensions")
    openssl(
        *("x509", "-req", "-in", folder / "tsa.csr", "-out", folder / "tsa.pem"),
        *("-days", 2, *issuer, *extensions),
    )
    return folder / "ca.pem"


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Answer requests at the address yielded, on the loopback interface only."""

    class Handler(loopback.Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = folder / "query.tsq"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(
                *("ts", "-reply", "-queryfile", query, "-out", folder / "reply.tsr"),
                *("-config", folder / "tsa.cnf", "-section", "only"),
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write((folder / "reply.tsr").read_bytes())

    with loopback.answering(Handler) as address:
        yield f"{address}/"
