"""Key stores of both kinds, to hold to the same promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keys.bao import Bao
from tests.keys.benches import Bench, DirectoryBench, VaultBench


@pytest.fixture(scope="session")
def bao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bao]:
    """Run an OpenBao server for all tests of this process."""
    server = Bao(tmp_path_factory.mktemp("bao"))
    try:
        yield server.start().initialise()
    finally:
        server.stop()


@pytest.fixture(params=["directory", "vault"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """One store after the other, empty."""
    if request.param == "directory":
        return DirectoryBench(tmp_path / "keys")
    return VaultBench(request.getfixturevalue("bao"), tmp_path)
