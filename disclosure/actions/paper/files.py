"""Files made or scanned on the way out: inspected, encrypted, kept, read again."""

from dataclasses import dataclass, field
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.vault import evidence_key, package_key
from disclosure.domain.vocabulary import OutgoingFileKind
from disclosure.files.inspection import inspect
from disclosure.files.storage import StoredFile, open_stored, store
from disclosure.keys.secret import Secret
from disclosure.models import (
    Delivery,
    DisclosureRequest,
    OutgoingFile,
    Production,
    User,
)

PDF: Final = "application/pdf"


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as uploaded: nothing about it is believed before inspection."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


def store_scan(
    production: Production, scan: Scan, *, holds_values: bool, only_pdf: bool = False
) -> tuple[StoredFile, str]:
    """Inspect and encrypt a scan; return where it lies and its media type.

    Outside any transaction. Raises `InvalidInput` at "file" for what cannot be
    taken; nothing of it is kept then.
    """
    found = inspect(scan.name, scan.content_type, scan.data)
    if not found.ok:
        raise InvalidInput(found.message, "file", str(found.problem))
    if only_pdf and found.media_type != PDF:
        raise InvalidInput(_("Upload the letter as a PDF."), "file", "not_pdf")
    return store_bytes(production, scan.data, holds_values=holds_values), str(
        found.media_type
    )


def store_bytes(
    production: Production, data: bytes, *, holds_values: bool
) -> StoredFile:
    """Encrypt bytes of our own making under the key they belong to."""
    return store(data, _key(production, holds_values).reveal())


def enter_file(
    disclosure_request: DisclosureRequest,
    production: Production,
    stored: StoredFile,
    *,
    kind: OutgoingFileKind,
    media_type: str,
    holds_values: bool,
    delivery: Delivery | None = None,
    actor: User,
) -> OutgoingFile:
    """Write the row of a stored file within the running transaction.

    The caller's own entry names its hash.
    """
    return OutgoingFile.objects.create(
        disclosure_request=disclosure_request,
        production=production,
        delivery=delivery,
        kind=kind,
        media_type=media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_name=stored.name,
        holds_values=holds_values,
        added_by=actor,
        added_at=timezone.now(),
    )


def read_outgoing(file: OutgoingFile, *, actor: User) -> bytes:
    """Return a kept file: entry committed, then bytes.

    Raises `KeyDestroyed` once the values in it were purged.
    """
    file = _record_read(file, actor=actor)
    return clear_bytes(file)


@action
def _record_read(file: OutgoingFile, *, actor: User) -> OutgoingFile:
    file = OutgoingFile.objects.get(pk=file.pk)
    if file.production_id is None:
        raise Impossible("not_found", _("This does not exist."))
    production, disclosure_request = lock_production(file.production_id)
    require(actor, Verb.READ_OUTGOING, production)
    require_kept(disclosure_request)
    record(
        disclosure_request,
        "outgoing.read",
        actor=actor,
        obj=file,
        data={"kind": str(file.kind), "sha256": file.sha256},
    )
    return file


def clear_bytes(file: OutgoingFile) -> bytes:
    """Return the bytes of a kept file; the caller has recorded that it reads them."""
    if file.production is None:
        raise ValueError("an outgoing file belongs to an answer")
    return open_stored(
        file.storage_name, _key(file.production, file.holds_values).reveal()
    )


def _key(production: Production, holds_values: bool) -> Secret[bytes]:
    if holds_values:
        return package_key(production)
    return evidence_key(production.disclosure_request_id)
