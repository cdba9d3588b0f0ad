"""The published schemas: what the JSON files of a package look like, by version."""

from pathlib import Path
from types import MappingProxyType
from typing import Final

_FOLDER: Final = Path(__file__).parent / "schema"

#: Name and version, as in the last part of each schema's ``$id``, and its file.
SCHEMAS: Final = MappingProxyType(
    {
        "production-1": _FOLDER / "production.schema.json",
        # What packages carried before the annex of items; read, no longer written.
        "certificate-1": _FOLDER / "certificate.schema.json",
        "certificate-2": _FOLDER / "certificate-2.schema.json",
        "manifest-1": _FOLDER / "manifest.schema.json",
    }
)


def read_schema(name: str) -> bytes | None:
    """Return a schema as JSON, None for a name that was never published."""
    path = SCHEMAS.get(name)
    return path.read_bytes() if path else None
