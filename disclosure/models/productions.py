"""The answer: what is produced, who approved it, to whom it went."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from disclosure.domain.vocabulary import (
    CallBackOutcome,
    DeliveryChannel,
    DeliveryState,
    Disposition,
    IdentityField,
    IdentitySeen,
    ProductionKind,
    ProductionStatus,
)
from disclosure.models.accounts import User
from disclosure.models.decisions import Decision
from disclosure.models.fields import CodeField, DateMultirangeField, in_vocabulary
from disclosure.models.holdings import SealedValue
from disclosure.models.parties import IssuingAuthority, Requester
from disclosure.models.requests import DisclosureRequest, TargetAccount

P = ProductionStatus


class Production(models.Model):
    """One answer to one recipient: values, a refusal, a "not held" or a return.

    The package lies encrypted outside the database under `package_name`;
    `package_sha256` is of the clear bytes that were approved and sealed. `proof_size`
    and `proof_note_sha256` name the checkpoint up to which the package proves its
    trail, as it stood at `proof_at`; empty when it carries no proof. `signed_by` is
    the SHA-256 of the certificate its letters were signed with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="productions"
    )
    number = models.PositiveSmallIntegerField()
    kind = CodeField()
    status = FSMField(default=P.PREPARING, protected=True, max_length=40)
    decisions = models.ManyToManyField(Decision, related_name="productions")
    recipient_requester = models.ForeignKey(
        Requester, null=True, blank=True, on_delete=models.PROTECT
    )
    recipient_authority = models.ForeignKey(
        IssuingAuthority, null=True, blank=True, on_delete=models.PROTECT
    )
    language = models.CharField(max_length=10)
    approvals_required = models.PositiveSmallIntegerField(default=1)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    dated_on = models.DateField(null=True, blank=True)
    contents_sha256 = models.CharField(max_length=64, blank=True)
    search_statement = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    package_name = models.CharField(max_length=200, blank=True)
    package_sha256 = models.CharField(max_length=64, blank=True)
    proof_size = models.PositiveBigIntegerField(null=True, blank=True)
    proof_note_sha256 = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )
    proof_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.CharField(max_length=64, blank=True, default="", db_default="")
    sealed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)
    reissue_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="reissues",
    )
    version = models.PositiveIntegerField(default=1)

    BEFORE_RELEASE: ClassVar[tuple[str, ...]] = (
        P.PREPARING,
        P.IN_NOTICE,
        P.AWAITING_APPROVAL,
        P.SEALED,
    )
    #: Answers that hold nothing of anybody: a decision and its reasons.
    LETTERS: ClassVar[frozenset[str]] = frozenset(
        {ProductionKind.REFUSAL, ProductionKind.RETURN}
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disclosure_request", "number"], name="production_number_unique"
            ),
            models.UniqueConstraint(
                fields=["id", "prepared_by"], name="production_of_preparer"
            ),
            in_vocabulary("kind", ProductionKind, "production_kind"),
            in_vocabulary("status", ProductionStatus, "production_status"),
            models.CheckConstraint(
                condition=Q(recipient_requester__isnull=False)
                | Q(recipient_authority__isnull=False),
                name="production_has_recipient",
            ),
            models.CheckConstraint(
                condition=Q(approvals_required__gte=1)
                | Q(
                    kind__in=[ProductionKind.REFUSAL, ProductionKind.RETURN],
                    recipient_authority__isnull=True,
                )
                | Q(
                    kind=ProductionKind.NOT_HELD,
                    recipient_authority__isnull=True,
                ),
                name="production_needs_second_person",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[P.PREPARING, P.IN_NOTICE, P.AWAITING_APPROVAL])
                | Q(status=P.CANCELLED)
                | ~Q(package_sha256=""),
                name="production_sealed_has_package",
            ),
            models.CheckConstraint(
                condition=Q(
                    proof_size__isnull=True, proof_note_sha256="", proof_at__isnull=True
                )
                | (
                    Q(proof_size__gt=0, proof_at__isnull=False)
                    & ~Q(proof_note_sha256="")
                ),
                name="production_proof_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disclosure_request}/{self.number}"

    @transition(field=status, source=P.PREPARING, target=P.IN_NOTICE)
    def give_notice(self) -> None:
        """Wait for the account holder's objection (document review only)."""

    @transition(field=status, source=P.IN_NOTICE, target=P.PREPARING)
    def end_notice(self, *, cause: str) -> None:
        """Go on: the objection was decided, or its time ran out."""

    @transition(field=status, source=P.PREPARING, target=P.AWAITING_APPROVAL)
    def request_approval(self, *, contents_sha256: str) -> None:
        """Put exactly these contents before another person.

        `dated_on`, the date of the letter, is one of them.
        """
        self.contents_sha256 = contents_sha256

    @transition(field=status, source=P.AWAITING_APPROVAL, target=P.PREPARING)
    def return_to_preparation(self, *, reason: str) -> None:
        """Take back or send back; approvals given so far are void."""
        self.contents_sha256 = ""

    @transition(field=status, source=P.AWAITING_APPROVAL, target=P.SEALED)
    def seal(self, *, package_name: str, package_sha256: str) -> None:
        """Fix the package; nothing in it changes from here."""
        self.package_name = package_name
        self.package_sha256 = package_sha256

    @transition(field=status, source=P.SEALED, target=P.RELEASED)
    def release(self, *, run: uuid.UUID) -> None:
        """Make it available to its recipient, judged again in `run`."""

    @transition(field=status, source=P.RELEASED, target=P.OPENED)
    def open_package(self, *, acknowledged_by: str) -> None:
        """Record that the recipient acknowledged receipt and opened it."""

    @transition(field=status, source=P.RELEASED, target=P.EXPIRED)
    def expire(self) -> None:
        """Close the window of a package nobody opened."""

    @transition(
        field=status, source=[P.RELEASED, P.OPENED, P.EXPIRED], target=P.RECALLED
    )
    def recall(self, *, reason: str) -> None:
        """Take it back: nothing more may be downloaded."""

    @transition(
        field=status,
        source=[P.SEALED, P.OPENED, P.EXPIRED, P.RECALLED],
        target=P.PURGED,
    )
    def purge(self) -> None:
        """Record that the key to its values was destroyed."""

    @transition(field=status, source=list(BEFORE_RELEASE), target=P.CANCELLED)
    def cancel(self, *, reason: str) -> None:
        """Give it up before release."""


class ProducedItem(models.Model):
    """One value in the answer; it must point at a grant of the same decision.

    Items never change; composing the answer anew leaves them no longer current.
    """

    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="items"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    field = CodeField()
    value = models.ForeignKey(SealedValue, on_delete=models.PROTECT)
    observed_at = models.DateTimeField(null=True, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["production", "value"],
                condition=Q(is_current=True),
                name="produced_value_once",
            ),
            in_vocabulary("field", IdentityField, "produced_field_code"),
        ]

    def __str__(self) -> str:
        return self.field


class FieldDisposition(models.Model):
    """What became of one field of one target for some dates, and why."""

    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="dispositions"
    )
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    field = CodeField()
    periods = DateMultirangeField()
    disposition = CodeField()
    reason_code = models.CharField(max_length=80)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    citation_zh = models.TextField(blank=True)
    citation_en = models.TextField(blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["production", "target", "field", "periods"],
                condition=Q(is_current=True),
                name="field_disposition_once",
            ),
            in_vocabulary("field", IdentityField, "field_disposition_code"),
            in_vocabulary("disposition", Disposition, "field_disposition_word"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.disposition}"


class Approval(models.Model):
    """A second person's yes to exactly the contents hashed in `contents_sha256`.

    `preparer` repeats the production's preparer (a composite foreign key keeps it
    true) so that the table itself can refuse preparer and approver being one.
    """

    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="approvals"
    )
    preparer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    contents_sha256 = models.CharField(max_length=64)
    approved_at = models.DateTimeField()
    note = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approver=F("preparer")), name="approver_is_not_preparer"
            ),
            models.UniqueConstraint(
                fields=["production", "approver"],
                condition=Q(voided_at__isnull=True),
                name="approval_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.production_id} by {self.approver_id}"


class Delivery(models.Model):
    """One way the sealed package goes to its recipient, and what became of it.

    `encrypted_to` are the recipient's keys (as age takes them) at the release: what
    is downloaded is encrypted to them. Empty: handed out as it is. On paper or disc
    it is `despatched_at` when it left the house and may come back undelivered
    (`came_back_at`); `called_back_at` ends the attempt to get it back after a recall.
    `downloads` counts the one-time links used.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    production = models.ForeignKey(
        Production, on_delete=models.PROTECT, related_name="deliveries"
    )
    recipient_requester = models.ForeignKey(
        Requester, null=True, blank=True, on_delete=models.PROTECT
    )
    recipient_authority = models.ForeignKey(
        IssuingAuthority, null=True, blank=True, on_delete=models.PROTECT
    )
    channel = CodeField(default=DeliveryChannel.PORTAL)
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    acknowledged_name = models.CharField(max_length=200, blank=True)
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    carrier = models.CharField(max_length=80, blank=True, default="", db_default="")
    despatched_at = models.DateTimeField(null=True, blank=True)
    despatched_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    receipt_number = models.CharField(
        max_length=120, blank=True, default="", db_default=""
    )
    identity_seen = CodeField(blank=True, default="", db_default="")
    came_back_at = models.DateTimeField(null=True, blank=True)
    came_back_reason = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    called_back_at = models.DateTimeField(null=True, blank=True)
    call_back_outcome = CodeField(blank=True, default="", db_default="")
    downloads = models.PositiveIntegerField(default=0, db_default=0)
    encrypted_to = models.JSONField(default=list, db_default=[], blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            in_vocabulary("channel", DeliveryChannel, "delivery_channel"),
            in_vocabulary(
                "identity_seen", IdentitySeen, "delivery_identity_seen", blank=True
            ),
            in_vocabulary(
                "call_back_outcome",
                CallBackOutcome,
                "delivery_call_back_outcome",
                blank=True,
            ),
            models.CheckConstraint(
                condition=Q(recipient_requester__isnull=False)
                | Q(recipient_authority__isnull=False),
                name="delivery_has_recipient",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True) | ~Q(acknowledged_name=""),
                name="delivery_opened_was_acknowledged",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def state(self) -> DeliveryState:
        """Where it is: the last that is known of it."""
        if self.opened_at is not None:
            return DeliveryState.RECEIVED
        if self.blocked_at is not None:
            return DeliveryState.STOPPED
        if self.came_back_at is not None:
            return DeliveryState.CAME_BACK
        if self.despatched_at is not None:
            return DeliveryState.SENT
        return DeliveryState.WAITING
