"""The schedule and the correspondence: rows, because the broker is only a doorbell."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from disclosure.domain.vocabulary import DeadlineKind, Procedure, ReferralKind
from disclosure.models.accounts import User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.letters import Letter
from disclosure.models.productions import Production
from disclosure.models.requests import DisclosureRequest, TargetAccount


class Deadline(models.Model):
    """A time limit that can say why it is that date.

    `due_at` is the last instant (UTC) of the legal date `due_on`; `steps` is the
    computation in words and citations; `provisional` means that a holiday
    calendar it crosses is not published yet. A limit with a `length` was counted,
    by the law of `procedure`, and is counted anew when a holiday notice comes in:
    `calendar_version` says which state of the holiday table it was counted with.
    One without was stated as a date and stays.
    """

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="deadlines"
    )
    production = models.ForeignKey(
        Production, null=True, blank=True, on_delete=models.PROTECT
    )
    kind = CodeField()
    starts_at = models.DateTimeField()
    length = models.PositiveIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    day_kind = models.CharField(max_length=10, blank=True)
    procedure = CodeField(default=Procedure.CIVIL)
    rolls = models.BooleanField(default=True)
    due_at = models.DateTimeField()
    due_on = models.DateField()
    steps = models.JSONField(default=list)
    provisional = models.BooleanField(default=False)
    calendar_version = models.PositiveIntegerField(default=0)
    met_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            in_vocabulary("kind", DeadlineKind, "deadline_kind"),
            in_vocabulary("procedure", Procedure, "deadline_procedure"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_open_due",
            ),
            models.Index(
                fields=["calendar_version"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="deadline_open_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"

    @property
    def is_open(self) -> bool:
        """Whether the limit still runs."""
        return self.met_at is None and self.cancelled_at is None


class Reminder(models.Model):
    """One reminder step of one deadline, written once.

    `kind` is `reminder` for whoever is in charge and `escalation` for whoever is
    above them. `offset_hours` counts in whole days from the due date: negative is
    before it. The row is planned with its `remind_at` and stamped when sent.
    """

    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="reminders"
    )
    kind = models.CharField(max_length=20)
    offset_hours = models.IntegerField()
    remind_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "kind", "offset_hours"], name="reminder_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["reminder", "escalation"]), name="reminder_kind"
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                condition=Q(sent_at__isnull=True),
                name="reminder_unsent_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.kind} {self.offset_hours}"


class Message(models.Model):
    """A letter or note on a request; internal notes have `is_internal`."""

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="messages"
    )
    kind = CodeField()
    is_internal = models.BooleanField(default=False)
    from_requester = models.BooleanField(default=False)
    author = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    language = models.CharField(max_length=10, blank=True)
    body = models.TextField(blank=True)
    sent_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["sent_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.sent_at:%Y-%m-%d}"


class CompletionItem(models.Model):
    """One thing that is missing, with what would cure it."""

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="completion_items"
    )
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=80)
    what_zh = models.TextField()
    what_en = models.TextField()
    cure_zh = models.TextField()
    cure_en = models.TextField()
    document_kind = CodeField(blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(cure_zh="") & ~Q(cure_en=""),
                name="completion_item_has_cure",
            )
        ]

    def __str__(self) -> str:
        return self.code


class Preservation(models.Model):
    """A freeze of an account's data against purge and cancellation.

    Unconfirmed without `failed_reason`: a person has to do it. `ended_at` is when it
    lapsed or a longer one took its place. `reference` is the provider's own.
    `confirmed_in` and `ended_in` are the letters that told the sender.
    """

    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="preservations"
    )
    target = models.ForeignKey(TargetAccount, on_delete=models.PROTECT)
    system = models.CharField(max_length=100)
    fields = ArrayField(CodeField(), default=list, blank=True)
    requested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    failed_reason = models.CharField(max_length=200, blank=True)
    expires_on = models.DateField()
    reference = models.CharField(max_length=200, blank=True, default="", db_default="")
    confirmed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    deadline = models.ForeignKey(
        Deadline,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="preservations",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    confirmed_in = models.ForeignKey(
        Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_in = models.ForeignKey(
        Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.target_id} until {self.expires_on}"


class Referral(models.Model):
    """A duty handed to another desk, with owner, time limit and proof of completion."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="referrals"
    )
    kind = CodeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proof = models.TextField(blank=True)

    class Meta:
        constraints = [
            in_vocabulary("kind", ReferralKind, "referral_kind"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | ~Q(proof=""),
                name="referral_completed_with_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.owner}"


class OutboxMessage(models.Model):
    """A mail to send at least once; `dedupe_key` becomes its Message-ID.

    `bounced_at`: refused for good, at the hand-over or by a report afterwards, with
    the status code (RFC 3463) given; it is not sent again. `failures` counts those
    with the same `last_error` in a row; `parked_at`: not tried again until somebody
    says so.
    """

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, null=True, blank=True, on_delete=models.PROTECT
    )
    recipient_email = models.EmailField()
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_status = models.CharField(
        max_length=20, blank=True, default="", db_default=""
    )
    bounce_told_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    parked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(sent_at__isnull=True),
                name="outbox_unsent_due",
            ),
            models.Index(
                fields=["bounced_at"],
                condition=Q(bounced_at__isnull=False, bounce_told_at__isnull=True),
                name="outbox_bounced_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d}"


class JobFailure(models.Model):
    """A row that a job cannot deal with: which, why, and when it is tried next.

    `cause` names the kind of error and never quotes it. `failures` counts those of
    this cause in a row. `parked_at`: not tried again until somebody says so.
    `settled_at`: it went well in the end; the row counts anew from the next failure.
    """

    job = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    cause = models.CharField(max_length=120)
    failures = models.PositiveSmallIntegerField(default=0)
    first_failed_at = models.DateTimeField()
    last_failed_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "key"], name="job_failure_once"),
            models.CheckConstraint(
                condition=Q(parked_at__isnull=True) | Q(settled_at__isnull=True),
                name="job_failure_parked_or_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["job"],
                condition=Q(settled_at__isnull=True),
                name="job_failure_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.key}: {self.cause}"


class Heartbeat(models.Model):
    """When a periodic job last ran, so that its silence can be seen."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
