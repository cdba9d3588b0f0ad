"""A HashiCorp Vault or OpenBao server: signing in, asking, saying what went wrong.

Only the calls the key store makes, over HTTPS, with time limits and a few retries.
No error carries what was sent or answered.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final, NoReturn, TypeVar
from urllib.parse import urlsplit

import hvac
import requests
from hvac import exceptions as answers
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from disclosure.keys.errors import (
    KeyConfigurationInvalid,
    KeyEncryptionKeyMissing,
    KeyStoreConfused,
    KeyStoreDenied,
    KeyStoreSealed,
    KeyStoreUnreachable,
    KeyStoreUntrusted,
    SealBroken,
)
from disclosure.keys.secret import Secret

Answer = TypeVar("Answer")

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
#: Answers that pass by themselves: too many calls, a proxy, a node catching up.
_PASSING: Final = (412, 429, 502, 504)
_KEY_GONE: Final = ("key not found", "too old", "too new")
#: What a failure of the library means; the first that fits.
_MEANINGS: Final = (
    (KeyStoreDenied, (answers.Forbidden, answers.Unauthorized)),
    (KeyStoreSealed, (answers.VaultDown, answers.VaultNotInitialized)),
    (KeyStoreUntrusted, (requests.exceptions.SSLError,)),
    (KeyStoreUnreachable, (requests.exceptions.RequestException,)),
    (
        KeyStoreConfused,
        (answers.VaultError, AttributeError, LookupError, TypeError, ValueError),
    ),
)
_FAULTS: Final = tuple(each for _ours, theirs in _MEANINGS for each in theirs)


@dataclass(frozen=True, slots=True)
class VaultSettings:
    """Where the server is, how to sign in, and which of its places are ours."""

    address: str
    #: Read before every call, so whoever renews the token just replaces the file.
    token_file: Path | None = None
    role_id: str = ""
    secret_id: str = ""
    approle_mount: str = "approle"
    #: PEM file of the authority to trust; None for the system's.
    ca_file: Path | None = None
    namespace: str = ""
    #: Longest to wait for a connection, and again for an answer.
    timeout_seconds: float = 5.0
    transit_mount: str = "transit"
    transit_key: str = "disclosure-desk"
    kv_mount: str = "kv"
    kv_path: str = "disclosure-desk"

    def __post_init__(self) -> None:
        """Raise `KeyConfigurationInvalid`, naming the setting, for what cannot work."""
        parts = urlsplit(self.address)
        is_safe = parts.scheme == "https" or (
            parts.scheme == "http" and parts.hostname in _LOOPBACK
        )
        if not is_safe or not parts.hostname:
            raise KeyConfigurationInvalid(data={"setting": "VAULT_ADDR"})
        if bool(self.token_file) == bool(self.role_id and self.secret_id):
            raise KeyConfigurationInvalid(
                data={"setting": "VAULT_TOKEN_FILE or VAULT_ROLE_ID, VAULT_SECRET_ID"}
            )


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """The newest version of a KV entry; `content` is None when it cannot be read."""

    number: int
    content: Mapping[str, Any] | None


class VaultServer:
    """Calls to one server, as one of its tokens. Threads may share it."""

    def __init__(self, settings: VaultSettings) -> None:
        """Prepare; nothing is asked of the server yet."""
        self.settings = settings
        self._signing_in = Lock()
        self._client = hvac.Client(
            url=settings.address,
            # Never empty: without one the library would look for a person's own.
            token="-",  # noqa: S106 -- a placeholder; the real one comes by signing in
            timeout=settings.timeout_seconds,
            namespace=settings.namespace or None,
            session=_session(settings),
        )
        self._has_token = False

    def newest(self, path: str) -> StoredVersion | None:
        """Return the newest version of a KV entry; None when there never was one."""
        try:
            return self._ask(
                lambda client: _stored_version(
                    client.secrets.kv.v2.read_secret_version(
                        path,
                        mount_point=self.settings.kv_mount,
                        raise_on_deleted_version=False,
                    )
                )
            )
        except _NotThere as gone:
            return gone.version

    def write(self, path: str, content: Mapping[str, Any], *, after: int) -> bool:
        """Write a KV entry's next version if `after` is its newest (0: none yet).

        Returns False, changing nothing, when it is not.
        """
        try:
            self._ask(
                lambda client: client.secrets.kv.v2.create_or_update_secret(
                    path,
                    dict(content),
                    cas=after,
                    mount_point=self.settings.kv_mount,
                )
            )
        except _Refused as refused:
            if "check-and-set" in refused.words:
                return False
            raise KeyStoreConfused from None
        return True

    def readable_versions(self, path: str) -> list[int]:
        """Return the versions of a KV entry that were not destroyed, oldest first."""
        versions = self._ask(
            lambda client: client.secrets.kv.v2.read_secret_metadata(
                path, mount_point=self.settings.kv_mount
            )["data"]["versions"]
        )
        return sorted(
            int(number) for number, state in versions.items() if not state["destroyed"]
        )

    def destroy(self, path: str, versions: Sequence[int]) -> None:
        """Have the server remove the content of these versions for good."""
        self._ask(
            lambda client: client.secrets.kv.v2.destroy_secret_versions(
                path, list(versions), mount_point=self.settings.kv_mount
            )
        )

    def names(self, path: str) -> list[str]:
        """Return what lies under a KV path; folders end with a slash."""
        try:
            return self._ask(
                lambda client: sorted(
                    client.secrets.kv.v2.list_secrets(
                        path, mount_point=self.settings.kv_mount
                    )["data"]["keys"]
                )
            )
        except _NotThere:
            return []

    def encrypt(self, plaintext: Secret[bytes]) -> str:
        """Return the plaintext under the newest version of our transit key."""
        coded = base64.b64encode(plaintext.reveal()).decode()
        return self._transit("encrypt_data", "ciphertext", plaintext=coded)

    def decrypt(self, ciphertext: str) -> Secret[bytes]:
        """Return the plaintext.

        Raises `SealBroken`, and `KeyEncryptionKeyMissing` where the transit key or
        its version is gone.
        """
        coded = self._transit("decrypt_data", "plaintext", ciphertext=ciphertext)
        return Secret(base64.b64decode(coded))

    def rewrap(self, ciphertext: str) -> str:
        """Return it under the newest version; the plaintext stays in the server."""
        return self._transit("rewrap_data", "ciphertext", ciphertext=ciphertext)

    def read(self, path: str) -> Mapping[str, Any]:
        """Return the `data` of any readable path, for checks; {} when there is none."""
        try:
            return self._ask(lambda client: client.read(path) or {}).get("data") or {}
        except _NotThere:
            return {}

    def _transit(self, verb: str, wanted: str, **values: str) -> str:
        try:
            return self._ask(
                lambda client: str(
                    getattr(client.secrets.transit, verb)(
                        self.settings.transit_key,
                        mount_point=self.settings.transit_mount,
                        **values,
                    )["data"][wanted]
                )
            )
        except _Refused as refused:
            if any(words in refused.words for words in _KEY_GONE):
                raise KeyEncryptionKeyMissing(
                    data={"key_id": self.settings.transit_key}
                ) from None
            raise SealBroken from None
        except _NotThere:
            _no_such_place()

    def _ask(self, call: Callable[[hvac.Client], Answer]) -> Answer:
        """Make a call with a valid token; a token that ran out is replaced once."""
        self._sign_in(again=False)
        try:
            return _translated(call, self._client)
        except KeyStoreDenied:
            if not self.settings.role_id:
                raise
        self._sign_in(again=True)
        return _translated(call, self._client)

    def _sign_in(self, *, again: bool) -> None:
        settings = self.settings
        if settings.token_file is not None:
            try:
                token = settings.token_file.read_text(encoding="utf-8").strip()
            except OSError:
                token = ""
            if not token:
                raise KeyConfigurationInvalid(data={"setting": "VAULT_TOKEN_FILE"})
            self._client.token = token
            return
        with self._signing_in:
            if self._has_token and not again:
                return
            try:
                _translated(
                    lambda client: client.auth.approle.login(
                        settings.role_id,
                        settings.secret_id,
                        mount_point=settings.approle_mount,
                    ),
                    self._client,
                )
            except (_Refused, _NotThere):
                raise KeyStoreDenied from None
            self._has_token = True


class _NotThere(Exception):
    """The server has nothing at this path, and says it would know.

    `version` is the newest of a KV entry that exists without content: "not found" is
    how a server answers for it, too.
    """

    def __init__(self, version: StoredVersion | None) -> None:
        super().__init__()
        self.version = version


class _Refused(Exception):
    """The server refused the call itself; its words are for us, not for people."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


def _session(settings: VaultSettings) -> requests.Session:
    session = requests.Session()
    # Neither proxies nor certificates that the environment has for something else.
    session.trust_env = False
    session.verify = str(settings.ca_file) if settings.ca_file else True
    # Every call may be repeated: a version is written only after the one we saw.
    retry = Retry(
        total=3,
        read=1,
        backoff_factor=0.2,
        status_forcelist=_PASSING,
        allowed_methods=None,
        raise_on_status=False,
    )
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _translated(call: Callable[[hvac.Client], Answer], client: hvac.Client) -> Answer:
    """Make the call; every failure becomes one of ours, without its words."""
    try:
        return call(client)
    except answers.InvalidPath as error:
        if error.errors:
            _no_such_place()
        raise _NotThere(_emptied(error.json)) from None
    except answers.InvalidRequest as error:
        raise _Refused(" ".join(map(str, error.errors or ()))) from None
    except _FAULTS as error:
        raise next(
            ours for ours, theirs in _MEANINGS if isinstance(error, theirs)
        ) from None


def _emptied(said: Mapping[str, Any] | None) -> StoredVersion | None:
    """Return the entry that an answer of "not found" tells of, if it tells of one."""
    metadata = ((said or {}).get("data") or {}).get("metadata") or {}
    if "version" not in metadata:
        return None
    return StoredVersion(int(metadata["version"]), None)


def _stored_version(said: Mapping[str, Any]) -> StoredVersion:
    return StoredVersion(int(said["data"]["metadata"]["version"]), said["data"]["data"])


def _no_such_place() -> NoReturn:
    """Raise: the mount is not there. Not the same as a key that is not there."""
    raise KeyConfigurationInvalid(
        data={"setting": "VAULT_KV_MOUNT, VAULT_TRANSIT_MOUNT"}
    )
