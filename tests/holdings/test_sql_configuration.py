"""What is wrong in a connector's file is named by its key, without its secrets."""

import tomllib

import pytest
from django.conf import settings as project

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.registry import registry_problems
from disclosure.holdings.sql_configuration import load
from disclosure.management.demo.accounts import QUERIES

SQL = "disclosure.holdings.sql_connector.SqlConnector"
WHOLE = (project.BASE_DIR / QUERIES).read_text(encoding="utf-8")


def write(tmp_path, *changes, more=""):
    text = WHOLE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "music.toml"
    path.write_text(f"{text}\n{more}", encoding="utf-8")
    return path


FAULTS = [
    # what is replaced, by what, what is said
    ("url_file = ", "url_fiel = ", r"url_fiel'?: is not a known key.*'url_file'"),
    ('url_file = "holdings/music-url"', "", "url_env: is missing"),
    ("url_file", 'url_env = "X"\nurl_file', "url_file: stands beside url_env"),
    ("_seconds = 5", "_seconds = 0", "connect_timeout_seconds: must lie above 0"),
    ("_seconds = 10", "_seconds = true", "statement_timeout_seconds: must be a number"),
    ("[account]", 'zone = "Mars"\n[account]', "zone: is not a time zone"),
    (":account_ref AS", ":ref AS", "account.sql: names the unknown parameter :ref"),
    ('1 = "active"', '1 = "alive"', "account.status.1: must mean .*'active'"),
    ("[resolve.username]", "[resolve.user]", "resolve.'user': is not a known key"),
    ("never_recycled = true", "", "resolve.phone.sql: .* parameter :observed_at"),
    ("AND (:port IS NULL OR port = :port)", "", "ip_time.sql: .* parameter :port"),
    ("phone, email\n", "phone\n", "groups.profile.sql: does not select .* email"),
    ("nickname, user_id", "*, user_id", r"groups.profile.sql: .*no \*"),
    ("real_name, id_number,", "real_name, x,", "identity.sql: selects the column x"),
    ("phone = { value", "fone = { value", "fields.'fone': is not a known key.*'phone'"),
    ('source = "user"', 'source = "usr"', "source: does not know 'usr'.*'user'"),
    (', source = "user"', "", "registered_nickname.source: is missing"),
    ('observed_at = "used_from", ', "", "username.observed_at: is missing"),
    ('"access-log-60-days"', '""', "retention_rule: is empty"),
    (', retention_rule = "access-log-60-days"', "", "retention_rule: is missing"),
    ('  "email",\n', "", "collects: email is missing"),
    ('  "email",\n', '  "email",\n  "gender",\n', "no group states gender"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_each_fault_is_named_by_its_key(tmp_path, old, new, said):
    with pytest.raises(ConfigurationProblem, match=rf"(?s){said}"):
        load(write(tmp_path, (old, new)))


MORE = [
    # what is appended, what is said
    (
        '[preserve]\nurl_file = "holdings/music-url"\nsql = "UPDATE users SET x = '
        ':until WHERE user_id = :account_ref"',
        "preserve.url_env: must be another one",
    ),
    (
        '[preserve]\nurl_env = "W"\nsql = "DELETE FROM users WHERE user_id = '
        ':account_ref AND x = :until"',
        "preserve.sql: must be one INSERT or UPDATE",
    ),
    (
        '[groups.twice]\nsql = "SELECT a AS account_ref, b, c FROM t WHERE a = '
        ':account_ref"\nfields.phone = { value = "b", observed_at = "c", '
        'source = "user" }',
        "two groups state phone",
    ),
    (
        '[groups.both]\nsql = "SELECT a AS account_ref, b, c FROM t WHERE a = '
        ':account_ref"\nfields.login_places = { value = "b", observed_at = "c", '
        'source = "user" }\nfields.gender = { value = "b", observed_at = "c", '
        'source = "user" }',
        "mixes events and standing facts",
    ),
]


@pytest.mark.parametrize(("more", "said"), MORE)
def test_parts_that_do_not_go_together_are_named(tmp_path, more, said):
    with pytest.raises(ConfigurationProblem, match=said):
        load(write(tmp_path, more=more))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigurationProblem, match="cannot be read"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "broken.toml").write_text("url = ", encoding="utf-8")
    with pytest.raises(ConfigurationProblem, match="is not TOML"):
        load(tmp_path / "broken.toml")


def test_the_system_check_names_the_fault_and_no_secret(
    tmp_path, settings, monkeypatch
):
    monkeypatch.setenv("MUSIC_URL", "postgresql://reader:hunter2@db.example.com/m")
    broken = write(
        tmp_path,
        ('url_file = "holdings/music-url"', 'url_env = "MUSIC_URL"'),
        (":identifier AS bigint", ":identifer AS bigint"),
    )
    settings.HOLDINGS_CONNECTORS = {
        "music": {"connector": SQL, "options": {"config": str(broken)}}
    }

    (problem,) = registry_problems()

    assert "resolve.account_id.sql: names the unknown parameter :identifer" in str(
        problem
    )
    assert "hunter2" not in f"{problem!s}{problem!r}{problem.data}"


def test_the_system_check_names_a_secret_that_is_missing(
    tmp_path, settings, monkeypatch
):
    monkeypatch.delenv("MUSIC_URL", raising=False)
    path = write(tmp_path, ('url_file = "holdings/music-url"', 'url_env = "MUSIC_URL"'))
    settings.HOLDINGS_CONNECTORS = {
        "music": {"connector": SQL, "options": {"config": str(path)}}
    }

    (problem,) = registry_problems()

    assert "environment variable MUSIC_URL is not set" in str(problem)


@pytest.mark.parametrize(
    ("url", "session", "said"),
    [
        (
            "mysql+pymysql://r:hunter2@db.example.com/m",
            "",
            "keeps a login from writing",
        ),
        ("mysql+pymysql://r:hunter2@db.example.com/m", "SET SESSION x", None),
        ("postgresql://r:hunter2@db.example.com/m", "", None),
        ("nosuch://r:hunter2@db.example.com/m", "", "no address SQLAlchemy knows"),
    ],
)
def test_the_system_check_names_a_database_nothing_is_enforced_on(
    tmp_path, settings, monkeypatch, url, session, said
):
    monkeypatch.setenv("MUSIC_URL", url)
    lines = f'url_env = "MUSIC_URL"\nsession = ["{session}"]\n'
    if not session:
        lines = 'url_env = "MUSIC_URL"\n'
    path = write(tmp_path, ('url_file = "holdings/music-url"\n', lines))
    settings.HOLDINGS_CONNECTORS = {
        "music": {"connector": SQL, "options": {"config": str(path)}}
    }

    problems = [str(problem) for problem in registry_problems()]

    assert len(problems) == (0 if said is None else 1)
    assert all(said in problem and "hunter2" not in problem for problem in problems)


def test_the_demos_queries_hold_no_secret():
    assert "://" not in WHOLE
    assert tomllib.loads(WHOLE)["url_file"] == "holdings/music-url"
    assert "holdings/music-url" not in repr(load(QUERIES).groups)
