"""Asking with patience: repeats what may be repeated, and leaves alone what is down.

A verb that does no harm twice is repeated when the connection failed or the answer was
429, 502, 503 or 504, with growing pauses, within the one deadline. After some failures
in a row the circuit opens: for a while the service is not asked at all, then once, and
again fully when that works. Each process keeps its own count, in memory.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pybreaker
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.errors import (
    CircuitOpen,
    ConnectorError,
    ConnectorFault,
    ConnectorNotConfigured,
    ConnectorUnavailable,
)
from disclosure.holdings.http_configuration import HttpConfiguration
from disclosure.holdings.http_exchange import (
    Deadline,
    Exchange,
    PassingFault,
    Reply,
)
from disclosure.holdings.times import LEGAL_ZONE

#: Verbs that do no harm twice; a message may not be sent twice.
REPEATABLE: Final = frozenset({"resolve", "preserve", "probe", "fetch"})
_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Circuit:
    """The breaker of one service, and where it keeps its state."""

    breaker: pybreaker.CircuitBreaker
    storage: pybreaker.CircuitMemoryStorage


_circuits: dict[tuple[object, ...], _Circuit] = {}
_making = threading.Lock()


def close_circuits() -> None:
    """Forget every failure; for tests, and for whoever repaired a service."""
    with _making:
        _circuits.clear()


class Asking:
    """Asks one service. Raises ConnectorError and nothing else."""

    def __init__(self, service_code: str, config: HttpConfiguration) -> None:
        self._service = service_code
        self._config = config
        self._exchange = Exchange(service_code, config)

    def ask(
        self, verb: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> Reply:
        """Return the answer to one question, repeated where that does no harm."""
        circuit = self._circuit()
        fault: ConnectorError
        try:
            return circuit.breaker.call(self._patiently, verb, body, headers)
        except pybreaker.CircuitBreakerError:
            fault = self._left_alone(verb, circuit)
        except ConfigurationProblem as problem:
            fault = ConnectorNotConfigured(
                service=self._service, verb=verb, detail=str(problem)
            )
        raise fault

    def _patiently(
        self, verb: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> Reply:
        deadline = Deadline(self._config.total_timeout)
        attempts = self._config.attempts if verb in REPEATABLE else 1
        last = stop_after_attempt(attempts)
        growing = wait_random_exponential(_FIRST_PAUSE, max=_LONGEST_PAUSE)

        def pause(state: RetryCallState) -> float:
            asked = state.outcome.exception() if state.outcome else None
            wanted = asked.after if isinstance(asked, PassingFault) else 0.0
            return max(wanted, growing(state))

        def enough(state: RetryCallState) -> bool:
            return last(state) or state.upcoming_sleep >= deadline.left()

        retrying = Retrying(
            stop=enough,
            wait=pause,
            retry=retry_if_exception_type(PassingFault),
            reraise=True,
        )
        try:
            return retrying(self._exchange.send, verb, body, headers, deadline)
        except PassingFault as passing:
            fault = passing.fault
        raise fault

    def _circuit(self) -> _Circuit:
        """Return the service's breaker: one for as long as it is configured alike."""
        config = self._config
        kind = (config.circuit_failures, config.circuit_seconds)
        key = (self._service, config.base_url, *kind)
        with _making:
            if key not in _circuits:
                storage = pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED)
                breaker = pybreaker.CircuitBreaker(
                    fail_max=config.circuit_failures,
                    reset_timeout=config.circuit_seconds,
                    exclude=[_is_no_outage],
                    state_storage=storage,
                    throw_new_error_on_trip=False,
                )
                _circuits[key] = _Circuit(breaker, storage)
            return _circuits[key]

    def _left_alone(self, verb: str, circuit: _Circuit) -> CircuitOpen:
        opened = circuit.storage.opened_at
        again = ""
        if opened is not None:
            until = opened + timedelta(seconds=self._config.circuit_seconds)
            again = until.astimezone(LEGAL_ZONE).strftime("%H:%M:%S (UTC+8)")
        return CircuitOpen(service=self._service, verb=verb, detail=again)


def _is_no_outage(raised: BaseException) -> bool:
    """Whether the service did answer: a refusal or a wrong answer is no outage."""
    return not isinstance(raised, ConnectorUnavailable | ConnectorFault)
