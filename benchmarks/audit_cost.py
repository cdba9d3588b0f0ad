"""What the audit trail costs, beside doing without and beside other packages.

    uv pip install --require-hashes --no-deps --target var/benchmarks \\
        -r benchmarks/requirements.txt
    .venv/bin/python benchmarks/audit_cost.py

Two questions, each answered in one run of shuffled, interleaved blocks, on an
embedded PostgreSQL of its own that writes durably (fsync):

1. The action that decides a request, against the same action with the trail left
   out: `append` and `record` do nothing, and the triggers that ask for an entry are
   switched off, on the same tables with the same kind of requests.
2. One audited change of status, against the same change that nobody records, and
   against django-auditlog, django-simple-history, django-pghistory and raw SQL, each
   on a table of the same shape.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path[0:1] = [str(HERE.parent)]
sys.path.append(str(HERE.parent / "var" / "benchmarks"))
STATE = tempfile.TemporaryDirectory(prefix="audit-cost-")
os.environ |= {
    "DISCLOSURE_MODE": "demo",
    "DISCLOSURE_VAR": STATE.name,
    "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
}

import django

django.setup()

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction

from benchmarks.cases.models import (
    Case,
    CopiedCase,
    LoggedCase,
    OwnCase,
    PlainCase,
    TriggeredCase,
)
from config import embedded
from disclosure.actions import base, review
from disclosure.audit.append import ActorRef, ObjectRef, append, append_each
from disclosure.domain.vocabulary import IdentityField
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, User
from tests.factories import make_in, make_user, order, record_order

ROUNDS = 10
#: The decision, its deadline met, and the request decided.
ENTRIES_A_DECISION = 3
ACTOR = ActorRef("user", "00000000-0000-4000-8000-000000000001", "case_officer")
Costs = dict[str, list["Cost"]]

#: Our own guard, for the measured table: the text of guards.sql with its name in.
GUARD = """
CREATE FUNCTION public.guard_own_case() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    entry record;
    now_status text;
BEGIN
    SELECT c.status INTO now_status FROM public.cases_owncase c WHERE c.id = NEW.id;
    SELECT e.status, e.xid INTO entry FROM public.disclosure_auditentry e
     WHERE e.subject = 'own_case:' || NEW.id AND e.stream = 'case:' || NEW.id
       AND e.status IS NOT NULL ORDER BY e.stream_seq DESC LIMIT 1;
    IF NOT FOUND OR entry.status IS DISTINCT FROM now_status
       OR entry.xid IS DISTINCT FROM pg_current_xact_id()
    THEN
        RAISE EXCEPTION 'a status without an entry of its transaction';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER status_recorded AFTER UPDATE ON public.cases_owncase
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION public.guard_own_case();
"""


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=12, help="per block")
    parser.add_argument("--transitions", type=int, default=200, help="per block")
    asked = parser.parse_args()
    embedded.hold(settings.EMBEDDED_CLUSTER)
    try:
        prepare()
        print_table("Deciding a request", "without audit", decide(asked.decisions))
        print_table(
            "One change of status", "save(), no audit", transitions(asked.transitions)
        )
    finally:
        connections.close_all()
        embedded.release(settings.EMBEDDED_CLUSTER)
        STATE.cleanup()


def prepare() -> None:
    """Build the tables; let the application write in the measured ones too."""
    call_command("migrate", database="owner", verbosity=0)
    call_command("migrate", "cases", database="owner", run_syncdb=True, verbosity=0)
    call_command("pgtrigger", "install", "--database", "owner", verbosity=0)
    app = settings.DATABASE_ROLES["app"]
    with superuser() as cursor:
        cursor.execute(GUARD)
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {app}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {app}")


@contextmanager
def superuser() -> Iterator[psycopg.Cursor]:
    """Whoever may switch triggers."""
    url = settings.EMBEDDED_CLUSTER.superuser_url(settings.DATABASE_NAME)
    with psycopg.connect(url, autocommit=True) as own:
        yield own.cursor()


# --- 1. The action that decides a request ---------------------------------------


def decide(count: int) -> Costs:
    """Time `review.decide` with and without the trail."""
    officer = make_user("case_officer")
    costs: Costs = {"with audit": [], "without audit": []}
    for block in blocks(costs):
        waiting = [ready(officer) for _ in range(count + 2)]
        before = AuditEntry.objects.count()
        with trail_left_out(block == "without audit"):
            for number, request in enumerate(waiting):
                with measured([] if number < 2 else costs[block]):
                    review.decide(request, actor=officer)
        written = (AuditEntry.objects.count() - before) / len(waiting)
        expected = 0 if block == "without audit" else ENTRIES_A_DECISION
        if written != expected:
            raise SystemExit(f"{block}: {written} entries each, not {expected}")
    return costs


def ready(officer: User) -> object:
    """A request with a court's order, so that deciding it decides everything."""
    request = make_in(S.IN_REVIEW, officer=officer)
    record_order(request, order(IdentityField.REAL_NAME), officer=officer)
    return request


@contextmanager
def trail_left_out(is_left_out: bool) -> Iterator[None]:
    """Switch off what asks for an entry, and what writes one."""
    if not is_left_out:
        yield
        return
    with superuser() as cursor:
        guards = switch(cursor, "DISABLE")
        places = [
            (module, name, getattr(module, name))
            for module in list(sys.modules.values())
            if getattr(module, "__name__", "").startswith("disclosure.actions")
            for name, found in (
                ("append", append),
                ("append_each", append_each),
                ("record", base.record),
                ("record_each", base.record_each),
            )
            if getattr(module, name, None) is found
        ]
        for module, name, _found in places:
            setattr(module, name, lambda *_args, **_kwargs: 0)
        try:
            yield
        finally:
            for module, name, found in places:
                setattr(module, name, found)
            switch(cursor, "ENABLE ALWAYS", guards)


def switch(
    cursor: psycopg.Cursor, how: str, guards: list[tuple[str, str]] | None = None
) -> list[tuple[str, str]]:
    """Switch the triggers that ask for an entry; return which those are."""
    if guards is None:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
            "WHERE tgname IN ('entry_written', 'entry_written_insert', "
            "'status_recorded', 'status_recorded_insert') "
            "AND tgrelid::regclass::text LIKE 'disclosure%%'"
        )
        guards = list(cursor.fetchall())
    for table, name in guards:
        cursor.execute(f"ALTER TABLE {table} {how} TRIGGER {name}")
    return guards


# --- 2. One change of status ------------------------------------------------------


def transitions(count: int) -> Costs:
    """Time one change of status in each way."""
    ways: dict[str, tuple[type[Case], Callable[[Case], None]]] = {
        "save(), no audit": (PlainCase, through_save),
        "raw SQL, no audit": (PlainCase, by_sql),
        "raw SQL and a line by hand": (PlainCase, by_sql_with_line),
        "our trail": (OwnCase, through_save_and_trail),
        "django-auditlog": (LoggedCase, through_save),
        "django-simple-history": (CopiedCase, through_save),
        "django-pghistory": (TriggeredCase, through_save),
    }
    costs: Costs = {way: [] for way in ways}
    cases = {way: make_cases(model, count // 4) for way, (model, _) in ways.items()}
    for way in blocks(costs):
        move = ways[way][1]
        for number in range(count):
            case = cases[way][number % len(cases[way])]
            with measured(costs[way]):
                move(case)
    return costs


def make_cases(model: type[Case], count: int) -> list[Case]:
    """Cases of one kind, made in one go."""
    rows = [model(reference=f"DD-2026-{n:06}", note="n" * 200) for n in range(count)]
    return list(model._default_manager.bulk_create(rows))


def through_save(case: Case) -> None:
    """Lock, move, save: what an application does."""
    with transaction.atomic():
        row = type(case)._default_manager.select_for_update().get(pk=case.pk)
        move_on(row)
        row.save()


def through_save_and_trail(case: Case) -> None:
    """The same, and the entry that the guard asks for."""
    with transaction.atomic():
        row = type(case)._default_manager.select_for_update().get(pk=case.pk)
        move_on(row)
        row.save()
        append(
            f"case:{row.pk}",
            actor=ACTOR,
            action="case.moved",
            obj=ObjectRef("own_case", str(row.pk)),
            status=row.status,
            data={"version": row.version},
        )


def move_on(row: Case) -> None:
    """To the other of its two statuses."""
    row.version += 1
    if row.status == "open":
        row.decide()
    else:
        row.reopen()


SQL = (
    "UPDATE cases_plaincase SET status = CASE status WHEN 'open' THEN 'decided' "
    "ELSE 'open' END, version = version + 1, changed_at = now() WHERE id = %s "
    "RETURNING status"
)


def by_sql(case: Case) -> None:
    """One statement."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL, [case.pk])


def by_sql_with_line(case: Case) -> None:
    """One statement, and one more for a line that anybody may edit later."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL, [case.pk])
        (status,) = cursor.fetchone()
        cursor.execute(
            'INSERT INTO cases_sqlline ("case", status, at) VALUES (%s, %s, now())',
            [case.pk, status],
        )


# --- Both ---------------------------------------------------------------------------


def blocks(costs: Costs) -> Iterator[str]:
    """Every way in each round, in an order drawn anew; the first round warms up."""
    chance = random.Random(20261123)
    for number in range(ROUNDS + 1):
        if number == 1:
            for each in costs.values():
                each.clear()
        yield from chance.sample(sorted(costs), len(costs))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operation took, in seconds: by the clock, and of the processors."""

    elapsed: float
    busy: float


@contextmanager
def measured(into: list[Cost]) -> Iterator[None]:
    """Measure what happens within, here and in the database's process for us."""
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    busy = time.process_time() + server_time(server)
    start = time.perf_counter()
    yield
    elapsed = time.perf_counter() - start
    into.append(Cost(elapsed, time.process_time() + server_time(server) - busy))


def server_time(path: Path) -> float:
    """Seconds that a process was on a processor."""
    return int(path.read_text().split()[0]) / 1e9


def print_table(title: str, floor: str, costs: Costs) -> None:
    """Print medians and their ratios to the floor's.

    By the clock includes waiting for the disk, and for whatever else the machine
    does; processor time does not, and is the steadier figure on a busy one.
    """
    count = len(costs[floor])
    print(f"{title} ({count} each)")
    print(f"  {'':<28} {'elapsed':>12} {'ratio':>8} {'processor':>12} {'ratio':>8}")
    elapsed, busy = medians(costs[floor])
    for way, each in sorted(costs.items(), key=lambda item: medians(item[1])[1]):
        its_elapsed, its_busy = medians(each)
        print(
            f"  {way:<28} {its_elapsed * 1000:9.3f} ms {its_elapsed / elapsed:6.2f} x"
            f" {its_busy * 1000:9.3f} ms {its_busy / busy:6.2f} x"
        )


def medians(costs: list[Cost]) -> tuple[float, float]:
    """Of the time by the clock, and of the processors' time."""
    return (
        statistics.median(cost.elapsed for cost in costs),
        statistics.median(cost.busy for cost in costs),
    )


if __name__ == "__main__":
    main()
