"""Audit tables. Rows come in through database functions only, and stay."""

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from disclosure.domain.vocabulary import (
    OutletKind,
    VerificationRunStatus,
    VerificationScope,
)
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, TransactionIdField, in_vocabulary


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


class AuditReceipt(models.Model):
    """That a checkpoint was handed to an outlet, such as the mail witness, and when.

    What the witness directory holds is read from there; a time stamp is a receipt
    in itself.
    """

    checkpoint = models.ForeignKey(
        AuditCheckpoint, on_delete=models.PROTECT, related_name="receipts"
    )
    outlet = CodeField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            in_vocabulary("outlet", OutletKind, "audit_receipt_outlet"),
        ]

    def __str__(self) -> str:
        return f"{self.outlet}: {self.checkpoint_id}"


class VerificationRun(models.Model):
    """One verification of the whole trail that somebody asked for.

    `steps_done` of `steps_total` entries and places were looked at. Whoever works on
    it writes `seen_at` now and then (the database's clock); one that fell silent is
    taken over, which `attempt` counts. `report` is what
    `disclosure.audit.report.Report.as_dict` gives, with its first faults, or
    `{"error": …}` when it could not be verified.
    """

    scope = CodeField(default=VerificationScope.WHOLE)
    status = CodeField(default=VerificationRunStatus.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    steps_done = models.PositiveBigIntegerField(default=0)
    steps_total = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)

    #: Not ended yet.
    OPEN = (VerificationRunStatus.WAITING, VerificationRunStatus.RUNNING)

    class Meta:
        constraints = [
            in_vocabulary("scope", VerificationScope, "verification_run_scope"),
            in_vocabulary("status", VerificationRunStatus, "verification_run_status"),
            models.UniqueConstraint(
                fields=["scope"],
                condition=Q(ended_at__isnull=True),
                name="verification_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, status__in=["waiting", "running"])
                | (Q(ended_at__isnull=False) & ~Q(status__in=["waiting", "running"])),
                name="verification_run_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.ended_at is None
