"""What a verification found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from disclosure.audit.entries import Fault

#: Called with how many entries and places of the log were looked at, and of how many.
ProgressCallback: TypeAlias = Callable[[int, int], None]

#: Steps between two reports of progress.
STEP: Final = 1000

#: Faults beyond this number are counted and not kept.
FAULTS_KEPT: Final = 1000

_UNPLACED: Final = 2**63


@dataclass(slots=True)
class Meter:
    """Counts steps of a verification and tells how far it is, now and then.

    A step is one entry in its chain, or one place in the log.
    """

    progress: ProgressCallback | None
    total: int
    done: int = field(default=0, init=False)

    def step(self) -> None:
        """Count one."""
        self.done += 1
        if self.progress and (self.done % STEP == 0 or self.done == self.total):
            self.progress(self.done, self.total)


@dataclass(slots=True)
class Report:
    """What was verified, and what is wrong with it.

    `unsequenced` entries are chained and not yet under a checkpoint: until they
    are, only the head of their stream holds them. `signed_size` is how many
    entries the largest sound checkpoint of the database covers.
    """

    streams: int = 0
    entries: int = 0
    log_size: int = 0
    unsequenced: int = 0
    checkpoints: int = 0
    outside_checkpoints: int = 0
    signed_size: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    _faulty: set[int] = field(default_factory=set, init=False, repr=False)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return self.fault_count == 0

    @property
    def first(self) -> Fault | None:
        """The fault at the earliest place in the log, then by entry and stream."""
        return min(self.faults, key=_place, default=None)

    def add(self, fault: Fault | None) -> None:
        """Note a fault: one for each entry, and the first found is the most basic."""
        if fault is None or fault.entry_id in self._faulty:
            return
        if fault.entry_id is not None:
            self._faulty.add(fault.entry_id)
        self.fault_count += 1
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(fault)

    def include(self, part: "Report") -> None:
        """Add what a verification of a part found; call the most basic part first."""
        self.streams += part.streams
        self.entries += part.entries
        self.log_size = max(self.log_size, part.log_size)
        self.unsequenced += part.unsequenced
        for fault in part.faults:
            self.add(fault)
        self.fault_count += part.fault_count - len(part.faults)

    def in_order(self) -> list[Fault]:
        """The faults that were kept, in the order of the log, unplaced ones last."""
        return sorted(self.faults, key=_place)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON types, faults in the order of the log."""
        return {
            "sound": self.is_sound,
            "streams": self.streams,
            "entries": self.entries,
            "log_size": self.log_size,
            "unsequenced": self.unsequenced,
            "checkpoints": self.checkpoints,
            "outside_checkpoints": self.outside_checkpoints,
            "signed_size": self.signed_size,
            "fault_count": self.fault_count,
            "faults": [
                {
                    "code": str(fault.code),
                    "message": fault.message,
                    "entry": fault.entry_id,
                    "stream": fault.stream,
                    "number": fault.stream_seq,
                    "log_index": fault.log_index,
                }
                for fault in self.in_order()
            ],
        }


def _place(fault: Fault) -> tuple[int, int, str]:
    index = _UNPLACED if fault.log_index is None else fault.log_index
    entry = _UNPLACED if fault.entry_id is None else fault.entry_id
    return index, entry, fault.stream or ""
