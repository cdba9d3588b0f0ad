"""The way from an identifier to what is held: accounts found, questions, tasks."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    ChoiceOutcome,
    HoldingTaskKind,
    LookUpState,
    ProposalCause,
    ProposalOutcome,
)
from disclosure.models.accounts import User
from disclosure.models.decisions import Decision
from disclosure.models.fields import CodeField, in_vocabulary
from disclosure.models.requests import DisclosureRequest, TargetAccount


class AccountResolution(models.Model):
    """Which accounts a service said an identifier may mean; no identity value.

    `found` lists them as `{ref, holder_kind, is_minor, status, retention_ends_on}`. A
    later question to the service leaves the earlier answer no longer current.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="resolutions"
    )
    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="resolutions"
    )
    system = models.CharField(max_length=100)
    found = models.JSONField(default=list, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(is_current=True),
                name="resolution_one_current_per_target",
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {len(self.found)}"


class AccountChoice(models.Model):
    """An account a person took for the one meant, until a second person confirms it.

    Only then is the target resolved. Reasons are encrypted under the request's
    evidence key: they may describe the account holder.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="account_choices"
    )
    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="choices"
    )
    resolution = models.ForeignKey(
        AccountResolution, null=True, blank=True, on_delete=models.PROTECT
    )
    account_ref = models.CharField(max_length=200)
    holder_kind = CodeField(default=AccountHolderKind.UNKNOWN)
    is_minor = models.BooleanField(null=True, blank=True)
    account_status = CodeField(default=AccountStatus.UNKNOWN)
    retention_ends_on = models.DateField(null=True, blank=True)
    reason_sealed = models.BinaryField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    outcome = CodeField(blank=True, default="")
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["chosen_at", "id"]
        constraints = [
            in_vocabulary("holder_kind", AccountHolderKind, "choice_holder"),
            in_vocabulary("account_status", AccountStatus, "choice_account_status"),
            in_vocabulary("outcome", ChoiceOutcome, "choice_outcome", blank=True),
            models.UniqueConstraint(
                fields=["target"],
                condition=Q(outcome=""),
                name="choice_one_open_per_target",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | ~Q(outcome="")
                & Q(settled_at__isnull=False, settled_by__isnull=False),
                name="choice_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ChoiceOutcome.CONFIRMED)
                | ~Q(settled_by=F("chosen_by")),
                name="choice_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.outcome or 'open'}"


class LookUpPart(models.Model):
    """One question to a service about some granted fields, and what became of it.

    A part that failed is asked again at `next_attempt_at` (None: by a person only);
    `problem` is a connector error's code. While a granted field stands in no answered
    part nothing is prepared.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="look_up_parts"
    )
    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="look_up_parts"
    )
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT)
    fields = ArrayField(CodeField())
    system = models.CharField(max_length=100)
    state = CodeField(default=LookUpState.ASKED)
    problem = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["asked_at", "id"]
        constraints = [
            in_vocabulary("state", LookUpState, "look_up_part_state"),
            models.CheckConstraint(
                condition=Q(state=LookUpState.ANSWERED, answered_at__isnull=False)
                | ~Q(state=LookUpState.ANSWERED) & Q(answered_at__isnull=True),
                name="look_up_part_answered_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(is_current=True, next_attempt_at__isnull=False),
                name="look_up_part_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.state}"


class HoldingTask(models.Model):
    """What no program can ask of a service: for a person, until a date."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest, on_delete=models.PROTECT, related_name="holding_tasks"
    )
    target = models.ForeignKey(
        TargetAccount, on_delete=models.PROTECT, related_name="holding_tasks"
    )
    kind = CodeField()
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="holding_tasks"
    )
    deadline = models.ForeignKey(
        "disclosure.Deadline", on_delete=models.PROTECT, related_name="holding_tasks"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints = [
            in_vocabulary("kind", HoldingTaskKind, "holding_task_kind"),
            models.UniqueConstraint(
                fields=["target", "kind"],
                condition=Q(done_at__isnull=True, cancelled_at__isnull=True),
                name="holding_task_one_open",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(
                    done_at__isnull=False,
                    done_by__isnull=False,
                    cancelled_at__isnull=True,
                ),
                name="holding_task_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.done_at is None and self.cancelled_at is None


class PreservationProposal(models.Model):
    """Once for each account: what is about to expire while a request needs it.

    `gone_after` is the last legal date on which the data is sure to be there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest,
        on_delete=models.PROTECT,
        related_name="preservation_proposals",
    )
    target = models.OneToOneField(
        TargetAccount, on_delete=models.PROTECT, related_name="preservation_proposal"
    )
    cause = CodeField()
    fields = ArrayField(CodeField(), default=list, blank=True)
    gone_after = models.DateField()
    proposed_at = models.DateTimeField()
    outcome = CodeField(blank=True, default="")
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    reason_sealed = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            in_vocabulary("cause", ProposalCause, "proposal_cause"),
            in_vocabulary("outcome", ProposalOutcome, "proposal_outcome", blank=True),
            models.CheckConstraint(
                condition=Q(outcome="", settled_at__isnull=True)
                | ~Q(outcome="")
                & Q(settled_at__isnull=False, settled_by__isnull=False),
                name="proposal_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id}: {self.cause}"


class StatedReason(models.Model):
    """Why somebody looked at or searched for what the law protects, in their words.

    Encrypted: reasons name people. The trail's entry holds a commitment to it. The key
    is the request's evidence key; without a request the reason has one of its own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disclosure_request = models.ForeignKey(
        DisclosureRequest,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="stated_reasons",
    )
    word = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    text_sealed = models.BinaryField()
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.word} {self.subject}"
