"""When it went wrong: the incident, what was done about it, who was told, by when."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from disclosure.domain.vocabulary import (
    IncidentCause,
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    IncidentOutcome,
    IncidentStatus,
    MeasureKind,
    PersonNoticeState,
)
from disclosure.models.accounts import ProviderService, User
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.productions import Delivery, Production
from disclosure.models.requests import DisclosureRequest, TargetAccount

S = IncidentStatus


class Incident(models.Model):
    """Something that went wrong, or nearly, with personal information.

    Bound to one request, or to none (a leak of the system). What people write about
    it stands encrypted under a key of the incident's own, so that it outlives the
    request's keys: the columns `…_sealed`. Persons are counted and named by opaque
    references only. `once` keeps what a job reports from being reported twice.
    `erased_at`: its retention ended and its key was destroyed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    kind = CodeField()
    status = FSMField(default=S.OPEN, protected=True, max_length=40)
    disclosure_request = models.ForeignKey(
        DisclosureRequest,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="incidents",
    )
    productions = models.ManyToManyField(Production, related_name="incidents")
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT
    )
    target = models.ForeignKey(
        TargetAccount, null=True, blank=True, on_delete=models.PROTECT
    )
    fields = ArrayField(CodeField(), default=list, blank=True)
    persons_affected = models.PositiveIntegerField(null=True, blank=True)
    account_refs = ArrayField(models.CharField(max_length=200), default=list)
    once = models.CharField(max_length=120, unique=True, null=True, blank=True)

    happened_at = models.DateTimeField(null=True, blank=True)
    discovered_at = models.DateTimeField()
    discovered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField()
    cause = CodeField(default=IncidentCause.REPORTED)
    what_sealed = models.BinaryField(null=True, blank=True)

    level = CodeField(blank=True, default="")
    level_reason_sealed = models.BinaryField(null=True, blank=True)
    level_chosen_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contained_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cleared_reason_sealed = models.BinaryField(null=True, blank=True)

    outcome = CodeField(blank=True, default="")
    root_cause_sealed = models.BinaryField(null=True, blank=True)
    corrective_sealed = models.BinaryField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    UNFINISHED: ClassVar[tuple[str, ...]] = (S.OPEN, S.CONTAINED, S.AWAITING_CLOSING)
    AT_WORK: ClassVar[tuple[str, ...]] = (S.OPEN, S.CONTAINED)

    class Meta:
        ordering: ClassVar[list[str]] = ["-discovered_at", "-reference"]
        constraints = [
            in_vocabulary("kind", IncidentKind, "incident_kind"),
            in_vocabulary("status", IncidentStatus, "incident_status"),
            in_vocabulary("cause", IncidentCause, "incident_cause"),
            models.CheckConstraint(
                condition=~Q(cause=IncidentCause.REPORTED)
                | Q(what_sealed__isnull=False),
                name="incident_reported_in_words",
            ),
            in_vocabulary("outcome", IncidentOutcome, "incident_outcome", blank=True),
            in_vocabulary("level", IncidentLevel, "incident_level", blank=True),
            models.CheckConstraint(
                condition=~Q(closed_by=F("proposed_by")),
                name="incident_closed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status=S.CLOSED)
                | (
                    Q(closed_by__isnull=False)
                    & Q(closed_at__isnull=False)
                    & ~Q(outcome="")
                    & Q(root_cause_sealed__isnull=False)
                ),
                name="incident_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True)
                | Q(cleared_by__isnull=False, cleared_reason_sealed__isnull=False),
                name="incident_cleared_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(level="") | Q(level_reason_sealed__isnull=False),
                name="incident_level_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(happened_at__isnull=True)
                | Q(happened_at__lte=F("discovered_at")),
                name="incident_happened_before_found",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(status=S.CLOSED),
                name="incident_erased_after_closing",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def stream(self) -> str:
        """The audit stream that tells its story: its request's, else its own."""
        if self.disclosure_request_id:
            return f"request:{self.disclosure_request_id}"
        return f"incident:{self.id}"

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do about it."""
        return self.status in self.UNFINISHED

    @transition(field=status, source=S.OPEN, target=S.CONTAINED)
    def contain(self) -> None:
        """Record that nothing more can leave or be read because of it."""

    @transition(field=status, source=[S.OPEN, S.CONTAINED], target=S.AWAITING_CLOSING)
    def propose_closing(self, *, outcome: IncidentOutcome) -> None:
        """Put cause and correction before a second person."""
        self.outcome = outcome

    @transition(field=status, source=S.AWAITING_CLOSING, target=S.CONTAINED)
    def return_to_work(self) -> None:
        """Send it back: something is missing."""
        self.outcome = ""

    @transition(field=status, source=S.AWAITING_CLOSING, target=S.CLOSED)
    def close(self) -> None:
        """End it, by somebody else than who proposed it."""

    @transition(field=status, source=S.CLOSED, target=S.OPEN)
    def reopen(self) -> None:
        """Take it up again: something new came to light."""
        self.outcome = ""


class IncidentMeasure(models.Model):
    """One thing done about an incident; rows are added, never changed.

    For a closed link `was_opened` says what the delivery says: whether the recipient
    had opened the package. The paper of an undertaking lies encrypted in storage.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="measures"
    )
    kind = CodeField()
    done_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note_sealed = models.BinaryField(null=True, blank=True)
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT
    )
    was_opened = models.BooleanField(null=True, blank=True)
    paper_name = models.CharField(max_length=255, blank=True)
    paper_media_type = models.CharField(max_length=100, blank=True)
    paper_sha256 = models.CharField(max_length=64, blank=True)
    paper_storage_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["recorded_at"]
        constraints = [
            in_vocabulary("kind", MeasureKind, "incident_measure_kind"),
            models.CheckConstraint(
                condition=~Q(kind=MeasureKind.LINK_CLOSED)
                | Q(delivery__isnull=False, was_opened__isnull=False),
                name="incident_link_says_whether_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.kind}"


class IncidentNotice(models.Model):
    """Telling a person concerned what happened, or an approved reason for not doing so.

    `categories` are the kinds of information; cause and possible harm, what was done
    and what the person can do, and how to reach the handler stand encrypted. For a
    waiver `reason_sealed` says why, and somebody else than who asked decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="notices"
    )
    state = CodeField()
    target = models.ForeignKey(
        TargetAccount, null=True, blank=True, on_delete=models.PROTECT
    )
    service = models.ForeignKey(
        ProviderService, null=True, blank=True, on_delete=models.PROTECT
    )
    account_ref = models.CharField(max_length=200, blank=True)
    categories = ArrayField(CodeField(), default=list, blank=True)
    language = models.CharField(max_length=10, blank=True)
    text_sealed = models.BinaryField(null=True, blank=True)
    reason_sealed = models.BinaryField(null=True, blank=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["prepared_at"]
        constraints = [
            in_vocabulary("state", PersonNoticeState, "incident_notice_state"),
            models.CheckConstraint(
                condition=~Q(state=PersonNoticeState.GIVEN)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="incident_notice_given_at",
            ),
            models.CheckConstraint(
                condition=~Q(state=PersonNoticeState.WAIVED)
                | Q(decided_by__isnull=False, reason_sealed__isnull=False),
                name="incident_notice_waived_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("prepared_by")),
                name="incident_notice_waived_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.state}"


class IncidentClock(models.Model):
    """A report that is due, chosen by a person with a reason, counted by the program.

    `steps` explains the date; `verified` says whether the cited article was checked
    at the source. `report_reference` is what the authority gave as receipt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="clocks"
    )
    kind = CodeField()
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    steps = models.JSONField(default=list)
    citation_zh = models.CharField(max_length=200)
    citation_en = models.CharField(max_length=200)
    verified = models.BooleanField()
    reason_sealed = models.BinaryField()
    set_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    report_reference = models.CharField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["due_at"]
        constraints = [
            in_vocabulary("kind", IncidentClockKind, "incident_clock_kind"),
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="incident_clock_once",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True)
                | Q(cancelled_by__isnull=False, cancelled_reason_sealed__isnull=False),
                name="incident_clock_cancelled_with_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(met_at__isnull=True, cancelled_at__isnull=True),
                name="incident_clock_open_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.kind}"

    @property
    def is_open(self) -> bool:
        """Whether the report is still owed."""
        return self.met_at is None and self.cancelled_at is None


class IncidentReminder(models.Model):
    """One reminder of one clock: planned with its time, stamped when sent."""

    clock = models.ForeignKey(
        IncidentClock, on_delete=models.PROTECT, related_name="reminders"
    )
    code = models.CharField(max_length=20)
    remind_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "code"], name="incident_reminder_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                condition=Q(sent_at__isnull=True),
                name="incident_reminder_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.code}"
