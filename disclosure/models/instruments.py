"""What is presented: court and authority instruments, and documents."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from disclosure.domain.vocabulary import (
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    InstrumentKind,
    InstrumentRelation,
    Recipient,
)
from disclosure.models.accounts import LegalEntity, User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.parties import IssuingAuthority, Requester
from disclosure.models.requests import DisclosureRequest


class Instrument(models.Model):
    """An order, letter or notice, and what a named person found about it.

    `authenticated` is None until somebody judged it. `holder` is the person an
    investigation order names. `valid_until` is tested on the day presented.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="instruments"
    )
    kind = CodeField()
    ref = models.CharField(max_length=200)
    ref_normalised = models.CharField(max_length=200, db_index=True)
    relation = CodeField(default=InstrumentRelation.FIRST)
    relates_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later"
    )
    case_kind = CodeField(default=CaseKind.CIVIL)
    authority = models.ForeignKey(
        IssuingAuthority, null=True, blank=True, on_delete=models.PROTECT
    )
    addressee = models.CharField(max_length=200, blank=True)
    addressee_entity = models.ForeignKey(
        LegalEntity, null=True, blank=True, on_delete=models.PROTECT
    )
    addressee_ours = models.BooleanField(null=True, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    served_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    answer_due_on = models.DateField(null=True, blank=True)
    recipient = CodeField(blank=True, default="")
    holder = models.ForeignKey(
        Requester, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    secrecy = models.BooleanField(default=False)
    legal_ground = models.CharField(max_length=400, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    authenticated = models.BooleanField(null=True, blank=True)
    authenticated_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    authenticated_at = models.DateTimeField(null=True, blank=True)
    authentication_note = models.TextField(blank=True)
    registered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    registered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            in_vocabulary("kind", InstrumentKind, "instrument_kind"),
            in_vocabulary("relation", InstrumentRelation, "instrument_relation"),
            in_vocabulary("case_kind", CaseKind, "instrument_case_kind"),
            in_vocabulary("recipient", Recipient, "instrument_recipient", blank=True),
            models.CheckConstraint(
                condition=Q(relation=InstrumentRelation.FIRST)
                | Q(relates_to__isnull=False),
                name="instrument_relation_names_other",
            ),
            models.CheckConstraint(
                condition=Q(authenticated__isnull=True)
                | Q(authenticated_by__isnull=False, authenticated_at__isnull=False),
                name="instrument_authenticated_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.ref


class InstrumentItem(models.Model):
    """One thing an instrument grants or refuses; no labels means every target."""

    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="items"
    )
    position = models.PositiveSmallIntegerField()
    fields = ArrayField(CodeField())
    target_labels = ArrayField(
        models.CharField(max_length=20), default=list, blank=True
    )
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    granted = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "position"], name="instrument_item_position"
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True)
                | Q(to_on__isnull=True)
                | Q(to_on__gte=F("from_on")),
                name="instrument_item_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id}/{self.position}"


class Document(models.Model):
    """A file or paper received, and the reviewer's verdict on it.

    The bytes are stored encrypted under `storage_name`; `sha256` is of the bytes
    as received. A paper never scanned has neither. `removed_at`: taken back by its
    sender before submission. `copied_from`: the same paper of the request that this
    one continues, where it was judged by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="documents"
    )
    instrument = models.ForeignKey(
        Instrument,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    kind = CodeField(blank=True, default="")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    storage_name = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    original_seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verdict = CodeField(default=DocumentVerdict.PENDING)
    verdict_reason = models.CharField(max_length=80, blank=True)
    verdict_note = models.TextField(blank=True)
    reviewed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            in_vocabulary("kind", DocumentKind, "document_kind", blank=True),
            in_vocabulary("verdict", DocumentVerdict, "document_verdict"),
            models.CheckConstraint(
                condition=Q(verdict=DocumentVerdict.PENDING)
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="document_judged_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def judged_before(self) -> "Document | None":
        """What it is a copy of, as it was judged last; None where it never was.

        Told to the reviewer, who judges anew; it counts for nothing.
        """
        row = self.copied_from
        while row is not None and row.verdict == DocumentVerdict.PENDING:
            row = row.copied_from
        return row
