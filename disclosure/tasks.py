"""Celery tasks: doorbells. They carry no truth, they say "look" (docs/adr/)."""

from celery import shared_task

from disclosure import notifications
from disclosure.actions import jobs


@shared_task(name="disclosure.tasks.tick", ignore_result=True)
def tick() -> None:
    """Do what is due and not done."""
    jobs.tick()


@shared_task(name="disclosure.tasks.relay", ignore_result=True)
def relay() -> None:
    """Hand over the mails that are due."""
    notifications.deliver()
