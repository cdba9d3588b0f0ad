"""Sweeps and relays killed again and again: nothing lost, nothing doubled."""

import random
import time

import pytest
from django.db import transaction

from disclosure import notifications
from disclosure.actions import jobs
from disclosure.models import AuditEntry, OutboxMessage, Reminder, User
from tests.tasks.conftest import new_request
from tests.tasks.processes import start
from tests.tasks.test_tick import START, answer_due

DEADLINES = 1500
KILLS = 40
LOOP = ("--loop", "--every", "0.05")


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [20261123])
def test_killed_at_any_moment_the_work_is_done_exactly_once(
    seed: int, lead: User
) -> None:
    with transaction.atomic():
        for number in range(DEADLINES):
            answer_due(new_request(f"DR-2026-{number:06d}"))
        Reminder.objects.update(remind_at=START)
    chance = random.Random(seed)
    commands = [("manage.py", "tick", *LOOP)] * 2 + [("manage.py", "relay", *LOOP)]
    processes = [start(*command) for command in commands]
    try:
        for _kill in range(KILLS):
            time.sleep(chance.uniform(0.3, 2.5))
            victim = chance.randrange(len(processes))
            processes[victim].kill()
            processes[victim].communicate()
            processes[victim] = start(*commands[victim])
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    while jobs.tick().done:
        pass
    last = OutboxMessage.objects.order_by("-next_attempt_at").first()
    assert last is not None
    while notifications.deliver(now=last.next_attempt_at + notifications.LEASE).sent:
        pass
    assert not Reminder.objects.filter(sent_at__isnull=True).exists()
    assert OutboxMessage.objects.count() == DEADLINES
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()
    reminded = AuditEntry.objects.filter(action="deadline.reminded")
    assert reminded.count() == DEADLINES
    assert reminded.values("stream").distinct().count() == DEADLINES
