"""Celery tasks: doorbells. They carry no truth, they say "look" (docs/adr/)."""

from typing import Final

from celery import shared_task

from disclosure import notifications
from disclosure.actions import jobs
from disclosure.actions.proof import verifying

#: A verification may take as long: some thousand entries a second, one processor.
VERIFY_SECONDS: Final = 6 * 3600


@shared_task(name="disclosure.tasks.tick", ignore_result=True)
def tick() -> None:
    """Do what is due and not done."""
    jobs.tick()


@shared_task(name="disclosure.tasks.relay", ignore_result=True)
def relay() -> None:
    """Hand over the mails that are due."""
    notifications.deliver()


# Long, and alone: the row says who works on it, so a lost ring needs no redelivery.
@shared_task(
    name="disclosure.tasks.verify",
    ignore_result=True,
    acks_late=False,
    time_limit=VERIFY_SECONDS + 30,
    soft_time_limit=VERIFY_SECONDS,
)
def verify() -> None:
    """Verify the audit trail if somebody asked for it."""
    verifying.verify_asked()
