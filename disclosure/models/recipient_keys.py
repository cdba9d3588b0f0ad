"""The keys recipients gave us, to which what is released to them is encrypted."""

import uuid

from django.db import models
from django.db.models import F, Q

from disclosure.models.parties import Requester


class RecipientKey(models.Model):
    """A public key of one account; of each account at most one is in use.

    `recipient` is what the age program takes after ``-r``: an age key, or an SSH
    public key without its comment. `fingerprint` is what people compare. A row never
    changes but for `retired_at`: what went out under a key stays explainable.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    requester = models.ForeignKey(
        Requester, on_delete=models.PROTECT, related_name="keys"
    )
    recipient = models.TextField()
    fingerprint = models.CharField(max_length=64)
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requester"],
                condition=Q(retired_at__isnull=True),
                name="recipient_key_one_in_use",
            ),
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(fingerprint=""),
                name="recipient_key_complete",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True)
                | Q(retired_at__gte=F("registered_at")),
                name="recipient_key_retired_later",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint
