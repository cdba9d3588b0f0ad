"""Whatever is asked, ordered, allowed and held: no path releases more, or less.

Made-up orders, accounts and later documents go through the real actions and tables
to the bytes of the package; `ledger` says by counting days what may be in them.
"""

import io
import itertools
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from disclosure.access import NotNow
from disclosure.actions import delivery, objections, review
from disclosure.actions.base import Impossible
from disclosure.actions.inputs import InstrumentInput, ItemInput
from disclosure.actions.keeping.vault import package_key
from disclosure.domain.vocabulary import (
    IdentityField,
    InstrumentRelation,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.files.storage import open_stored
from disclosure.models import DisclosureRequest, FieldDisposition, Production, User
from tests.factories import (
    make_intake,
    make_requester,
    make_review,
    make_target,
    make_user,
    order,
    produce,
    record_order,
    register_paper,
)
from tests.security import ledger
from tests.security.ledger import Held, Item
from tests.spy_connector import BEFORE_THE_GATE, calls_in

pytestmark = pytest.mark.django_db

RULE = ("copyright", "copyright-court")
_numbers = itertools.count(1)
_long = os.environ.get("HYPOTHESIS_PROFILE") == "long"
real_actions = settings(
    max_examples=150 if _long else 8,
    # An example costs a second and names what is wrong: shrinking it is not worth it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)

fields = st.frozensets(st.sampled_from(ledger.POOL), min_size=1, max_size=5)
spans = st.one_of(
    st.just((None, None)),
    st.tuples(st.integers(1, 31), st.integers(1, 31)).map(lambda ends: sorted(ends)),
)


@st.composite
def items(draw: st.DrawFn) -> tuple[Item, ...]:
    """An order that grants something, and may refuse other things or parts of it."""
    first = Item(draw(fields), *draw(spans), granted=True)
    others = st.builds(
        lambda named, span, granted: Item(named, *span, granted=granted),
        fields,
        spans,
        st.booleans(),
    )
    return (first, *draw(st.lists(others, max_size=2)))


@st.composite
def holdings(draw: st.DrawFn) -> tuple[Held, ...]:
    """What two accounts hold that had the same name, one after the other."""
    found = []
    for ref in ledger.REFS:
        for field in draw(st.frozensets(st.sampled_from(ledger.POOL), min_size=2)):
            days: list[int | None] = [None]
            if field in ledger.EVENTS:
                days = sorted(draw(st.sets(st.integers(1, 31), min_size=1, max_size=3)))
            found += [Held(ref, field, day, n) for n, day in enumerate(days)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Case:
    """One court's order about a name seen on a day, and what came of it later."""

    items: tuple[Item, ...]
    holdings: tuple[Held, ...]
    lost: frozenset[str]
    asked: frozenset[str]
    seen_on: int
    later: InstrumentRelation | None
    later_items: tuple[Item, ...]
    after_sealing: bool

    @property
    def ref(self) -> str:
        return ledger.REFS[self.seen_on >= ledger.HANDED_ON]

    @property
    def in_force(self) -> tuple[Item, ...]:
        if self.later is None:
            return self.items
        return self.later_items if self.later == InstrumentRelation.REPLACES else ()

    @property
    def may_leave(self) -> set[str]:
        if self.after_sealing and self.later is not None:
            return set()
        return ledger.may_leave(
            self.in_force, self.holdings, self.ref, ledger.permitted(*RULE)
        )


cases = st.builds(
    Case,
    items=items(),
    holdings=holdings(),
    lost=st.frozensets(st.sampled_from(ledger.POOL)),
    # What a clerk typed: it neither narrows nor widens what the court ordered.
    asked=fields,
    seen_on=st.integers(1, 31),
    later=st.sampled_from(
        [None, None, InstrumentRelation.REPLACES, InstrumentRelation.WITHDRAWS]
    ),
    later_items=items(),
    after_sealing=st.booleans(),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a case's accounts are read from, and what was asked of the connector."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "calls.jsonl"


@pytest.fixture
def bench(settings) -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="ledger-"))
    settings.HOLDINGS_CONNECTORS = {
        "video": {
            "connector": "tests.spy_connector.SpyConnector",
            "options": {
                "log": str(folder / "calls.jsonl"),
                "inner": {
                    "connector": "disclosure.holdings.csv_connector.CsvConnector",
                    "options": {
                        "folder": str(folder / "export"),
                        "collects": list(ledger.POOL),
                    },
                },
            },
        }
    }
    yield Bench(folder)
    shutil.rmtree(folder)


def instrument(items: tuple[Item, ...], **changes: object) -> InstrumentInput:
    """Return the order as a clerk records it."""
    return order(
        ref=f"（2026）海0101民初{next(_numbers)}号",
        items=tuple(
            ItemInput(ledger.fields_of(item), item.period, item.granted)
            for item in items
        ),
        **changes,
    )


def decided(case: Case, officer: User) -> DisclosureRequest:
    """Register the order, authenticate it, and what came after it, and decide."""
    seen = datetime(2009, 1, case.seen_on, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    target = make_target(
        *(IdentityField(field) for field in sorted(case.asked)),
        identifier=ledger.NAME,
        observed_at=seen,
    )
    asked = register_paper(make_intake(targets=(target,)))
    asked = review.open_review(asked, actor=officer)
    first = record_order(asked, instrument(case.items), officer=officer)
    if case.later is not None and not case.after_sealing:
        record_later(case, asked, first.ref, officer)
    review.decide(DisclosureRequest.objects.get(pk=asked.pk), actor=officer)
    return DisclosureRequest.objects.get(pk=asked.pk)


def record_later(case: Case, asked: DisclosureRequest, ref: str, officer: User) -> None:
    assert case.later is not None
    later = case.later_items if case.later == InstrumentRelation.REPLACES else ()
    record_order(
        DisclosureRequest.objects.get(pk=asked.pk),
        instrument(later, relation=case.later, relates_to_ref=ref),
        officer=officer,
    )


def received(case: Case, asked: DisclosureRequest, officer: User) -> dict | None:
    """Return the data its recipient downloads; None when there is none to have."""
    answer = produce(asked, P.SEALED, officer=officer)
    if case.later is not None and case.after_sealing:
        first = asked.instruments.order_by("pk").first()
        record_later(case, asked, first.ref, officer)
    answer = Production.objects.get(pk=answer.pk)
    try:
        outcome = delivery.release(answer, actor=officer)
    except (Impossible, NotNow):
        # Stopped by the later document: no move is left to it.
        return None
    if outcome.delivery is None:
        return None
    answer = outcome.production
    recipient = make_requester("court", authority=answer.recipient_authority).user
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=recipient)
    package = delivery.download(answer, actor=recipient)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        data = (
            json.loads(archive.read("data.json"))
            if "data.json" in (archive.namelist())
            else {"targets": []}
        )
    return data | {"everything": everything}


@real_actions
@given(case=cases)
def test_what_leaves_is_what_was_ordered_allowed_and_held(
    bench: Bench, case: Case
) -> None:
    shutil.rmtree(bench.folder / "export", ignore_errors=True)
    bench.log.unlink(missing_ok=True)
    ledger.write_export(bench.folder / "export", case.holdings, case.lost)
    officer = make_user("case_officer")

    asked = decided(case, officer)
    assert {call.verb for call in calls_in(bench.log)} <= BEFORE_THE_GATE
    data = received(case, asked, officer)

    values = [
        value["value"]
        for target in (data or {"targets": []})["targets"]
        for field in target["fields"]
        for value in field["values"]
    ]
    # A standing fact stands once under each period it was granted for.
    assert set(values) == case.may_leave
    events = [each.value for each in case.holdings if each.day is not None]
    assert all(values.count(event) <= 1 for event in events)
    # Nor does anything else in the package say more than its data.
    for each in case.holdings:
        if data is not None and each.value not in case.may_leave:
            assert each.value.encode() not in data["everything"]
    assert_one_disposition_each(case, asked)
    assert_asked_only_what_was_granted(case, bench)


def assert_one_disposition_each(case: Case, asked: DisclosureRequest) -> None:
    """Each field and day named has one disposition, with its reason, in zh and en."""
    answer = asked.productions.order_by("-pk").first()
    if answer is None:
        return
    named = ledger.asked_days(case.items if case.after_sealing else case.in_force)
    ends: dict[tuple[str, int], list[str]] = {}
    for row in FieldDisposition.objects.filter(production=answer, is_current=True):
        assert row.reason_zh
        assert row.reason_en
        assert row.reason_code
        for day in ledger.MONTH:
            if any(ledger.contains(period, day) for period in row.periods):
                ends.setdefault((str(row.field), day), []).append(str(row.disposition))
    for field, days in named.items():
        for day in days:
            assert len(ends.get((field, day), [])) == 1, (field, day, ends)
    assert all(len(found) == 1 for found in ends.values())


def assert_asked_only_what_was_granted(case: Case, bench: Bench) -> None:
    """The service was asked about one account, and for granted fields and days."""
    law = ledger.permitted(*RULE)
    in_force = case.items if case.after_sealing else case.in_force
    for call in calls_in(bench.log):
        if call.verb in BEFORE_THE_GATE:
            continue
        assert call.account_ref == case.ref
        for field, periods in call.wanted:
            assert field in law
            days = ledger.granted_days(in_force, field)
            wanted = {
                day
                for day in ledger.MONTH
                if any(ledger.contains(period, day) for period in periods)
            }
            assert wanted <= days


def test_the_oracle_can_say_no() -> None:
    """Worked by hand: it would notice too much and too little."""
    name = Held("earlier", "real_name", None, 0)
    early = Held("earlier", "ip_address", 3, 0)
    late = Held("earlier", "ip_address", 9, 1)
    other = Held("later", "real_name", None, 0)
    said = Held("earlier", "private_messages", 3, 0)
    every = (name, early, late, other, said)
    law = ledger.permitted(*RULE)
    both = frozenset({"real_name", "ip_address", "private_messages"})

    grant = Item(both, 1, 10, granted=True)
    refusal = Item(frozenset({"ip_address"}), 5, 10, granted=False)

    assert ledger.may_leave([grant], every, "earlier", law) == {
        each.value for each in (name, early, late)
    }
    assert ledger.may_leave([grant, refusal], every, "earlier", law) == {
        name.value,
        early.value,
    }
    assert ledger.may_leave([grant], every, "later", law) == {other.value}
    assert ledger.may_leave([], every, "earlier", law) == set()
    assert "private_messages" not in law
    assert "real_name" in law


#: What the rule for sellers lets out, and what of it this seller has.
SELLER = ("company_name", "business_address", "phone")


@pytest.mark.parametrize(
    "sustained",
    [(), ("phone",), ("company_name", "phone"), ("business_address", "ip_address")],
    ids=", ".join,
)
def test_what_an_objection_kept_back_does_not_leave(sustained: tuple[str, ...]) -> None:
    """On document review alone: what is sustained is withheld, and said to be."""
    officer = make_user("case_officer")
    asked_for = (*SELLER, "ip_address")
    asked = make_review(
        fields=tuple(IdentityField(field) for field in asked_for), officer=officer
    )
    target = asked.targets.get()
    objection = objections.record_objection(
        target,
        grounds="I am in danger.",
        fields=[IdentityField(field) for field in asked_for],
        actor=officer,
    )
    objections.decide_objection(
        objection,
        sustained_fields=[IdentityField(field) for field in sustained],
        reason="Weighed.",
        actor=officer,
    )
    review.decide(DisclosureRequest.objects.get(pk=asked.pk), actor=officer)

    answer = produce(
        DisclosureRequest.objects.get(pk=asked.pk), P.SEALED, officer=officer
    )

    package = open_stored(answer.package_name, package_key(answer).reveal())
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        (found,) = json.loads(archive.read("data.json"))["targets"]
    left = {row["field"]: row for row in found["fields"]}
    assert {field for field, row in left.items() if row["values"]} == (
        set(SELLER) - set(sustained)
    )
    for field in sustained:
        expected = "withheld_on_objection" if field in SELLER else "barred"
        assert left[field]["disposition"] == expected
        assert left[field]["reason"]
    assert set(left) == set(asked_for)
