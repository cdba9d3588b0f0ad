"""What every test stands on: real servers, guarded tables, no silent skips."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.test import TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django.plugin import DjangoDbBlocker

from config import embedded
from tests.databases import TestDatabases, use_server

# Small and seeded for every day, large and random for `make test-long`.
hypothesis_settings.register_profile(
    "quick",
    max_examples=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.register_profile(
    "long",
    max_examples=2000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

_skipped: list[str] = []


@pytest.fixture(scope="session")
def test_databases(django_db_blocker: DjangoDbBlocker) -> Iterator[TestDatabases]:
    """Give this process a migrated clone, under the application's role."""
    with django_db_blocker.unblock():
        databases = TestDatabases(use_server())
        databases.prepare()
    yield databases
    with django_db_blocker.unblock():
        databases.close()


@pytest.fixture(scope="session")
def django_db_setup(test_databases: TestDatabases) -> Iterator[None]:
    """Replace pytest-django's set-up, which migrates as the connecting role."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase,
            "_fixture_teardown",
            lambda _case: test_databases.renew(),
        )
        yield


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """Run a broker of this process's own; yield its address."""
    with tempfile.TemporaryDirectory(prefix="disclosure-broker-") as directory:
        server = subprocess.Popen(
            embedded.valkey_command(Path(directory)), stdout=subprocess.DEVNULL
        )
        address = f"unix://{embedded.valkey_socket(Path(directory))}"
        try:
            _wait_for_broker(redis.Redis.from_url(address))
            yield f"redis+socket://{embedded.valkey_socket(Path(directory))}"
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Start every test in English and UTC, whatever a page before it left on."""
    with translation.override("en"), timezone.override(None):
        yield


def _wait_for_broker(client: redis.Redis) -> None:
    for _ in range(1200):
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.05)
        else:
            client.close()
            return
    raise AssertionError("The broker did not start within a minute.")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped, for the rule below."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: what is not run is not known to work."""
    if os.environ.get("CI") and _skipped and "PYTEST_XDIST_WORKER" not in os.environ:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped where that fails the run."""
    if os.environ.get("CI") and _skipped:
        terminalreporter.section("skipped, which fails in CI", red=True)
        for nodeid in _skipped:
            terminalreporter.write_line(nodeid)
