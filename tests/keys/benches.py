"""What a contract test needs beside a store: to reach behind it, as an operator can."""

from pathlib import Path
from typing import Protocol
from uuid import uuid4

from disclosure.keys.directory import DirectoryKeyStore
from disclosure.keys.sealing import new_key
from disclosure.keys.store import KeyStore, folder_of
from disclosure.keys.transit import TransitKeyStore
from disclosure.keys.vault_server import VaultServer
from disclosure.keys.wrapping import KeyRing
from tests.keys.bao import Bao, policy_of_the_manual


class Bench(Protocol):
    """A store's other side."""

    def open(self) -> KeyStore:
        """Return the store as another process would open it."""
        ...

    def renew_kek(self) -> None:
        """Make a new key-encryption key the active one; the old one still opens."""
        ...

    def drop_old_kek(self) -> None:
        """Take away every key-encryption key but the active one."""
        ...

    def wrapped(self, name: str) -> bytes:
        """Return the key of this name as it rests."""
        ...

    def put(self, name: str, wrapped: bytes) -> None:
        """Put bytes where the key of this name rests."""
        ...

    def left(self, name: str) -> list[bytes]:
        """Return everything that can still be read of a name, every copy."""
        ...

    def half_destroy(self, name: str) -> None:
        """Do the first half of a destruction, as a crash would leave it."""
        ...


class DirectoryBench:
    """Reaches into the directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ring = KeyRing("2026-01", {"2026-01": new_key()})

    def open(self) -> KeyStore:
        return DirectoryKeyStore(self.root, self._ring)

    def renew_kek(self) -> None:
        name = f"2026-{len(self._ring.keys) + 1:02}"
        self._ring = KeyRing(name, {**self._ring.keys, name: new_key()})

    def drop_old_kek(self) -> None:
        active = self._ring.active_id
        self._ring = KeyRing(active, {active: self._ring.keys[active]})

    def wrapped(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def put(self, name: str, wrapped: bytes) -> None:
        self._path(name).write_bytes(wrapped)

    def left(self, name: str) -> list[bytes]:
        folder = self._path(name).parent
        return [p.read_bytes() for p in folder.glob(f"{name}*") if p.stat().st_size]

    def half_destroy(self, name: str) -> None:
        self._path(name).with_suffix(".destroyed").touch()

    def _path(self, name: str) -> Path:
        return self.root / folder_of(name) / f"{name}.key"


class VaultBench:
    """Reaches into the server as its operator, with a transit key for each test."""

    def __init__(self, bao: Bao, folder: Path) -> None:
        self.bao = bao
        self.root = bao.root
        # Each bench has its own path and transit key under the one policy.
        self.path = f"desk/{uuid4().hex}"
        self.key = f"desk-{uuid4().hex}"
        self.root.secrets.transit.create_key(self.key)
        policy = _for(self.path, self.key)
        self.root.sys.create_or_update_policy(self.key, policy)
        token = folder / "token"
        token.write_text(bao.token(self.key))
        self.settings = bao.settings(
            folder, kv_path=self.path, transit_key=self.key, token_file=token
        )

    def open(self) -> KeyStore:
        return TransitKeyStore(VaultServer(self.settings))

    def renew_kek(self) -> None:
        self.root.secrets.transit.rotate_key(self.key)

    def drop_old_kek(self) -> None:
        latest = self._key()["latest_version"]
        self.root.secrets.transit.update_key_configuration(
            self.key, min_decryption_version=latest
        )

    def wrapped(self, name: str) -> bytes:
        content = self.root.secrets.kv.v2.read_secret_version(
            self._path(name), mount_point="kv", raise_on_deleted_version=True
        )["data"]["data"]
        return str(content["wrapped"]).encode()

    def put(self, name: str, wrapped: bytes) -> None:
        self.root.secrets.kv.v2.create_or_update_secret(
            self._path(name),
            {"wrapped": wrapped.decode(errors="replace")},
            mount_point="kv",
        )

    def left(self, name: str) -> list[bytes]:
        kv = self.root.secrets.kv.v2
        told = kv.read_secret_metadata(self._path(name), mount_point="kv")["data"]
        kept = {no for no, state in told["versions"].items() if not state["destroyed"]}
        # What was only deleted, an undelete would bring back.
        kv.undelete_secret_versions(self._path(name), list(kept), mount_point="kv")
        contents = [
            kv.read_secret_version(
                self._path(name),
                version=int(number),
                mount_point="kv",
                raise_on_deleted_version=True,
            )["data"]["data"]
            for number in sorted(kept, key=int)
        ]
        return [str(c["wrapped"]).encode() for c in contents if "wrapped" in c]

    def half_destroy(self, name: str) -> None:
        self.root.secrets.kv.v2.create_or_update_secret(
            self._path(name), {"destroyed": True}, mount_point="kv"
        )

    def _key(self) -> dict[str, int]:
        return dict(self.root.secrets.transit.read_key(self.key)["data"])

    def _path(self, name: str) -> str:
        return f"{self.path}/{folder_of(name)}/{name}"


def _for(path: str, key: str) -> str:
    """Return the manual's policy for another path and transit key."""
    from_manual = policy_of_the_manual()
    moved = from_manual.replace("kv/data/disclosure-desk", f"kv/data/{path}")
    for verb in ("destroy", "metadata"):
        moved = moved.replace(f"kv/{verb}/disclosure-desk", f"kv/{verb}/{path}")
    return moved.replace("/disclosure-desk", f"/{key}")
