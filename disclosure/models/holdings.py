"""What is held about an account, without the values, and the values under seal."""

import uuid

from django.db import models

from disclosure.domain.vocabulary import (
    AbsenceReason,
    HoldingBasis,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, DateMultirangeField, in_vocabulary
from disclosure.models.lookups import LookUpPart
from disclosure.models.requests import TargetAccount


class HoldingRecord(models.Model):
    """Whether one granted field is held, where it came from, how it was verified.

    Absence has a typed reason; `is_current` is false once a later look replaced it.
    Data passed on and not kept is no excuse: it needs an `explanation`, to whom it
    went and whether it can be had back, before anything is prepared.
    """

    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="holdings"
    )
    field = CodeField()
    periods = DateMultirangeField(null=True, blank=True)
    presence = CodeField()
    source = CodeField(blank=True, default="")
    verification = CodeField(default=VerificationStatus.UNKNOWN)
    verified_at = models.DateTimeField(null=True, blank=True)
    absence_reason = CodeField(blank=True, default="")
    absence_note = models.CharField(max_length=400, blank=True)
    system = models.CharField(max_length=100)
    basis = CodeField(default=HoldingBasis.CONNECTOR, db_default=HoldingBasis.CONNECTOR)
    part = models.ForeignKey(
        LookUpPart,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="holdings",
    )
    explanation = models.TextField(blank=True, default="", db_default="")
    explained_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    explained_at = models.DateTimeField(null=True, blank=True)
    looked_up_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    looked_up_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            in_vocabulary("field", IdentityField, "holding_field_code"),
            in_vocabulary("presence", Presence, "holding_presence"),
            in_vocabulary("source", ValueSource, "holding_source", blank=True),
            in_vocabulary("basis", HoldingBasis, "holding_basis"),
            in_vocabulary("verification", VerificationStatus, "holding_verification"),
            in_vocabulary(
                "absence_reason", AbsenceReason, "holding_absence_reason", blank=True
            ),
            models.CheckConstraint(
                condition=models.Q(presence=Presence.HELD, absence_reason="")
                | (~models.Q(presence=Presence.HELD) & ~models.Q(absence_reason="")),
                name="holding_absence_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.presence}"


class SealedValue(models.Model):
    """One fetched value, encrypted under the request's values key.

    Unreadable for good once that key is destroyed. `observed_at` is when the
    value was true of the account, for data that happened at a moment; `current_on`
    the legal dates on which a standing fact was the current one, None where the
    service named none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holding = models.ForeignKey(
        HoldingRecord, on_delete=models.PROTECT, related_name="values"
    )
    ciphertext = models.BinaryField()
    observed_at = models.DateTimeField(null=True, blank=True)
    current_on = DateMultirangeField(null=True, blank=True)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(observed_at__isnull=True)
                | models.Q(current_on__isnull=True),
                name="value_moment_or_days",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
