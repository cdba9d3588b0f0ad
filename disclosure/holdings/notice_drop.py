"""The drop folder from which a provider's own message system takes messages.

For connectors that can read only: the desk writes one file for each message, and never
learns the address it goes to.
"""

import json
import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from disclosure.holdings.contract import AccountRef, NotifyOutcome, NotifyStatus


class NoticeDrop:
    """A drop folder, or none: then a person has to send the message.

    A relative folder starts at the directory of the running system's state.
    """

    def __init__(self, folder: str | Path | None) -> None:
        self._folder = None if folder is None else Path(settings.STATE_DIR, folder)

    def leave(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Leave the message; its file appears whole or not at all.

        Only the owner of this process can read it. Raises OSError when it cannot be
        written.
        """
        if self._folder is None:
            return NotifyOutcome(
                account.ref, NotifyStatus.BY_HAND, reason="no_notice_folder"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        reference = uuid4().hex
        message = {
            "service": account.service_code,
            "account_ref": account.ref,
            "text": text,
            "code": code,
        }
        unfinished = self._folder / f".{reference}.part"
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(message, file, ensure_ascii=False)
        unfinished.rename(self._folder / f"{reference}.json")
        return NotifyOutcome(
            account.ref, NotifyStatus.SENT, sent_at=timezone.now(), reference=reference
        )
