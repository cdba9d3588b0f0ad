"""Makes .venv and installs the locked packages; does nothing when that is done.

Runs under any Python 3, before anything is installed, so it uses the standard
library only and keeps to syntax that an old Python can read up to its message.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCK = os.path.join(ROOT, "requirements", "dev.txt")
STAMP = os.path.join(VENV, "installed")
NEEDED_MEGABYTES = 1500
OLDEST = (3, 11)


def fail(message):
    """Leave with a sentence that a person can act on."""
    sys.exit("setup: " + message)


def refuse_unsuitable_python():
    """Say which Python is needed, or what this one lacks."""
    if sys.version_info < OLDEST:
        fail(
            "Python 3.11 or newer is needed, this is %d.%d. Install one, or name it: "
            "make PYTHON=/path/to/python3.11" % sys.version_info[:2]
        )
    try:
        import ensurepip  # noqa: F401, PLC0415 -- may be missing: that is the question
        import venv  # noqa: F401, PLC0415 -- as above
    except ImportError:
        fail(
            "this Python has no venv module. On Debian and Ubuntu: "
            "apt install python%d.%d-venv" % sys.version_info[:2]
        )


def wanted_stamp():
    """Return what identifies the environment: the lock and the interpreter."""
    with open(LOCK, "rb") as lock:
        digest = hashlib.sha256(lock.read()).hexdigest()
    return "%s %s %s\n" % (digest, sys.version.split()[0], os.path.realpath(VENV))


def is_installed():
    """Return whether the environment is the wanted one."""
    try:
        with open(STAMP, encoding="utf-8") as stamp:
            return stamp.read() == wanted_stamp()
    except OSError:
        return False


def install():
    """Make the environment anew where its Python is another, then fill it."""
    free = shutil.disk_usage(ROOT).free // 1024**2
    if free < NEEDED_MEGABYTES:
        fail("only %d MB are free, %d MB are needed." % (free, NEEDED_MEGABYTES))
    python = os.path.join(VENV, "bin", "python")
    if not _is_this_version(python):
        print("Making .venv ...", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", VENV], "The environment cannot be made.")
    with open(LOCK, encoding="utf-8") as lock:
        count = sum("==" in line for line in lock)
    print("Installing some %d packages, once: a minute or two ..." % count, flush=True)
    command = [
        *(python, "-m", "pip", "install", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary", ":all:", "--no-warn-script-location"),
        *("--progress-bar", "off", "--requirement", LOCK),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as pip:
        errors = _follow(pip.stdout, count)
    if pip.returncode != 0:
        print("".join(errors), file=sys.stderr)
        fail(
            "the packages cannot be installed. Is the package index within reach, and "
            "is this a platform with ready-made packages (64-bit Linux with glibc)?"
        )
    with open(STAMP, "w", encoding="utf-8") as stamp:
        stamp.write(wanted_stamp())
    print("Ready.", flush=True)


def _follow(lines, count):
    """Show how far pip has come; return the lines that tell of an error."""
    done, errors = 0, []
    for line in lines:
        if line.startswith("Collecting "):
            done += 1
            if done % 10 == 0:
                print("  %d of some %d" % (done, count), flush=True)
        elif line.startswith("Installing collected"):
            print("  unpacking ...", flush=True)
        elif line.startswith(("ERROR", "  ")):
            errors.append(line)
    return errors[-20:]


def _is_this_version(python):
    question = "import sys, pip; print(sys.version.split()[0])"
    try:
        answer = subprocess.run(
            [python, "-c", question], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return answer.stdout.strip() == sys.version.split()[0]


def run(command, message):
    """Run a program; on failure say what it means."""
    if subprocess.run(command, check=False, cwd=ROOT).returncode != 0:
        fail(message)


def main():
    """Install, unless it is done; two at once take turns."""
    refuse_unsuitable_python()
    if is_installed():
        return
    with open(os.path.join(ROOT, ".venv.lock"), "w", encoding="utf-8") as turn:
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Another setup is running here; waiting for it ...", flush=True)
            fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_installed():
            install()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        fail("interrupted; the next run goes on from here.")
    except OSError as error:
        fail(str(error))
