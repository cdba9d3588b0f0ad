"""Letters that leave the desk: what each says, where its page lies, when it went."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from disclosure.domain.vocabulary import LetterChannel, LetterKind, LetterRecipient
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.notices import UserNotice
from disclosure.models.outgoing import DocumentNumber
from disclosure.models.parties import IssuingAuthority, Requester
from disclosure.models.requests import DisclosureRequest, TargetAccount


class Letter(models.Model):
    """One letter to one addressee: written, then set and filed, then sent.

    What it says is fixed in the transaction of the step it tells of:
    `content_sealed` is the JSON its template reads, under the request's evidence key.
    The PDF is set from it afterwards and stored encrypted under `storage_name`;
    `sha256` is of its clear bytes. `cause` names the step, so that no step writes
    two. Letters to private persons have no `number`: they carry the request's
    reference. `dated_on` is the legal date (Asia/Shanghai) in the letter.
    `sent_at`: put before its addressee, in the portal or by whoever posted it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="letters"
    )
    kind = CodeField()
    cause = models.CharField(max_length=120)
    language = models.CharField(max_length=2)
    recipient = CodeField()
    requester = models.ForeignKey(
        Requester, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    authority = models.ForeignKey(
        IssuingAuthority,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    target = models.ForeignKey(
        TargetAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notice = models.ForeignKey(
        UserNotice,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letters",
    )
    number = models.OneToOneField(
        DocumentNumber,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="letter",
    )
    dated_on = models.DateField()
    content_sealed = models.BinaryField()
    written_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    storage_name = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    filed_at = models.DateTimeField(null=True, blank=True)
    channel = CodeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tracking_number = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["written_at", "id"]
        constraints = [
            in_vocabulary("kind", LetterKind, "letter_kind"),
            in_vocabulary("recipient", LetterRecipient, "letter_recipient"),
            in_vocabulary("channel", LetterChannel, "letter_channel"),
            models.UniqueConstraint(
                fields=["disclosure_request", "cause"], name="letter_once"
            ),
            models.CheckConstraint(
                condition=Q(language="zh")
                | Q(language="en") & ~Q(recipient="authority"),
                name="letter_language",
            ),
            models.CheckConstraint(
                condition=Q(
                    recipient="requester",
                    requester__isnull=False,
                    authority__isnull=True,
                    target__isnull=True,
                )
                | Q(
                    recipient="authority",
                    authority__isnull=False,
                    target__isnull=True,
                )
                | Q(
                    recipient="account_holder",
                    requester__isnull=True,
                    authority__isnull=True,
                    target__isnull=False,
                ),
                name="letter_has_one_addressee",
            ),
            models.CheckConstraint(
                condition=Q(filed_at__isnull=True, storage_name="", sha256="")
                | Q(filed_at__isnull=False) & ~Q(storage_name="") & ~Q(sha256=""),
                name="letter_filed_with_its_hash",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(filed_at__isnull=False),
                name="letter_sent_after_filing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["written_at"],
                condition=Q(filed_at__isnull=True),
                name="letter_to_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dated_on}"
