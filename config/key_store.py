"""Where the data keys are when they are in HashiCorp Vault or OpenBao."""

import os
from pathlib import Path
from typing import Any

from config.environment import env


def vault() -> dict[str, Any]:
    """Return the values of `disclosure.keys.vault_server.VaultSettings`.

    Raises `ImproperlyConfigured` without an address. The token's file is not read
    here: whoever renews the token replaces it while we run.
    """
    token_file = os.environ.get("VAULT_TOKEN_FILE", "")
    ca_file = os.environ.get("VAULT_CA_FILE", "")
    return {
        "address": env("VAULT_ADDR"),
        "token_file": Path(token_file) if token_file else None,
        "role_id": env("VAULT_ROLE_ID", ""),
        "secret_id": env("VAULT_SECRET_ID", ""),
        "approle_mount": env("VAULT_APPROLE_MOUNT", "approle"),
        "ca_file": Path(ca_file) if ca_file else None,
        "namespace": env("VAULT_NAMESPACE", ""),
        "timeout_seconds": float(env("VAULT_TIMEOUT_SECONDS", "5")),
        "transit_mount": env("VAULT_TRANSIT_MOUNT", "transit"),
        "transit_key": env("VAULT_TRANSIT_KEY", "disclosure-desk"),
        "kv_mount": env("VAULT_KV_MOUNT", "kv"),
        "kv_path": env("VAULT_KV_PATH", "disclosure-desk"),
    }
