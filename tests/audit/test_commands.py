"""The commands: exit codes, what they print, keys on disk, a clean stop."""

import io
import json
import signal
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from disclosure.audit.key_files import (
    KeyFileError,
    load_signing_key,
    load_verifier_keys,
)
from disclosure.audit.note import SigningKey
from tests.audit import forgery
from tests.audit.conftest import ALIASES, Trail, add, draft_request
from tests.audit.forgery import Depth
from tests.audit.processes import sequencer_process, wait_for_log

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    except SystemExit as ending:
        return int(ending.code or 0), out.getvalue()
    return 0, out.getvalue()


def start(entries: int = 4) -> None:
    assert run("audit_key", "generate")[0] == 0
    add("probe:a", entries)
    assert run("sequence") == (0, f"{entries} entries sequenced.\n")


def test_a_generated_key_is_secret_and_its_public_half_is_not(installed: Trail) -> None:
    code, output = run("audit_key", "generate")

    key = load_signing_key(settings.CHECKPOINT_KEY_FILE)
    assert code == 0
    assert stat.S_IMODE(settings.CHECKPOINT_KEY_FILE.stat().st_mode) == 0o600
    assert key.name == "log.example.test/commands"
    assert load_verifier_keys(settings.CHECKPOINT_VERIFIER_KEYS_FILE) == (key.verifier,)
    assert str(key.verifier) in output
    assert key.export().split("+", 4)[4] not in output
    assert run("audit_key", "show") == (0, f"{key.verifier}\n")


def test_a_key_is_never_overwritten(installed: Trail) -> None:
    run("audit_key", "generate")
    before = settings.CHECKPOINT_KEY_FILE.read_text()

    code, output = run("audit_key", "generate")

    assert code == 1
    assert "holds a key already" in output
    assert run("audit_key", "generate", "--if-missing") == (0, "")
    assert settings.CHECKPOINT_KEY_FILE.read_text() == before
    assert len(load_verifier_keys(settings.CHECKPOINT_VERIFIER_KEYS_FILE)) == 1


def test_rotation_keeps_what_the_old_key_signed(installed: Trail) -> None:
    start()
    old = load_signing_key(settings.CHECKPOINT_KEY_FILE)

    assert run("audit_key", "rotate")[0] == 0

    new = load_signing_key(settings.CHECKPOINT_KEY_FILE)
    retired = settings.CHECKPOINT_KEY_FILE.with_name(
        f"checkpoint.key.retired-{old.verifier.key_id.hex()}"
    )
    assert load_signing_key(retired) == old
    assert load_verifier_keys(settings.CHECKPOINT_VERIFIER_KEYS_FILE) == (
        old.verifier,
        new.verifier,
    )
    add("probe:a")
    assert run("sequence")[0] == 0
    assert run("verify_audit")[0] == 0


@pytest.mark.parametrize("content", ["", "x", "PRIVATE+KEY+a+00000000+AAAA", "\u00e9"])
def test_a_key_file_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyFileError):
        load_signing_key(path)
    with pytest.raises(KeyFileError):
        load_verifier_keys(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_secret_key_that_others_can_read_is_refused(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "key"
    path.write_text(SigningKey.generate("log.example.test").export())
    path.chmod(0o600)
    assert load_signing_key(path)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match="chmod 600"):
        load_signing_key(path)


def test_without_a_key_nothing_is_signed_and_nothing_verified(
    installed: Trail,
) -> None:
    assert run("sequence")[0] == 2
    assert run("verify_audit")[0] == 2
    assert run("audit_key", "show")[0] == 1
    assert run("audit_key", "rotate")[0] == 1


def test_a_sound_trail_exits_with_0(installed: Trail) -> None:
    start()

    code, output = run("verify_audit")

    assert code == 0
    assert "4 entries in 1 streams; log of 4, 4 of them signed" in output
    assert "Sound: nothing is wrong." in output


def test_a_broken_trail_exits_with_1_and_names_the_entry(installed: Trail) -> None:
    start()
    with forgery.connect(installed.superuser_url()) as connection:
        forgery.rewrite(connection, 2, Depth.LEAF)

    code, output = run("verify_audit")

    assert code == 1
    assert "NOT SOUND. First: log index 2, entry " in output
    assert "number 3 of probe:a: the leaf does not hash to its leaf hash" in output
    assert run("sequence")[0] == 0, "what is signed already is not looked at again"


def test_json_names_the_fault_too(installed: Trail) -> None:
    start()
    assert json.loads(run("verify_audit", "--json")[1])["sound"] is True
    with forgery.connect(installed.superuser_url()) as connection:
        forgery.rewrite(connection, 2, Depth.LEAF)

    code, output = run("verify_audit", "--json")

    report = json.loads(output)
    assert code == 1
    assert (report["sound"], report["fault_count"]) == (False, 1)
    fault = report["faults"][0]
    assert (fault["code"], fault["log_index"]) == ("leaf_changed", 2)
    assert (fault["stream"], fault["number"]) == ("probe:a", 3)


def test_the_sequencer_that_refuses_exits_with_1(installed: Trail) -> None:
    start()
    ids = add("probe:a", 2)
    with forgery.connect(installed.superuser_url()) as connection:
        forgery.replace_leaf(connection, ids[0], data={"n": 5})

    code, output = run("sequence")

    assert code == 1
    assert f"Refused to sign. entry {ids[0]}, number 5 of probe:a" in output


def test_one_stream_is_verified_alone(installed: Trail) -> None:
    start()

    code, output = run("verify_audit", "--stream", "probe:a")

    assert (code, "4 entries in 1 streams" in output) == (0, True)
    assert run("verify_audit", "--stream", "probe:none")[0] == 2


@pytest.mark.parametrize("field", ["reference", "pk"])
def test_one_request_is_verified_by_its_reference_or_id(
    installed: Trail, field: str
) -> None:
    start()
    disclosure_request = draft_request()
    reference = str(getattr(disclosure_request, field))

    code, output = run("verify_audit", "--request", reference)

    assert code == 0
    assert "1 entries in 1 streams; log of 4" in output
    assert "1 not yet in the log" in output


@pytest.mark.parametrize(
    "reference", ["DD-1999-000001", "7f3d2d0e-5a35-4b4b-9a5e-2f1f4a4f9d10", "'; --", ""]
)
def test_an_unknown_request_is_not_called_sound(
    installed: Trail, reference: str
) -> None:
    start()

    code, output = run("verify_audit", "--request", reference)

    assert code == 2
    assert f"No request {reference}" in output


def test_checkpoints_kept_outside_show_a_rollback(
    installed: Trail, tmp_path: Path
) -> None:
    start()
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(installed.witness.latest() or b"")
    with forgery.connect(installed.superuser_url()) as connection:
        forgery.cut(connection, 2)
    for path in installed.witness.directory.iterdir():
        path.unlink()
    assert run("verify_audit")[0] == 0, "nothing inside shows it"

    code, output = run("verify_audit", "--checkpoint", str(kept))

    assert code == 1
    assert "covers 4 entries, the log has 2" in output


def test_a_checkpoint_file_that_is_missing_is_not_passed_over(
    installed: Trail, tmp_path: Path
) -> None:
    start()

    assert run("verify_audit", "--checkpoint", str(tmp_path / "none"))[0] == 2
    assert run("verify_audit", "--keys", str(tmp_path / "none"))[0] == 2


def test_other_keys_can_be_trusted_instead(installed: Trail, tmp_path: Path) -> None:
    start()
    stranger = tmp_path / "stranger.vkeys"
    stranger.write_text(f"# not ours\n\n{SigningKey.generate('other').verifier}\n")

    code, output = run("verify_audit", "--keys", str(stranger))

    assert code == 1
    assert "no trusted key signed this note" in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_works_and_stops_cleanly(
    installed: Trail, number: signal.Signals
) -> None:
    run("audit_key", "generate")
    process = sequencer_process()
    try:
        for _round in range(2):
            add("probe:a", 3)
            wait_for_log(process)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()

    assert (process.returncode, errors) == (0, "")
    assert output == "Sequencer started.\nSequencer stopped.\n"
    assert run("verify_audit")[0] == 0


def test_the_loop_survives_a_lost_connection(installed: Trail) -> None:
    run("audit_key", "generate")
    process = sequencer_process()
    try:
        add("probe:a")
        wait_for_log(process)
        with forgery.connect(installed.superuser_url()) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND usename = %s",
                [settings.DATABASE_ROLES["sequencer"]],
            )
        add("probe:a")
        wait_for_log(process)
    finally:
        process.kill()
        process.communicate(timeout=30)

    assert run("verify_audit")[0] == 0


def test_a_file_that_is_no_checkpoint_is_a_mistake_and_no_finding(
    installed: Trail, tmp_path: Path
) -> None:
    start()
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Dear Sir,\n")

    for option in ("--checkpoint", "--since"):
        code, output = run("verify_audit", option, str(wrong))
        assert (code, "letter.txt is not a checkpoint" in output) == (2, True)


def test_without_keys_the_message_says_where_they_come_from(installed: Trail) -> None:
    code, output = run("verify_audit")

    assert code == 2
    assert "audit_key generate" in output
    assert "--keys" in output


def test_without_a_checkpoint_from_outside_it_says_what_would_not_show(
    installed: Trail, settings, tmp_path: Path
) -> None:
    start()
    assert "would not show" not in run("verify_audit")[1]
    settings.CHECKPOINT_WITNESS_DIR = tmp_path / "nothing"

    code, output = run("verify_audit")

    assert (code, "would not show" in output) == (0, True)
