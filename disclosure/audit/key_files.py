"""The log's key files: the secret one, and the public ones that verify with.

The secret key file is read by the sequencer's process alone and by nobody else's
account. The verifier keys file is public, one key a line: the present key last,
before it the keys of the past, so that checkpoints they signed stay verifiable.
"""

import os
from pathlib import Path

from disclosure.audit.note import NoteError, SigningKey, VerifierKey
from disclosure.domain.errors import DisclosureError


class KeyFileError(DisclosureError):
    """A key file is missing, unsafe, malformed or in the way.

    `data["path"]` names it; its content is never quoted.
    """

    code = "audit_key_file"

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(message=f"{path}: {problem}", data={"path": str(path)})


def load_signing_key(path: Path) -> SigningKey:
    """Read the secret key. Raises KeyFileError, also when others could read it."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyFileError(path, "readable by others; chmod 600 it")
        return SigningKey.parse(path.read_text("ascii").strip())
    except FileNotFoundError as error:
        raise KeyFileError(
            path, "no signing key; `manage.py audit_key generate` makes one"
        ) from error
    except (NoteError, UnicodeDecodeError) as error:
        raise KeyFileError(path, "not a signing key") from error
    except OSError as error:
        raise KeyFileError(path, error.strerror or "cannot be read") from error


def load_verifier_keys(path: Path) -> tuple[VerifierKey, ...]:
    """Read the public keys, oldest first; empty lines and # comments are skipped.

    Raises KeyFileError when there is no such file or no key in it.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
        keys = [line for line in lines if line.strip() and not line.startswith("#")]
        found = tuple(VerifierKey.parse(line) for line in keys)
    except FileNotFoundError as error:
        raise KeyFileError(path, "no verifier keys file") from error
    except (NoteError, UnicodeDecodeError) as error:
        raise KeyFileError(path, "holds a line that is not a verifier key") from error
    except OSError as error:
        raise KeyFileError(path, error.strerror or "cannot be read") from error
    if not found:
        raise KeyFileError(path, "holds no verifier key")
    return found


def create_signing_key(key_file: Path, verifier_file: Path, name: str) -> VerifierKey:
    """Make a key, keep its secret half at `key_file`, add its public half.

    Raises KeyFileError when there is a key already, NoteError for a name that a
    signature line cannot carry.
    """
    key = SigningKey.generate(name)
    if key_file.exists():
        raise KeyFileError(key_file, "holds a key already; rotate it instead")
    # The public half first: a signature must never exist that nobody can verify.
    _append_line(verifier_file, str(key.verifier))
    _write_secret(key_file, key.export() + "\n")
    return key.verifier


def retire_signing_key(key_file: Path) -> Path:
    """Move the present secret key aside and return where it went.

    Its public half stays in the verifier keys file. Raises KeyFileError.
    """
    key = load_signing_key(key_file)
    retired = key_file.with_name(f"{key_file.name}.retired-{key.verifier.key_id.hex()}")
    if retired.exists():
        raise KeyFileError(retired, "is in the way")
    key_file.rename(retired)
    return retired


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as error:
        raise KeyFileError(path, "holds a key already; rotate it instead") from error
    except OSError as error:
        raise KeyFileError(path, error.strerror or "cannot be written") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _append_line(path: Path, line: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyFileError(path, error.strerror or "cannot be written") from error
