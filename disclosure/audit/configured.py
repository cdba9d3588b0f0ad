"""The sequencer and the verification that the settings choose.

Settings: ``CHECKPOINT_ORIGIN`` (the log's name, also its key's),
``CHECKPOINT_KEY_FILE`` (secret; the sequencer's process only),
``CHECKPOINT_VERIFIER_KEYS_FILE`` (public) and ``CHECKPOINT_WITNESS_DIR``;
``TSA_URL`` and ``TSA_CA_FILE``, ``CHECKPOINT_MAIL_TO``, each with its interval.
"""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from disclosure.audit.key_files import load_signing_key, load_verifier_keys
from disclosure.audit.note import VerifierKey
from disclosure.audit.outlets import MailWitness, Outlet, Outlets
from disclosure.audit.report import ProgressCallback
from disclosure.audit.sequencer import Sequencer
from disclosure.audit.signing import CheckpointSigner
from disclosure.audit.timestamps import TimestampAuthority
from disclosure.audit.verify import Verification
from disclosure.audit.witness import DirectoryWitness


def trusted_keys() -> tuple[VerifierKey, ...]:
    """The log's public keys, past ones included. Raises KeyFileError."""
    return load_verifier_keys(Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE))


def sequencer() -> Sequencer:
    """The sequencer with its key. Raises KeyFileError."""
    signer = CheckpointSigner(
        signer=load_signing_key(Path(settings.CHECKPOINT_KEY_FILE)),
        origin=settings.CHECKPOINT_ORIGIN,
        trusted=load_verifier_keys(Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE)),
        witnesses=[witness()],
    )
    return Sequencer(signer)


def witness() -> DirectoryWitness:
    """The directory to which checkpoints are copied."""
    return DirectoryWitness(Path(settings.CHECKPOINT_WITNESS_DIR))


def outlets() -> Outlets:
    """The time-stamping authority and the mail witness that are configured."""
    each: list[tuple[Outlet, float]] = []
    if settings.TSA_URL:
        authority = TimestampAuthority(settings.TSA_URL, Path(settings.TSA_CA_FILE))
        each.append((authority, settings.TSA_INTERVAL))
    if settings.CHECKPOINT_MAIL_TO:
        each.append(
            (
                MailWitness(settings.CHECKPOINT_MAIL_TO),
                settings.CHECKPOINT_MAIL_INTERVAL,
            )
        )
    return Outlets(each)


def verification(
    *,
    keys: Path | None = None,
    checkpoints: Iterable[Path] = (),
    progress: ProgressCallback | None = None,
    jobs: int = 1,
    tables: bool = False,
    alias: str = "auditor",
) -> Verification:
    """The verification against our witness directory and the given checkpoints.

    `keys` stands in for the configured verifier keys file; `alias` is the login it
    reads with. Raises KeyFileError
    for it, OSError for a checkpoint that cannot be read.
    """
    directory = witness()
    outside = [("a witnessed checkpoint", note) for note in directory.history()]
    outside += [
        (f"the checkpoint in {path}", path.read_bytes()) for path in checkpoints
    ]
    return Verification(
        trusted=load_verifier_keys(
            keys or Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE)
        ),
        outside=outside,
        alias=alias,
        progress=progress,
        jobs=jobs,
        tables=tables,
    )
