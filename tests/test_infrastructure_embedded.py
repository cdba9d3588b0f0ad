"""The embedded server: started when needed, stopped by the last who leaves."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from config import embedded
from config.embedded import Cluster

ROLES = {duty: f"place_{duty}" for duty in ("owner", "app", "sequencer", "auditor")}
HOLDER = """
import sys
from pathlib import Path
from config import embedded
roles = {duty: f"place_{duty}" for duty in ("owner", "app", "sequencer", "auditor")}
cluster = embedded.Cluster(Path(sys.argv[1]), roles, "place", durable=False)
embedded.hold(cluster)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    # Not below pytest's own directory, which only its user may enter.
    with tempfile.TemporaryDirectory(prefix="disclosure-embedded-") as directory:
        place = Cluster(Path(directory), ROLES, "place", durable=False)
        yield place
        embedded.hold(place)
        embedded.release(place)


def holder(cluster: Cluster) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(cluster.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_held(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("")
    assert process.returncode == 0


def test_the_last_to_leave_stops_the_server(cluster: Cluster) -> None:
    first, second = holder(cluster), holder(cluster)
    wait_until_held(first)
    wait_until_held(second)
    leave(first)
    assert embedded.is_ready(cluster)
    leave(second)
    assert not embedded.is_ready(cluster)


def test_a_killed_holder_is_not_counted(cluster: Cluster) -> None:
    killed = holder(cluster)
    wait_until_held(killed)
    killed.kill()
    killed.communicate()
    assert embedded.is_ready(cluster)
    embedded.hold(cluster)
    assert embedded.release(cluster)
    assert not embedded.is_ready(cluster)


def test_many_at_once_on_an_empty_directory_get_one_server(cluster: Cluster) -> None:
    holders = [holder(cluster) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(wait_until_held, holders))
    pid = (cluster.data / "postmaster.pid").read_text().splitlines()[0]
    for process in holders[:3]:
        leave(process)
    assert (cluster.data / "postmaster.pid").read_text().splitlines()[0] == pid
    leave(holders[3])
    assert not embedded.is_ready(cluster)


def test_a_crashed_server_is_started_again(cluster: Cluster) -> None:
    embedded.hold(cluster)
    embedded._stop(cluster)
    assert not embedded.is_ready(cluster)
    embedded.hold(cluster)
    with psycopg.connect(cluster.superuser_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_database_belongs_to_the_owner_and_is_closed_to_others(
    cluster: Cluster,
) -> None:
    embedded.hold(cluster)
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'place'"
        ).fetchone()
    assert owner == ("place_owner",)
    where = f"postgresql://stranger@/place?host={cluster.socket_directory}"
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(where)


def test_it_listens_nowhere_on_the_network(cluster: Cluster) -> None:
    embedded.hold(cluster)
    with psycopg.connect(cluster.superuser_url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    embedded.hold(cluster)
    assert embedded.release(cluster)
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.EmbeddedServerError, match="initialized by PostgreSQL"):
        embedded.hold(cluster)
    (cluster.data / "PG_VERSION").write_text(f"{embedded.POSTGRESQL_VERSION}\n")


def test_the_broker_answers(broker_url: str) -> None:
    assert broker_url.startswith("redis+socket:///")
