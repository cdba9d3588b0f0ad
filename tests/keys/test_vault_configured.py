"""`KEY_STORE_BACKEND=vault`: settings, checks and the rotation command."""

from dataclasses import asdict
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config import key_store as key_store_settings
from disclosure import checks
from disclosure.keys import configured
from disclosure.keys.transit import TransitKeyStore
from disclosure.keys.vault_server import VaultSettings
from tests.keys.bao import Bao
from tests.keys.benches import VaultBench

NAME = "0d4f6c38-1111-4222-8333-444455556666.values"


@pytest.fixture
def bench(bao: Bao, tmp_path: Path, settings) -> VaultBench:
    bench = VaultBench(bao, tmp_path)
    settings.KEY_STORE_BACKEND = "vault"
    settings.VAULT = asdict(bench.settings)
    return bench


def problems() -> list[str]:
    return [str(problem.id) for problem in checks.check_key_store(None)]


def test_the_environment_names_the_server(
    bao: Bao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(bao.token())
    environment = {
        "VAULT_ADDR": bao.address,
        "VAULT_TOKEN_FILE": str(tmp_path / "token"),
        "VAULT_CA_FILE": str(bao.ca_file),
        "VAULT_TIMEOUT_SECONDS": "2.5",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    vault = VaultSettings(**key_store_settings.vault())

    assert vault.timeout_seconds == 2.5
    assert (vault.transit_key, vault.kv_path) == ("disclosure-desk", "disclosure-desk")
    assert (vault.token_file, vault.ca_file) == (tmp_path / "token", bao.ca_file)


def test_the_configured_store_is_the_server(bench: VaultBench) -> None:
    store = configured.key_store()
    created = store.create(NAME)

    assert isinstance(store, TransitKeyStore)
    assert configured.key_store().load(NAME) == created
    assert created.reveal() not in bench.wrapped(NAME)


@pytest.mark.django_db
def test_the_command_rewraps_under_the_new_transit_key(bench: VaultBench) -> None:
    def rotate() -> str:
        output = StringIO()
        call_command("rotate_keys", stdout=output)
        return output.getvalue()

    # Nobody set up a second factor here; test_rotate_command has those.
    factors = "Second factors sealed anew: 0\n"
    created = configured.key_store().create(NAME)
    assert rotate() == f"Keys wrapped anew: 0\n{factors}"
    bench.renew_kek()

    assert rotate() == f"Keys wrapped anew: 1\n{factors}"
    assert rotate() == f"Keys wrapped anew: 0\n{factors}"

    bench.drop_old_kek()
    assert configured.key_store().load(NAME) == created


def test_the_command_says_what_keeps_it_from_the_server(
    bench: VaultBench, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("not-a-token")

    with pytest.raises(CommandError, match="refused our credentials"):
        call_command("rotate_keys")


def test_a_server_set_up_as_the_manual_says_passes_the_check(
    bench: VaultBench,
) -> None:
    assert problems() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"address": "https://127.0.0.1:1"}, "disclosure.E020"),
        ({"ca_file": None}, "disclosure.E020"),
        ({"address": "http://vault.example.org"}, "disclosure.E020"),
        ({"transit_key": "not-ours"}, "disclosure.E021"),
        ({"kv_path": "not-ours"}, "disclosure.E021"),
    ],
)
def test_each_fault_of_the_settings_is_named(
    bench: VaultBench, settings, changes, expected: str
) -> None:
    settings.VAULT = {**settings.VAULT, **changes}

    assert problems() == [expected]


def test_a_transit_key_that_can_leave_or_go_is_reported(
    bench: VaultBench, settings
) -> None:
    transit = bench.root.secrets.transit
    transit.update_key_configuration(
        bench.key, exportable=True, allow_plaintext_backup=True, deletion_allowed=True
    )

    assert problems() == ["disclosure.W020"] * 3

    transit.delete_key(bench.key)
    assert problems() == ["disclosure.E022"]
    transit.create_key(bench.key, key_type="ed25519")
    assert problems() == ["disclosure.E022"]


def test_an_engine_that_forgets_by_itself_is_reported(bench: VaultBench) -> None:
    kv = bench.root.secrets.kv.v2
    kv.configure(mount_point="kv", delete_version_after="720h")
    try:
        assert problems() == ["disclosure.E023"]
    finally:
        kv.configure(mount_point="kv", delete_version_after="0s")
    assert problems() == []
