"""One desk for each journey: its own database, files, keys, worker and spy."""

import io
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from disclosure.actions.house import companies
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.domain.vocabulary import ProviderRole, RequesterKind
from tests.databases import TestDatabases
from tests.factories import SETUP, make_authority
from tests.journeys.desk import Desk, worker
from tests.journeys.holdings import Spy, configure
from tests.journeys.leaks import (
    found_in,
    leaks_in_database,
    leaks_in_files,
    leaks_in_visits,
)
from tests.journeys.pages import Page

#: A court and a company of fiction, as everywhere in the tests.
COURT = "海州市东区人民法院"
ENTITIES = {
    "cloudport": ("云港网络科技有限公司", "Cloudport Network Technology Co., Ltd."),
    "commerce": ("云港电子商务有限公司", "Cloudport E-Commerce Co., Ltd."),
}
SERVICES = {
    "video": ("cloudport", "云港视频", "Cloudport Video", "hosting"),
    "forum": ("cloudport", "云港论坛", "Cloudport Forum", "hosting"),
    "market": ("commerce", "云港集市", "Cloudport Market", "marketplace"),
}


def make_companies() -> None:
    """Write down who we are and who runs which service: no page makes these rows."""
    for code, (name_zh, name_en) in ENTITIES.items():
        companies.record_entity(code, EntityTerms(name_zh, name_en), actor=SETUP)
    for code, (entity, name_zh, name_en, role) in SERVICES.items():
        terms = ServiceTerms(
            entity, name_zh, name_en, ProviderRole(role), date(2001, 1, 1)
        )
        companies.record_service(code, terms, actor=SETUP)
    make_authority(COURT, RequesterKind.COURT)


@dataclass(slots=True)
class Watch:
    """Looks, at the end of a journey, for values in every place they could be."""

    desk: Desk
    directories: tuple[Path, ...]
    log: io.StringIO
    databases: TestDatabases

    def finds_nothing_of(self, values: Iterable[str]) -> None:
        """Fail for any of these values anywhere but in what recipients downloaded."""
        values = list(values)
        assert values
        pages = [v for v in self.desk.visits if not is_download(v.page)]
        assert leaks_in_visits(pages, values) == []
        assert leaks_in_files(self.directories, values) == []
        assert found_in(self.log.getvalue().encode(), values) == set()
        url, name = self.databases.superuser_url, self.databases.current
        assert leaks_in_database(url, name, values) == []

    def finds_the_trail_intact(self) -> None:
        """Fail when the audit trail does not verify or disagrees with the tables."""
        out = io.StringIO()
        call_command("audit_key", "generate", stdout=out)
        call_command("sequence", stdout=out)
        call_command("verify_audit", stdout=out, stderr=out)
        assert "Sound" in out.getvalue(), out.getvalue()


def is_download(page: Page) -> bool:
    """Whether this is a file to keep, not a page to look at."""
    return page.headers.get("Content-Disposition", "").startswith("attachment")


@pytest.fixture
def spy(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Spy:
    """Put a spy before every service, for this process and the worker's."""
    connectors, text, spy = configure(tmp_path)
    config = tmp_path / "holdings.toml"
    config.write_text(text, encoding="utf-8")
    settings.HOLDINGS_CONNECTORS = connectors
    monkeypatch.setenv("HOLDINGS_CONFIG", str(config))
    return spy


@pytest.fixture
def stores(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, ...]:
    """Give the journey file and key stores of its own."""
    for name in ("FILES_DIR", "KEY_STORE_DIR"):
        directory = tmp_path / name.lower()
        directory.mkdir(mode=0o700)
        setattr(settings, name, directory)
        monkeypatch.setenv(name, str(directory))
    settings.CHECKPOINT_KEY_FILE = tmp_path / "checkpoint.key"
    settings.CHECKPOINT_VERIFIER_KEYS_FILE = tmp_path / "checkpoint.vkeys"
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "witness"
    return (tmp_path,)


@pytest.fixture
def desk(
    transactional_db: None,
    tmp_path: Path,
    broker_url: str,
    spy: Spy,
    stores: tuple[Path, ...],
) -> Iterator[Desk]:
    """A desk with our companies and services, and a worker that runs."""
    make_companies()
    desk = Desk(tmp_path, broker_url)
    with worker(desk):
        yield desk


@pytest.fixture
def watch(
    desk: Desk, stores: tuple[Path, ...], test_databases: TestDatabases
) -> Iterator[Watch]:
    """Listen to the log from now on; look everywhere when asked."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    root.addHandler(handler)
    yield Watch(desk, stores, log, test_databases)
    root.removeHandler(handler)
