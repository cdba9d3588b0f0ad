"""Ports for programs that must be told theirs before they start."""

import random
import socket
from pathlib import Path

_LOWEST = 10_000
#: Where the kernel begins to hand out ports by itself, and where Linux does.
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_START = 32_768


def free_port() -> int:
    """Return a port of the loopback address that is free and stays so.

    A port the kernel chose can be chosen again, for any connection, before the
    program listens there; so the port lies below those that the kernel gives away.
    """
    chance = random.SystemRandom()
    for _attempt in range(1_000):
        port = chance.randrange(_LOWEST, max(_own_start(), _LOWEST + 1_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("No port of the loopback address is free.")


def _own_start() -> int:
    try:
        return int(_RANGE.read_text().split()[0])
    except OSError:
        return _USUAL_START
