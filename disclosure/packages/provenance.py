"""How an answer came about: systems, decisions, the proof in the log."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from enum import StrEnum
from typing import Final

from disclosure.domain.vocabulary import IdentityField


def require_aware(moment: datetime | None, name: str) -> None:
    """Raise ValueError for a moment without a time zone."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{name} needs a time zone")


class ProofState(StrEnum):
    """Whether the package carries the evidence bundle of its request."""

    ENCLOSED = "enclosed"
    TO_FOLLOW = "to_follow"
    """A preview: the entries it will prove are not all written yet."""
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Proof:
    """The evidence bundle, and the checkpoint of the log up to which it proves.

    `log_size` entries of the log `origin` were signed in a note of `note_sha256`.
    """

    state: ProofState
    content: bytes = dataclass_field(default=b"", repr=False)
    origin: str = ""
    log_size: int = 0
    note_sha256: str = ""

    def __post_init__(self) -> None:
        if (self.state is ProofState.ENCLOSED) != bool(self.content):
            raise ValueError("a proof is enclosed with its content, or not at all")


NO_PROOF: Final = Proof(ProofState.LEFT_OUT)


@dataclass(frozen=True, slots=True)
class LookUp:
    """One system in which accounts were looked up, from when to when (aware)."""

    system: str
    first_at: datetime
    last_at: datetime
    fields: tuple[IdentityField, ...]
    target_ids: tuple[str, ...]

    def __post_init__(self) -> None:
        require_aware(self.first_at, "first_at")
        require_aware(self.last_at, "last_at")


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The decision that some accounts share: its rule, its title, when it was made."""

    rule: str
    title: str
    decided_at: datetime
    target_ids: tuple[str, ...]

    def __post_init__(self) -> None:
        require_aware(self.decided_at, "decided_at")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the information comes from and how the answer came about.

    `contents_sha256` is what at least `approvals` people approved who did not prepare
    it; hashes are in hexadecimal.
    """

    software: str
    software_version: str
    rulebook_version: str
    rulebook_sha256: str
    contents_sha256: str
    approvals: int
    decisions: tuple[DecisionMade, ...]
    lookups: tuple[LookUp, ...]
