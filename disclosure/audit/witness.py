"""Where checkpoints go so that the database's owner cannot take them back.

A directory on another machine's disk, a write-once bucket mounted as one, a
repository that others pull: anything that keeps what it was given. The sequencer
reads its latest checkpoint back before it signs the next, so a database that was
rolled back to an older backup is found out at once.
"""

import contextlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LATEST = "checkpoint"
_SUFFIX = ".checkpoint"
#: 2**63 has nineteen digits: names sort as numbers do.
_DIGITS = 19


@dataclass(frozen=True, slots=True)
class DirectoryWitness:
    """Checkpoints as files: one per size, and the latest under a fixed name.

    File operations raise OSError.
    """

    directory: Path

    def publish(self, size: int, note: bytes) -> None:
        """Keep this checkpoint, complete or not at all, and survive a power cut."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._write(f"{size:0{_DIGITS}}{_SUFFIX}", note)
        self._write(LATEST, note)

    def latest(self) -> bytes | None:
        """The note published last, None before the first."""
        try:
            return (self.directory / LATEST).read_bytes()
        except FileNotFoundError:
            return None

    def latest_at(self) -> datetime | None:
        """When the note published last was written, by the directory's own clock."""
        try:
            written = (self.directory / LATEST).stat().st_mtime
        except FileNotFoundError:
            return None
        return datetime.fromtimestamp(written, UTC)

    def history(self) -> list[bytes]:
        """Every note kept, smallest log first."""
        return [
            path.read_bytes() for path in sorted(self.directory.glob(f"*{_SUFFIX}"))
        ]

    def _write(self, name: str, note: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self.directory, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(note)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
            os.replace(temporary, self.directory / name)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
        self._sync_directory()

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
