"""The same case five times over; only who writes down its changes differs."""

import uuid

import pghistory
from auditlog.registry import auditlog
from django.db import models
from django_fsm import FSMField, transition
from simple_history.models import HistoricalRecords


class Case(models.Model):
    """About as wide as a record that people work on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=40)
    status = FSMField(max_length=40, default="open")
    result = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    received_on = models.DateField(auto_now_add=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.reference

    @transition(status, source="open", target="decided")
    def decide(self) -> None:
        """Take it as decided."""

    @transition(status, source="decided", target="open")
    def reopen(self) -> None:
        """Take it as open again."""


class PlainCase(Case):
    """Nobody writes anything down."""


class OwnCase(Case):
    """Guarded as our records are: no status without an entry that states it."""


class LoggedCase(Case):
    """Signals write a row of JSON (django-auditlog)."""


class CopiedCase(Case):
    """Every save writes a copy of the row (django-simple-history)."""

    history = HistoricalRecords()


@pghistory.track()
class TriggeredCase(Case):
    """Triggers write a copy of the row (django-pghistory)."""


class SqlLine(models.Model):
    """A line written by hand, as raw SQL would do it."""

    case = models.UUIDField()
    status = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case}: {self.status}"


auditlog.register(LoggedCase)
