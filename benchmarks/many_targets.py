"""What a request about hundreds of accounts costs, step by step.

    .venv/bin/python benchmarks/many_targets.py [--targets 300] [--profile "look up"]

Runs a court's request through the actions that the desk's pages call, on the
tests' embedded server. For each step: the time by the
clock, the processor's time here and in the database's process for us, and how many
statements were sent. `--profile` says where one step's own time goes, and which
statements it repeats.
"""

import argparse
import cProfile
import os
import pstats
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"

import django

django.setup()

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from disclosure.actions import preservation, production, review
from disclosure.actions.finding import lookup
from disclosure.actions.making import sealing
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    IdentityField,
    Presence,
    RequesterKind,
    ValueSource,
)
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    NotifyStatus,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.models import DisclosureRequest, Production, User
from tests.databases import TestDatabases, use_server
from tests.factories import (
    ensure_weighed,
    make_intake,
    make_target,
    make_user,
    order,
    record_order,
    register_paper,
    sign_off,
)

FIELDS: Final = (
    IdentityField.USERNAME,
    IdentityField.REAL_NAME,
    IdentityField.ID_NUMBER,
    IdentityField.PHONE,
    IdentityField.EMAIL,
)


class EveryAccount:
    """A service that knows every account and holds every field of it."""

    def __init__(self, *, service_code: str) -> None:
        self.service_code = service_code

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        return (
            AccountRef(
                self.service_code,
                query.identifier,
                AccountHolderKind.NATURAL_PERSON,
                False,
                AccountStatus.ACTIVE,
                None,
            ),
        )

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        return PreserveOutcome(account.ref, PreserveStatus.PRESERVED, until=until)

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        return tuple(
            FieldPresence(
                account.ref, item.field, period, Presence.HELD, source=ValueSource.USER
            )
            for item in wanted
            for period in item.periods
        )

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        return tuple(
            FetchedValue(
                account.ref,
                item.field,
                f"{item.field} of {account.ref}",
                datetime(2010, 1, 1, tzinfo=UTC),
                source=ValueSource.USER,
            )
            for item in wanted
        )

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        return NotifyOutcome(account.ref, NotifyStatus.BY_HAND)


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=300)
    parser.add_argument("--profile", default="", metavar="STEP")
    asked = parser.parse_args()
    # A name that the import system finds again, unlike __main__.
    settings.HOLDINGS_CONNECTORS = {
        "video": {"connector": "benchmarks.many_targets.EveryAccount"}
    }
    databases = TestDatabases(use_server())
    databases.prepare()
    try:
        run(asked.targets, Steps(asked.profile))
    finally:
        databases.close()


def run(count: int, steps: "Steps") -> None:
    """Take one request from its registration to the sealed answer."""
    print(f"{count} accounts, {len(FIELDS)} fields each")
    officer = make_user("case_officer")
    approvers = [make_user("approver"), make_user("team_lead")]
    # The first of everything loads the law and the fonts: not what is measured.
    to_the_seal(1, officer, approvers, lambda _name: nothing())
    steps.print_head()
    answer = to_the_seal(count, officer, approvers, steps.step)
    look_at_pages(answer, officer, steps)


def to_the_seal(
    count: int, officer: User, approvers: list[User], step: Callable[[str], Any]
) -> Production:
    """The actions of the request's life, each under its name."""
    targets = tuple(
        make_target(*FIELDS, identifier=f"account-{number:04}")
        for number in range(count)
    )
    with step("register"):
        case = register_paper(make_intake(targets=targets), kind=RequesterKind.COURT)
    with step("open the review"):
        case = review.open_review(case, actor=officer)
    record_order(case, order(*FIELDS), officer=officer)
    with step("find the accounts"):
        for target in case.targets.all():
            preservation.resolve_target(target, actor=officer)
    with step("decide"):
        review.decide(case, actor=officer)
    with step("look up"):
        for target in case.targets.all():
            lookup.look_up(target, actor=officer)
    case = DisclosureRequest.objects.get(pk=case.pk)
    with step("prepare"):
        answer = production.prepare(case, actor=officer)
    ensure_weighed(answer)
    with step("ask for approval"):
        answer = production.request_approval(answer, actor=officer)
    with step("approve"):
        for approver in approvers[: answer.approvals_required]:
            production.approve(
                answer, contents_sha256=answer.contents_sha256, actor=approver
            )
    answer = sign_off(answer)
    with step("seal"):
        return sealing.seal(answer, actor=officer)


def look_at_pages(answer: Production, officer: User, steps: "Steps") -> None:
    """The desk's pages about this request, each opened once before it is measured."""
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={})
    client = Client()
    client.force_login(officer)
    case = answer.disclosure_request
    for name, address in {
        "page: queue": reverse("console:queue"),
        "page: request": reverse("console:request", args=[case.pk]),
        "page: its trail": reverse("console:trail", args=[case.pk]),
        "page: answer": reverse("console:production", args=[answer.pk]),
        "page: incidents": reverse("console:incidents"),
    }.items():
        client.get(address)
        with steps.step(name):
            response = client.get(address)
        if response.status_code != HTTPStatus.OK:
            raise SystemExit(f"{address}: {response.status_code}")


@contextmanager
def nothing() -> Iterator[None]:
    """Measure nothing."""
    yield


class Steps:
    """Measures steps by name, and looks closer at one."""

    def __init__(self, profiled: str) -> None:
        self._profiled = profiled

    def print_head(self) -> None:
        """Print what the columns are."""
        print(
            f"  {'':<22}{'elapsed':>10}{'here':>10}{'database':>10}{'statements':>12}"
        )

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what happens within, and print it."""
        connection.ensure_connection()
        server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
        sent: Counter[str] = Counter()
        profile = cProfile.Profile() if name == self._profiled else None

        def count(execute: Any, sql: Any, *rest: Any) -> Any:
            sent[str(sql)] += 1
            return execute(sql, *rest)

        start, here, there = time.perf_counter(), time.process_time(), busy(server)
        with connection.execute_wrapper(count):
            if profile is None:
                yield
            else:
                with profile:
                    yield
        print(
            f"  {name:<22}{time.perf_counter() - start:8.2f} s"
            f"{time.process_time() - here:8.2f} s{busy(server) - there:8.2f} s"
            f"{sent.total():12,}"
        )
        if profile is not None:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
            for statement, times in sent.most_common(25):
                print(f"{times:6} x {statement[:300]}")


def busy(path: Path) -> float:
    """Seconds that the database's process for us was on a processor."""
    return int(path.read_text().split()[0]) / 1e9


if __name__ == "__main__":
    main()
