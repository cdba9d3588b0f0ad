"""A virus scanner's opinion, over the clamd protocol (INSTREAM)."""

import socket
from dataclasses import dataclass
from typing import Final

from disclosure.files.errors import ScannerUnavailable

_CHUNK: Final = 64 * 1024
_LONGEST_ANSWER: Final = 4096


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """What the scanner said; `signature` names what it found."""

    clean: bool
    signature: str = ""


def scan(data: bytes, address: str, *, timeout: float = 30.0) -> ScanVerdict:
    """Ask the scanner at ``host:port`` or at the socket ``/path``.

    `timeout` is in seconds for each step. Raises `ScannerUnavailable` when it
    cannot be reached, does not finish, or answers anything but OK or FOUND: a
    file nobody scanned is not a clean file.
    """
    try:
        with _connect(address, timeout) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), _CHUNK):
                chunk = data[start : start + _CHUNK]
                connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
            connection.sendall(bytes(4))
            answer = _read_answer(connection)
    except (OSError, ValueError):
        raise ScannerUnavailable from None
    return _verdict(answer)


def _connect(address: str, timeout: float) -> socket.socket:
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _read_answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        received = connection.recv(_CHUNK)
        if not received:
            break
        answer += received
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str) -> ScanVerdict:
    text = answer.removeprefix("stream: ")
    if text == "OK":
        return ScanVerdict(clean=True)
    if text.endswith(" FOUND"):
        return ScanVerdict(clean=False, signature=text.removesuffix(" FOUND"))
    raise ScannerUnavailable
