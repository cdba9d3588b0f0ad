"""The demo shows every state there is, its trail verifies, and it loads once."""

import contextlib
import io
import json
from collections.abc import Iterable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from disclosure.domain.vocabulary import (
    Compliance,
    InstrumentKind,
    ProductionKind,
    ProductionStatus,
    Regime,
    RequestEnd,
    RequestStatus,
    Result,
    StaffRole,
)
from disclosure.management.demo.cases import CASES
from disclosure.management.demo.past import Past, living_in
from disclosure.management.demo.roster import PASSWORD, PORTAL, STAFF, account_of
from disclosure.models import (
    AuditEntry,
    Deadline,
    DisclosureRequest,
    Instrument,
    IssuingAuthority,
    Objection,
    OutboxMessage,
    Production,
    ProviderService,
    TargetAccount,
    User,
)
from disclosure.portal.second_factor import has_second_factor, must_use_second_factor
from tests.holdings.accounts import accounts

ALIASES = ["default", "owner", "sequencer", "auditor"]


def run(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def counted() -> dict[str, int]:
    models = (
        AuditEntry,
        DisclosureRequest,
        IssuingAuthority,
        OutboxMessage,
        Production,
        ProviderService,
        User,
    )
    return {model.__name__: model.objects.count() for model in models}


def found(model: type[Model], column: str) -> set[str]:
    return set(model._default_manager.values_list(column, flat=True)) - {""}


def words(values: Iterable[str]) -> set[str]:
    return {str(value) for value in values}


@pytest.fixture
def few_accounts(settings, tmp_path, test_databases) -> Iterator[None]:
    """Put few accounts where the demo has a million: load_demo finds them there."""
    settings.STATE_DIR = tmp_path
    with accounts(test_databases.superuser_url, tmp_path / "holdings"):
        yield


@pytest.mark.django_db(transaction=True, databases=ALIASES)
def test_the_demo_shows_everything_and_loads_once(
    settings, tmp_path, few_accounts
) -> None:
    settings.DEMO_LOGINS_FILE = tmp_path / "logins.txt"
    settings.CHECKPOINT_KEY_FILE = tmp_path / "secret" / "checkpoint.key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "checkpoint.vkeys"
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "witness"
    settings.CHECKPOINT_ORIGIN = "log.example.test/demo"

    said = run("load_demo")

    assert f"{len(CASES)} of {len(CASES)}: " in said
    shows_every_word()
    shows_a_living_queue()
    people_can_sign_in(settings.DEMO_LOGINS_FILE.read_text(encoding="utf-8"))

    before = counted()
    assert "0 demo cases made" in run("load_demo")
    assert counted() == before

    run("audit_key", "generate")
    run("sequence")
    report = json.loads(run("verify_audit", json=True))
    assert report["faults"] == []
    assert report["entries"] == before["AuditEntry"]


def shows_every_word() -> None:
    assert found(DisclosureRequest, "status") == words(RequestStatus)
    assert found(DisclosureRequest, "end") == words(RequestEnd)
    assert found(DisclosureRequest, "compliance") == words(Compliance)
    assert found(DisclosureRequest, "regime") == words(Regime)
    assert found(TargetAccount, "result") == words(Result)
    assert found(Production, "status") == words(ProductionStatus)
    assert found(Production, "kind") == words(ProductionKind)
    assert found(Instrument, "kind") >= words(
        set(InstrumentKind) - {InstrumentKind.REMINDER, InstrumentKind.FREEZE_NOTICE}
    )


def shows_a_living_queue() -> None:
    now = timezone.now()
    running = Deadline.objects.filter(met_at=None, cancelled_at=None)
    assert DisclosureRequest.objects.count() >= 40
    assert running.filter(due_at__lt=now).exists()
    assert running.filter(due_at__gt=now).count() > 10
    assert Objection.objects.filter(decided_at=None).exists()
    assert DisclosureRequest.objects.filter(language="en").exists()
    assert not AuditEntry.objects.filter(action="access.denied").exists()
    assert all(
        row.targets.exists()
        for row in DisclosureRequest.objects.exclude(status=RequestStatus.DRAFT)
    )


def people_can_sign_in(printed: str) -> None:
    users = {user.email: user for user in User.objects.all()}
    assert set(users) == {account.email for account in (*STAFF, *PORTAL)}
    assert {user.staff_role for user in users.values()} == {"", *words(StaffRole)}
    assert PASSWORD in printed
    for email, user in users.items():
        assert user.check_password(PASSWORD)
        assert email in printed
        assert has_second_factor(user) == must_use_second_factor(user)
    court = users[account_of("court").email]
    code = run("demo_code", court.email).strip()
    secret = decrypt(Authenticator.objects.get(user=court).data["secret"])
    assert validate_totp_code(secret, code)
    assert signs_in(court, code)
    with pytest.raises(CommandError, match="without a code"):
        run("demo_code", account_of("injured").email)


def signs_in(user: User, code: str) -> bool:
    """Whether password and code lead in, over HTTP."""
    client = Client()
    asked = client.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD}
    )
    assert asked["Location"] == reverse("mfa_authenticate")
    entered = client.post(reverse("mfa_authenticate"), {"code": code})
    return entered.status_code == 302 and SESSION_KEY in client.session


@pytest.mark.parametrize("command", [("load_demo",), ("demo_code", "a@example.org")])
def test_production_is_refused(settings, command) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match=r"production|demo only"):
        call_command(*command)


def test_the_past_ends_with_its_block_and_never_lies_ahead() -> None:
    real = timezone.now
    start = real()
    past = Past(start)
    with living_in(past):
        past.wait(days=-3)
        assert timezone.now() < start
        past.wait(days=30)
        assert timezone.now() <= real()
    assert timezone.now is real

    with contextlib.suppress(ZeroDivisionError), living_in(past):
        raise ZeroDivisionError
    assert timezone.now is real


def test_every_case_has_a_name_of_its_own() -> None:
    keys = [case.key for case in CASES]
    assert len(set(keys)) == len(keys)
