"""Bytes that leave: always an attachment, never cached, never guessed at."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def attachment(data: bytes, name: str, media_type: str) -> HttpResponse:
    """Return `data` as a file to be saved under `name`."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        data,
        content_type=media_type or "application/octet-stream",
        headers={
            "Content-Disposition": disposition or "attachment",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
