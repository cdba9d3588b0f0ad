"""Audit tables. Rows come in through database functions only, and stay."""

from django.db import models
from django.db.models.expressions import RawSQL

from disclosure.models.fields import TransactionIdField


class AuditStream(models.Model):
    """The head of one hash chain: how many entries, and the hash of the last."""

    name = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)
    head = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """One entry: `leaf` is the exact canonical JSON that is hashed.

    `leaf_hash` = SHA-256(0x00 ‖ leaf) as in RFC 9162 section 2.1.1. `subject` and
    `status` repeat what the leaf says, so that constraints can look them up.
    """

    id = models.BigAutoField(primary_key=True)
    stream = models.CharField(max_length=80)
    stream_seq = models.BigIntegerField()
    prev_hash = models.BinaryField()
    leaf = models.BinaryField()
    leaf_hash = models.BinaryField()
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    # NULL says that the entry is not about a status; SQL compares it so.
    status = models.CharField(max_length=40, null=True)  # noqa: DJ001 -- as above
    xid = TransactionIdField(db_default=RawSQL("pg_current_xact_id()", ()))

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "stream_seq"], name="audit_stream_seq_unique"
            )
        ]
        indexes = [
            models.Index(fields=["subject", "-stream_seq"], name="audit_subject"),
            models.Index(fields=["xid"], name="audit_xid"),
        ]

    def __str__(self) -> str:
        return f"{self.stream}#{self.stream_seq} {self.action}"


class AuditLeaf(models.Model):
    """The place of an entry in the log: gapless, given by the sequencer."""

    log_index = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(
        AuditEntry, on_delete=models.PROTECT, related_name="leaf_index"
    )
    leaf_hash = models.BinaryField()

    def __str__(self) -> str:
        return str(self.log_index)


class AuditNode(models.Model):
    """One complete subtree hash: level 0 are leaves, `index` counts from the left."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="audit_node_once")
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class AuditCheckpoint(models.Model):
    """A signed log head (C2SP tlog-checkpoint) over the first `size` entries."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size}"


class AuditTimestamp(models.Model):
    """A time-stamping authority's reply (RFC 3161, DER) over a checkpoint's note.

    `stamped_at` is the time the authority vouches for; `reply` holds its
    certificates, so that it can be verified when the authority is gone.
    """

    checkpoint = models.OneToOneField(
        AuditCheckpoint, on_delete=models.PROTECT, related_name="timestamp"
    )
    stamped_at = models.DateTimeField()
    reply = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.checkpoint_id}: {self.stamped_at}"
