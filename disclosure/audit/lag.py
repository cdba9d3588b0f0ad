"""How far the signed log is behind what was written."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from disclosure.audit.canonical import LeafError, read_leaf


@dataclass(frozen=True, slots=True)
class CheckpointLag:
    """Entries newer than the last signed one, and since when the oldest waits.

    Counted by the order of ids: an entry that committed late, after others had been
    signed, is signed in its turn and not counted here.
    """

    entries: int
    oldest_at: datetime | None

    def seconds(self, now: datetime) -> float:
        """How long the oldest has been waiting; 0 when none is."""
        if self.oldest_at is None:
            return 0.0
        return max(0.0, (now - self.oldest_at).total_seconds())


def checkpoint_lag(alias: str = "default") -> CheckpointLag:
    """Measure it. Raises django.db.Error."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "WITH waiting AS (SELECT e.id, e.leaf FROM disclosure_auditentry e "
            "WHERE e.id > coalesce((SELECT l.entry_id FROM disclosure_auditleaf l "
            "  WHERE l.log_index = (SELECT max(c.size) - 1 "
            "    FROM disclosure_auditcheckpoint c)), -1)) "
            "SELECT (SELECT count(*) FROM waiting), "
            "(SELECT w.leaf FROM waiting w ORDER BY w.id LIMIT 1)"
        )
        count, leaf = cursor.fetchone()
    if not count:
        return CheckpointLag(0, None)
    try:
        return CheckpointLag(count, read_leaf(bytes(leaf)).at)
    except LeafError:
        return CheckpointLag(count, None)
