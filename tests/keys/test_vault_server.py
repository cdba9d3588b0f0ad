"""The Vault key store when the server does not play along, and what its backup gives.

All on a real OpenBao server, apart from faults no healthy server shows.
"""

import json
import socket
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from disclosure.keys.errors import (
    KeyConfigurationInvalid,
    KeyDestroyed,
    KeyMissing,
    KeyStoreConfused,
    KeyStoreDenied,
    KeyStoreSealed,
    KeyStoreUnavailable,
    KeyStoreUnreachable,
    KeyStoreUntrusted,
)
from disclosure.keys.sealing import place, seal, unseal
from disclosure.keys.store import folder_of
from disclosure.keys.transit import TransitKeyStore
from disclosure.keys.vault_server import VaultServer, VaultSettings
from tests import loopback
from tests.keys.bao import Bao
from tests.keys.benches import VaultBench

NAME = "0d4f6c38-1111-4222-8333-444455556666.values"


def store_with(settings: VaultSettings) -> TransitKeyStore:
    return TransitKeyStore(VaultServer(settings))


@pytest.fixture
def bench(bao: Bao, tmp_path: Path) -> VaultBench:
    return VaultBench(bao, tmp_path)


@pytest.fixture(params=[False])
def own_bao(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bao]:
    """A server that may be sealed, stopped and rolled back."""
    server = Bao(tmp_path / "own-bao", on_disk=request.param)
    try:
        yield server.start().initialise()
    finally:
        server.stop()


def changed(bench: VaultBench, folder: Path, **changes) -> TransitKeyStore:
    """Return a store on the bench's places, with some settings otherwise."""
    places = {"kv_path": bench.path, "transit_key": bench.key}
    token = {"token_file": folder / "token"} if "role_id" not in changes else {}
    return store_with(bench.bao.settings(folder, **(places | token | changes)))


# Faults


def test_sealed_and_stopped_are_told_apart_and_nothing_is_lost(
    own_bao: Bao, tmp_path: Path
) -> None:
    settings = own_bao.settings(tmp_path, kv_path="disclosure-desk")
    store = store_with(settings)
    created = store.create(NAME)

    own_bao.seal()
    for verb in (store.create, store.load, store.exists, store.destroy):
        with pytest.raises(KeyStoreSealed):
            verb(NAME)
    own_bao.unseal()
    assert store.load(NAME) == created
    own_bao.stop()
    with pytest.raises(KeyStoreUnreachable):
        store.load(NAME)


def test_a_certificate_of_somebody_else_is_not_trusted(
    bench: VaultBench, tmp_path: Path
) -> None:
    own_authorities_only = changed(bench, tmp_path, ca_file=None)

    with pytest.raises(KeyStoreUntrusted):
        own_authorities_only.create(NAME)


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s.any")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = VaultSettings(
            address, token_file=tmp_path / "token", timeout_seconds=0.1
        )
        with pytest.raises(KeyStoreUnreachable):
            store_with(settings).load(NAME)


def test_a_passing_fault_is_tried_again(tmp_path: Path) -> None:
    found = {"data": {"data": {"destroyed": True}, "metadata": {"version": 2}}}
    with answering([502, 429, 200], found) as address:
        (tmp_path / "token").write_text("s.any")
        settings = VaultSettings(address, token_file=tmp_path / "token")
        with pytest.raises(KeyDestroyed):
            store_with(settings).load(NAME)


@pytest.mark.parametrize("status", [200, 500, 405])
def test_an_answer_that_makes_no_sense_says_so(tmp_path: Path, status: int) -> None:
    with answering([status], "<html>") as address:
        (tmp_path / "token").write_text("s.any")
        settings = VaultSettings(address, token_file=tmp_path / "token")
        with pytest.raises(KeyStoreConfused):
            store_with(settings).load(NAME)


@contextmanager
def answering(statuses: list[int], content: object) -> Iterator[str]:
    """Answer with these statuses, one after the other, the last one for ever."""
    left = list(statuses)

    class Answers(loopback.Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(content).encode()
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with loopback.answering(Answers) as address:
        yield address


# Credentials


def test_a_policy_that_allows_less_is_a_refusal_not_a_missing_key(
    bench: VaultBench, tmp_path: Path
) -> None:
    bench.open().create(NAME)
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "token").write_text(bench.bao.token("default"))
    store = changed(bench, bare)

    for verb in (store.create, store.load, store.exists, store.destroy):
        with pytest.raises(KeyStoreDenied):
            verb(NAME)
    assert bench.open().exists(NAME)


def test_a_mount_that_is_not_there_is_a_setting_not_a_missing_key(
    bench: VaultBench, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "token").write_text(bench.bao.root_token)

    for wrong in ({"kv_mount": "cupboard"}, {"transit_mount": "bus"}):
        store = changed(bench, root, **wrong)
        with pytest.raises((KeyConfigurationInvalid, KeyStoreDenied)):
            store.create(NAME)
    with pytest.raises((KeyConfigurationInvalid, KeyStoreDenied)):
        changed(bench, root, kv_mount="cupboard").destroy(NAME)


def test_the_application_may_not_undo_what_the_manual_forbids(
    bench: VaultBench,
) -> None:
    """The policy of the manual, tried at what it must not allow."""
    store = bench.open()
    store.create(NAME)
    store.destroy(NAME)
    ours = VaultServer(bench.settings)._client
    ours.token = bench.settings.token_file.read_text()
    path = f"{bench.path}/{folder_of(NAME)}/{NAME}"
    transit, kv = ours.secrets.transit, ours.secrets.kv.v2
    forbidden = [
        lambda: kv.delete_metadata_and_all_versions(path, mount_point="kv"),
        lambda: kv.undelete_secret_versions(path, [1], mount_point="kv"),
        lambda: transit.rotate_key(bench.key),
        lambda: transit.delete_key(bench.key),
        lambda: transit.update_key_configuration(bench.key, exportable=True),
        lambda: transit.export_key(bench.key, "encryption-key"),
        lambda: transit.create_key("another"),
        lambda: ours.sys.seal(),
    ]

    for attempt in forbidden:
        with pytest.raises(Exception, match="permission denied"):
            attempt()


def test_a_renewed_token_file_is_used_at_once(
    bench: VaultBench, tmp_path: Path
) -> None:
    token_file = tmp_path / "token"
    store = bench.open()
    created = store.create(NAME)
    bench.root.auth.token.revoke(token_file.read_text())
    with pytest.raises(KeyStoreDenied):
        store.load(NAME)

    token_file.write_text(bench.bao.token(bench.key))
    assert store.load(NAME) == created


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_an_empty_token_file_names_the_setting(
    bench: VaultBench, tmp_path: Path, content: str | None
) -> None:
    token_file = tmp_path / "token"
    if content is None:
        token_file.unlink()
    else:
        token_file.write_text(content)

    with pytest.raises(KeyConfigurationInvalid) as caught:
        bench.open().load(NAME)

    assert caught.value.data == {"setting": "VAULT_TOKEN_FILE"}


def test_an_approle_signs_in_and_again_when_its_token_ran_out(
    bao: Bao, tmp_path: Path
) -> None:
    server = VaultServer(
        bao.settings(tmp_path, kv_path="disclosure-desk/approle", **bao.approle())
    )
    store = TransitKeyStore(server)
    created = store.create(NAME)
    bao.root.auth.token.revoke(server._client.token)

    assert store.load(NAME) == created


def test_a_wrong_secret_id_is_a_refusal(bao: Bao, tmp_path: Path) -> None:
    role = bao.approle() | {"secret_id": "not-the-one"}

    with pytest.raises(KeyStoreDenied):
        store_with(bao.settings(tmp_path, **role)).load(NAME)


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "http://vault.example.org:8200"},
        {"address": "vault.example.org"},
        {"address": ""},
        {"token_file": None},
        {"role_id": "r", "secret_id": "s"},
        {"token_file": None, "role_id": "r"},
    ],
)
def test_unusable_settings_are_refused_by_name(changes) -> None:
    working = {"address": "https://vault.example.org", "token_file": Path("token")}
    VaultSettings(**working)

    with pytest.raises(KeyConfigurationInvalid) as caught:
        VaultSettings(**(working | changes))

    assert "VAULT_" in caught.value.data["setting"]


def test_no_error_carries_what_was_sent(bench: VaultBench, tmp_path: Path) -> None:
    """A traceback goes to the log; nothing in it opens anything."""
    bench.open().create(NAME)
    wrapped = bench.wrapped(NAME).decode()
    (tmp_path / "token").write_text(token := bench.bao.token("default"))

    try:
        bench.open().load(NAME)
    except KeyStoreUnavailable as error:
        told = "".join(traceback.format_exception(error)) + repr(error.data)
    assert "KeyStoreDenied" in told
    assert token not in told
    assert wrapped not in told


# Deleted behind our back


@pytest.mark.parametrize("for_good", [False, True])
def test_a_key_deleted_behind_our_back_is_missing_and_can_still_be_destroyed(
    bench: VaultBench, for_good: bool
) -> None:
    store = bench.open()
    store.create(NAME)
    path = f"{bench.path}/{folder_of(NAME)}/{NAME}"
    kv = bench.root.secrets.kv.v2
    if for_good:
        kv.destroy_secret_versions(path, [1], mount_point="kv")
    else:
        kv.delete_latest_version_of_secret(path, mount_point="kv")

    with pytest.raises(KeyMissing):
        store.load(NAME)
    store.destroy(NAME)

    assert bench.left(NAME) == []
    with pytest.raises(KeyDestroyed):
        store.load(NAME)


def test_the_server_itself_proves_the_destruction(bench: VaultBench) -> None:
    """What an auditor reads with `vault kv metadata get`, without us."""
    store = bench.open()
    store.create(NAME)
    bench.renew_kek()
    store.rotate_kek()
    store.destroy(NAME)
    path = f"{bench.path}/{folder_of(NAME)}/{NAME}"

    told = bench.root.secrets.kv.v2.read_secret_metadata(path, mount_point="kv")
    versions = told["data"]["versions"]

    assert [versions[number]["destroyed"] for number in ("1", "2", "3")] == [
        True,
        True,
        False,
    ]
    for number in (1, 2):
        with pytest.raises(Exception, match=r"\"destroyed\":true"):
            bench.root.secrets.kv.v2.read_secret_version(
                path, version=number, mount_point="kv", raise_on_deleted_version=True
            )


# Backups


@pytest.mark.parametrize("own_bao", [True], indirect=True, ids=["on disk"])
def test_a_backup_of_the_server_brings_destroyed_keys_back(
    own_bao: Bao, tmp_path: Path
) -> None:
    """Why its snapshots may live no longer than KEY_BACKUP_DAYS."""
    here = place("sealedvalue", "ciphertext", 1)
    store = store_with(own_bao.settings(tmp_path, kv_path="disclosure-desk"))
    sealed = seal(b"Example Person", key=store.create(NAME), aad=here)
    snapshot = own_bao.back_up()
    store.destroy(NAME)
    with pytest.raises(KeyDestroyed):
        store.load(NAME)

    own_bao.restore(snapshot)

    assert unseal(sealed, key=store.load(NAME), aad=here) == b"Example Person"
