"""Signed notes (c2sp.org/signed-note@v1.0.0) with Ed25519 keys.

The format is that of Go's ``golang.org/x/mod/sumdb/note``: a text, a blank
line, one signature line per key. Keys travel in that package's encodings too,
so a verifier key printed here can be given to any C2SP tool::

    verifier key   name+hex(key id)+base64(0x01 ‖ public key)
    signing key    PRIVATE+KEY+name+hex(key id)+base64(0x01 ‖ seed)

Lines by unknown keys are ignored, as the specification demands: that is what
allows key rotation, witnesses, and signature types that come later.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

#: Signature type of the specification: Ed25519 over the note text.
ED25519 = b"\x01"

#: A note is small; these are the limits of the Go implementation.
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100

_DASH = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"
_KEY_ID_BYTES = 4
_KEY_BYTES = 32


class NoteError(ValueError):
    """A note, key or signature is malformed or does not verify."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key. `public` is its 32 bytes.

    Raises NoteError for a name the format cannot carry or a wrong length.
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        require_name(self.name)
        if len(self.public) != _KEY_BYTES:
            raise NoteError("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, tell keys apart."""
        return _key_id(self.name, self.public)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this key signed this text."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        try:
            key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return _encode_key(self.name, self.key_id, self.public)

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read the text form. Raises NoteError when it is not one."""
        name, public, key_id = _decode_key(text)
        key = cls(name, public)
        if key.key_id != key_id:
            raise NoteError("the key id does not belong to this verifier key")
        return key


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A named Ed25519 private key; `seed` is its 32 secret bytes (never shown)."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_name(self.name)
        if len(self.seed) != _KEY_BYTES:
            raise NoteError("an Ed25519 seed has 32 bytes")

    @classmethod
    def generate(cls, name: str) -> "SigningKey":
        """A new random key under this name."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = self._private().public_key().public_bytes_raw()
        return VerifierKey(self.name, public)

    def signature_line(self, text: str) -> str:
        """The line, with its newline, that signs this note text."""
        signed = self.verifier.key_id + self._private().sign(text.encode())
        return f"{_DASH}{self.name} {_base64(signed)}\n"

    def export(self) -> str:
        """The text form, which is the secret itself: for a key file alone."""
        return _PRIVATE + _encode_key(self.name, self.verifier.key_id, self.seed)

    @classmethod
    def parse(cls, text: str) -> "SigningKey":
        """Read the text form. Raises NoteError, without quoting the text."""
        if not text.startswith(_PRIVATE):
            raise NoteError("not a signing key")
        name, seed, key_id = _decode_key(text.removeprefix(_PRIVATE))
        key = cls(name, seed)
        if key.verifier.key_id != key_id:
            raise NoteError("the key id does not belong to this signing key")
        return key

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line, checked or not."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was opened: its text and whose signatures verified."""

    text: str
    verified: tuple[VerifierKey, ...]
    ignored: tuple[SignatureLine, ...] = ()


def sign_note(text: str, *signers: SigningKey) -> bytes:
    """The note bytes: text, blank line, one line per signer, in that order.

    Raises NoteError for a text that could not be opened again, or no signer.
    """
    _require_text(text)
    if not signers:
        raise NoteError("a note needs a signature")
    return (text + "\n" + "".join(s.signature_line(text) for s in signers)).encode()


def open_note(note: bytes, trusted: Iterable[VerifierKey]) -> Note:
    """Split a note and check every signature by a trusted key.

    Raises NoteError when the note is malformed, when a signature that names a
    trusted key does not verify, or when no trusted key signed. A second line by
    the same key is ignored, as Go does.
    """
    keys = {(key.name, key.key_id): key for key in trusted}
    text, lines = split_note(note)
    verified: list[VerifierKey] = []
    ignored: list[SignatureLine] = []
    for line in lines:
        key = keys.get((line.name, line.key_id))
        if key is None or key in verified:
            ignored.append(line)
        elif key.verifies(text, line.signature):
            verified.append(key)
        else:
            raise NoteError(f"the signature by {line.name} does not verify")
    if not verified:
        raise NoteError("no trusted key signed this note")
    return Note(text, tuple(verified), tuple(ignored))


def split_note(note: bytes) -> tuple[str, list[SignatureLine]]:
    """Text and signature lines of a note, nothing verified.

    Raises NoteError when it is malformed.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise NoteError("the note is too large")
    try:
        decoded = note.decode()
    except UnicodeDecodeError as error:
        raise NoteError("the note is not UTF-8") from error
    text, blank, tail = decoded.rpartition("\n\n")
    text += "\n"
    _require_text(text)
    if not blank or not tail.endswith("\n"):
        raise NoteError("the note has no signature lines")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError("the note has too many signatures")
    return text, [_parse_line(line) for line in lines]


def require_name(name: str) -> None:
    """Raise NoteError unless a key may be called that."""
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        raise NoteError("a key name has no spaces, no plus sign, and is not empty")


def decode_base64(text: str) -> bytes:
    """Standard base64, one spelling only. Raises NoteError otherwise."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("not base64") from error
    if _base64(value) != text:
        raise NoteError("not the canonical base64 of anything")
    return value


def _require_text(text: str) -> None:
    if not text.removesuffix("\n") or not text.endswith("\n"):
        raise NoteError("a note text ends in a newline and is not empty")
    if any(character < " " and character != "\n" for character in text):
        raise NoteError("a note has no control characters")


def _parse_line(line: str) -> SignatureLine:
    if not line.startswith(_DASH):
        raise NoteError("malformed signature line")
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    require_name(name)
    signed = decode_base64(encoded)
    if not space or len(signed) <= _KEY_ID_BYTES:
        raise NoteError("malformed signature line")
    return SignatureLine(name, signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:])


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_KEY_ID_BYTES]


def _encode_key(name: str, key_id: bytes, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{_base64(ED25519 + key)}"


def _decode_key(text: str) -> tuple[str, bytes, bytes]:
    """(name, key bytes, key id) of an encoded key of either half."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("not a key: name+id+base64 expected")
    name, key_id, encoded = parts
    typed = decode_base64(encoded)
    if typed[:1] != ED25519:
        raise NoteError("only Ed25519 keys (type 0x01) are understood")
    try:
        identifier = bytes.fromhex(key_id)
    except ValueError as error:
        raise NoteError("the key id is not hexadecimal") from error
    if identifier.hex() != key_id:
        raise NoteError("the key id is not lower-case hexadecimal")
    return name, typed[1:], identifier


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
