"""A disclosure request, the accounts it asks about and the fields it asks for."""

import uuid
from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django_fsm import FSMField, transition

from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    Compliance,
    HolderLanguage,
    IdentifierType,
    IdentityField,
    IntakeChannel,
    ProcedureStage,
    ProviderRole,
    Regime,
    RequestEnd,
    RequestStatus,
    Result,
)
from disclosure.models.accounts import LegalEntity, ProviderService, User
from disclosure.models.fields import CodeField, DateMultirangeField, in_vocabulary
from disclosure.models.law import RulebookVersion
from disclosure.models.parties import Claimant, IssuingAuthority, Requester

S = RequestStatus

#: The highest port of TCP and UDP (RFC 9293, RFC 768: sixteen bits).
MAX_PORT: Final = 65535


class DisclosureRequest(models.Model):
    """One request: where it stands (`status`) and what came out (`result`).

    Status changes only through the transitions below, called by actions; the
    database refuses any other change. Times are UTC; `received_on` is the legal
    date in the calendar of the rule. `draft_sealed` is the unfinished form of a
    draft, encrypted under the request's evidence key and gone on submission.
    `record_erased_at`: when that key was destroyed at the end of retention; papers,
    letters and reasons are gone since then, rows and trail stay. `continues`: the
    closed request that this one looks at again, after an appeal was upheld.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True, null=True, blank=True)
    status = FSMField(default=S.DRAFT, protected=True, max_length=40)
    result = CodeField(blank=True, default="")
    end = CodeField(blank=True, default="")
    compliance = CodeField(blank=True, default="")

    regime = CodeField()
    channel = CodeField(default=IntakeChannel.PORTAL)
    language = models.CharField(max_length=10, default="zh-hans")
    requester = models.ForeignKey(
        Requester, on_delete=models.PROTECT, related_name="disclosure_requests"
    )
    claimant = models.ForeignKey(
        Claimant, null=True, blank=True, on_delete=models.PROTECT
    )
    authority = models.ForeignKey(
        IssuingAuthority, null=True, blank=True, on_delete=models.PROTECT
    )
    entity = models.ForeignKey(
        LegalEntity, null=True, blank=True, on_delete=models.PROTECT
    )
    service = models.ForeignKey(
        ProviderService, null=True, blank=True, on_delete=models.PROTECT
    )
    ground = models.TextField(blank=True)
    stage = CodeField(default=ProcedureStage.PRE_SUIT)
    suit_pending = models.BooleanField(null=True, blank=True)
    provider_pleads_user_content = models.BooleanField(null=True, blank=True)
    authorised_by_claimant = models.BooleanField(null=True, blank=True)

    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    record_erased_at = models.DateTimeField(null=True, blank=True)
    originals_seen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    courier_number = models.CharField(max_length=80, blank=True)
    assignee = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="assigned_requests",
    )
    rulebook = models.ForeignKey(
        RulebookVersion, null=True, blank=True, on_delete=models.PROTECT
    )
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    continues = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="continued_by",
    )
    draft_sealed = models.BinaryField(null=True, blank=True)
    submission_token = models.UUIDField(unique=True, null=True, blank=True)
    search_grams = ArrayField(models.TextField(), default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    OPEN: ClassVar[tuple[str, ...]] = (
        S.RECEIVED,
        S.IN_REVIEW,
        S.AWAITING_REQUESTER,
        S.DECIDED,
    )

    class Meta:
        constraints = [
            in_vocabulary("status", RequestStatus, "request_status"),
            in_vocabulary("result", Result, "request_result", blank=True),
            in_vocabulary("end", RequestEnd, "request_end", blank=True),
            in_vocabulary("compliance", Compliance, "request_compliance", blank=True),
            in_vocabulary("regime", Regime, "request_regime"),
            in_vocabulary("channel", IntakeChannel, "request_channel"),
            in_vocabulary("stage", ProcedureStage, "request_stage"),
            models.CheckConstraint(
                condition=models.Q(status=S.DRAFT)
                | models.Q(end=RequestEnd.WITHDRAWN)
                | models.Q(reference__isnull=False, received_on__isnull=False),
                name="request_received_has_reference",
            ),
            models.CheckConstraint(
                condition=models.Q(record_erased_at__isnull=True)
                | models.Q(status=S.CLOSED),
                name="request_erased_after_closing",
            ),
            models.CheckConstraint(
                condition=models.Q(continues__isnull=True)
                | ~models.Q(continues=models.F("pk")),
                name="request_continues_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status", "-received_at"], name="request_status_received"
            ),
            GinIndex(fields=["search_grams"], name="request_search_grams"),
        ]

    def __str__(self) -> str:
        return self.reference or str(self.id)

    @property
    def stream(self) -> str:
        """The audit stream that tells this request's story."""
        return f"request:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether work on the request is still possible."""
        return self.status in self.OPEN

    @transition(field=status, source=S.DRAFT, target=S.RECEIVED)
    def submit(self, *, reference: str) -> None:
        """Take the request in: from here its clocks run."""
        self.reference = reference

    @transition(field=status, source=S.RECEIVED, target=S.IN_REVIEW)
    def open_review(self, *, reviewer: User) -> None:
        """Begin the review under one responsible person."""
        self.assignee = reviewer

    @transition(field=status, source=S.IN_REVIEW, target=S.AWAITING_REQUESTER)
    def ask_requester(self, *, items: int) -> None:
        """Wait for the requester to complete at least one named item."""
        if items < 1:
            raise ValueError("a completion request names at least one item")

    @transition(field=status, source=S.AWAITING_REQUESTER, target=S.IN_REVIEW)
    def resume_review(self, *, cause: str) -> None:
        """Take the review up again: completed, or the waiting ended."""

    @transition(field=status, source=S.IN_REVIEW, target=S.DECIDED)
    def decide(self, *, result: Result) -> None:
        """Record that every target has a decision."""
        self.result = result

    @transition(field=status, source=S.DECIDED, target=S.IN_REVIEW)
    def reopen(self, *, cause: str) -> None:
        """Return to review: a later instrument or an upheld appeal."""
        self.result = ""

    @transition(field=status, source=S.DECIDED, target=S.CLOSED)
    def close(self) -> None:
        """Close after everything decided was answered."""

    @transition(field=status, source=[S.DRAFT, *OPEN], target=S.CLOSED)
    def end_early(self, *, end: RequestEnd) -> None:
        """Close with an end other than a decision; the end stands beside it."""
        self.end = end


class TargetAccount(models.Model):
    """One account asked about.

    `identifier` is clear text unless it is personal data itself; then it stands
    encrypted in `identifier_sealed` with a keyed `identifier_index` for search.
    `observed_until` (both ends included) and `port` belong to an IP address, which
    many accounts share: the window in which it was seen, and the sender's port.
    `holder_language` is what the account holder reads, empty while nobody knows.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="targets"
    )
    label = models.CharField(max_length=20)
    identifier_type = CodeField()
    identifier = models.CharField(max_length=500, blank=True)
    identifier_sealed = models.BinaryField(null=True, blank=True)
    identifier_index = models.BinaryField(null=True, blank=True, db_index=True)
    observed_at = models.DateTimeField(null=True, blank=True)
    observed_until = models.DateTimeField(null=True, blank=True)
    port = models.PositiveIntegerField(null=True, blank=True)
    service = models.ForeignKey(
        ProviderService, null=True, blank=True, on_delete=models.PROTECT
    )
    provider_role = CodeField(blank=True, default="")
    account_holder_kind = CodeField(default=AccountHolderKind.UNKNOWN)
    is_minor = models.BooleanField(null=True, blank=True)
    already_public = ArrayField(CodeField(), default=list, blank=True)
    account_ref = models.CharField(max_length=200, blank=True)
    account_status = CodeField(blank=True, default="", db_default="")
    holder_language = CodeField(blank=True, default="", db_default="")
    resolved_at = models.DateTimeField(null=True, blank=True)
    retention_ends_on = models.DateField(null=True, blank=True)
    result = CodeField(blank=True, default="")
    compliance = CodeField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["disclosure_request", "label"], name="target_label_unique"
            ),
            in_vocabulary("identifier_type", IdentifierType, "target_identifier_type"),
            in_vocabulary(
                "provider_role", ProviderRole, "target_provider_role", blank=True
            ),
            in_vocabulary("account_holder_kind", AccountHolderKind, "target_holder"),
            in_vocabulary(
                "account_status", AccountStatus, "target_account_status", blank=True
            ),
            in_vocabulary(
                "holder_language", HolderLanguage, "target_holder_language", blank=True
            ),
            in_vocabulary("result", Result, "target_result", blank=True),
            in_vocabulary("compliance", Compliance, "target_compliance", blank=True),
            models.CheckConstraint(
                condition=models.Q(port__isnull=True)
                | models.Q(
                    identifier_type=IdentifierType.IP_TIME,
                    port__gte=1,
                    port__lte=MAX_PORT,
                ),
                name="target_port_of_address",
            ),
            models.CheckConstraint(
                condition=models.Q(observed_until__isnull=True)
                | models.Q(
                    identifier_type=IdentifierType.IP_TIME,
                    observed_at__isnull=False,
                    observed_until__gte=models.F("observed_at"),
                ),
                name="target_window_of_address",
            ),
        ]
        indexes = [models.Index(fields=["identifier"], name="target_identifier")]

    def __str__(self) -> str:
        return f"{self.disclosure_request_id}/{self.label}"


class RequestedField(models.Model):
    """One kind of data asked about one account; no periods means no limit stated."""

    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="requested_fields"
    )
    field = CodeField()
    periods = DateMultirangeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target", "field"], name="requested_field_unique"
            ),
            in_vocabulary("field", IdentityField, "requested_field_code"),
        ]

    def __str__(self) -> str:
        return self.field


class Counter(models.Model):
    """A gapless number series, advanced under its row lock in the using action."""

    name = models.CharField(max_length=60, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
