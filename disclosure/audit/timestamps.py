"""Time stamps by an outside authority (RFC 3161) over checkpoints.

A stamp proves to a court that a checkpoint, and so every entry under it, existed at
a time that neither we nor our clock could choose. The reply is kept as it came, with
the authority's certificates, and is checked before it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import httpx
from asn1crypto import tsp
from cryptography import x509
from django.db import connections, transaction
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    Verifier,
    VerifierBuilder,
    decode_timestamp_response,
)

from disclosure.audit.log_tables import StoredCheckpoint
from disclosure.domain.errors import DisclosureError

#: Sends a request (DER) to the authority and returns its reply (DER).
Transport: TypeAlias = Callable[[bytes], bytes]

_SECONDS: Final = 10.0
_MAX_REPLY: Final = 100_000


class TimestampRefused(DisclosureError):
    """The authority gave no reply that verifies; nothing was kept."""

    code = "audit_timestamp_refused"


@dataclass(frozen=True, slots=True)
class TimestampAuthority:
    """An authority at `url`, trusted by the root certificates in `ca_file` (PEM)."""

    url: str
    ca_file: Path
    alias: str = "sequencer"

    name = "time stamp"

    def send(self, checkpoint: StoredCheckpoint) -> None:
        """Have the checkpoint stamped, and keep the reply.

        Raises TimestampRefused, OSError (no certificates), django.db.Error.
        """
        reply = self.stamp(checkpoint.note)
        stamped = decode_timestamp_response(reply).tst_info.gen_time
        with (
            transaction.atomic(using=self.alias),
            connections[self.alias].cursor() as cursor,
        ):
            cursor.execute(
                "INSERT INTO disclosure_audittimestamp "
                "(checkpoint_id, stamped_at, reply) "
                "SELECT c.id, %s, %s FROM disclosure_auditcheckpoint c "
                "WHERE c.size = %s ON CONFLICT DO NOTHING",
                [stamped, reply, checkpoint.size],
            )

    def stamp(self, note: bytes) -> bytes:
        """Return a reply (DER) over these bytes, verified. Raises TimestampRefused."""
        builder = TimestampRequestBuilder().hash_algorithm(HashAlgorithm.SHA256)
        asked = builder.data(note).build()
        reply = self._post(asked.as_bytes())
        self.require_valid(reply, note, nonce=asked.nonce)
        return reply

    def answer(self, asked: bytes) -> bytes:
        """Return the reply (DER) to a request (DER) that somebody else made, verified.

        Raises TimestampRefused.
        """
        reply = self._post(asked)
        wanted = tsp.TimeStampReq.load(asked)
        imprint = wanted["message_imprint"]["hashed_message"].native
        try:
            self._verifier(wanted["nonce"].native).verify(
                decode_timestamp_response(reply), imprint
            )
        except (VerificationError, ValueError) as error:
            raise TimestampRefused(message=f"{self.url}: {error}") from error
        return reply

    def require_valid(
        self, reply: bytes, note: bytes, *, nonce: int | None = None
    ) -> None:
        """Raise TimestampRefused unless the reply is of these bytes, by this authority.

        With `nonce` it must answer that very request.
        """
        try:
            self._verifier(nonce).verify_message(decode_timestamp_response(reply), note)
        except (VerificationError, ValueError) as error:
            raise TimestampRefused(message=f"{self.url}: {error}") from error

    def _verifier(self, nonce: int | None) -> Verifier:
        roots = x509.load_pem_x509_certificates(self.ca_file.read_bytes())
        return VerifierBuilder(roots=list(roots), nonce=nonce).build()

    def _post(self, asked: bytes) -> bytes:
        try:
            answer = httpx.post(
                self.url,
                content=asked,
                headers={"Content-Type": "application/timestamp-query"},
                timeout=_SECONDS,
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise TimestampRefused(message=f"{self.url}: {error}") from error
        if len(answer.content) > _MAX_REPLY:
            raise TimestampRefused(message=f"{self.url}: the reply is too large")
        return answer.content
