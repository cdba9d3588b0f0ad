"""Bytes that leave: always an attachment, never cached, never guessed at."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def as_attachment(data: bytes, name: str, media_type: str = "") -> HttpResponse:
    """Return `data` as a file that a browser saves as `name` and does not interpret.

    Without a media type it is bytes and nothing more.
    """
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
