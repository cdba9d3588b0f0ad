"""Other people's programs read our proofs: Go's module database and npm's Sigstore.

Both were written by people who never saw this code, and accept exactly what ours
accepts.
"""

import base64
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from disclosure.audit import merkle
from disclosure.audit.bundle import EarlierCheckpoint, consistency_file
from disclosure.audit.checkpoint import Checkpoint, CheckpointError, TlogProof
from disclosure.audit.note import NoteError, SigningKey

FOREIGN = Path(__file__).with_name("foreign")
GO_PACKAGES = Path("/usr/share/gocode")
KEY = SigningKey("log.example.test/foreign", bytes(range(32)))
STRANGER = SigningKey("log.example.test/foreign", bytes(32))
COUNTS = [60, pytest.param(1000, marks=pytest.mark.long)]

Asker = Callable[[list[dict[str, str]]], list[str]]


@dataclass(frozen=True)
class Case:
    """A leaf and the proof of its place."""

    leaf: bytes
    proof: TlogProof

    def question(self) -> dict[str, str]:
        return question(leaf=self.leaf, proof=self.proof.export())

    def is_accepted_by_us(self) -> bool:
        try:
            self.proof.verify(merkle.hash_leaf(self.leaf), [KEY.verifier])
        except (CheckpointError, NoteError):
            return False
        return True


def question(**files: bytes) -> dict[str, str]:
    encoded = {name: base64.b64encode(data).decode() for name, data in files.items()}
    return {"key": str(KEY.verifier), **encoded}


def ask(command: list[str], questions: list[dict[str, str]], **environment: str):
    """The answers of a checker, one for each question."""
    done = subprocess.run(
        command,
        input="".join(json.dumps(asked) + "\n" for asked in questions),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="session")
def go_checker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Our few lines around golang.org/x/mod, as Debian ships it."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
    if not (GO_PACKAGES / "src/golang.org/x/mod/sumdb").exists():
        pytest.skip("Go's x/mod is not installed (golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "check"
    subprocess.run(
        ["go", "build", "-o", str(program), str(FOREIGN / "check.go")],
        check=True,
        env={
            **os.environ,
            "GO111MODULE": "off",
            "GOPATH": str(GO_PACKAGES),
            "GOCACHE": str(folder / "cache"),
        },
    )
    return lambda questions: ask([str(program)], questions)


@pytest.fixture(scope="session")
def npm_checker(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Our few lines around @sigstore/verify, pinned by hash."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js and npm are not installed")
    folder = tmp_path_factory.mktemp("npm")
    for name in ("package.json", "package-lock.json", "check.js"):
        shutil.copy(FOREIGN / name, folder)
    fetched = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if fetched.returncode:
        pytest.skip("the npm registry is out of reach")
    return lambda questions: ask(["node", str(folder / "check.js")], questions)


@pytest.fixture(params=["go", "npm"])
def checker(request: pytest.FixtureRequest) -> Asker:
    checker: Asker = request.getfixturevalue(f"{request.param}_checker")
    return checker


def some_leaf(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 300))


def cases(count: int, seed: int) -> list[Case]:
    """Random places in random logs of up to 400 leaves, some of them of one."""
    chance = random.Random(seed)
    made = []
    while len(made) < count:
        leaves = [some_leaf(chance) for _ in range(chance.choice([1, 2, 7, 64, 400]))]
        hashes = [merkle.hash_leaf(leaf) for leaf in leaves]
        note = Checkpoint(KEY.name, len(leaves), merkle.root(hashes)).sign(KEY)
        for _ in range(min(20, count - len(made))):
            index = chance.randrange(len(leaves))
            path = tuple(merkle.inclusion_proof(hashes, index))
            made.append(Case(leaves[index], TlogProof(index, path, note)))
    return made


def flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def change_leaf(case: Case, chance: random.Random) -> Case:
    return replace(case, leaf=flipped(case.leaf, chance))


def change_hash(case: Case, chance: random.Random) -> Case:
    hashes = list(case.proof.hashes)
    if not hashes:
        return change_leaf(case, chance)
    position = chance.randrange(len(hashes))
    hashes[position] = flipped(hashes[position], chance)
    return replace(case, proof=replace(case.proof, hashes=tuple(hashes)))


def add_hash(case: Case, chance: random.Random) -> Case:
    hashes = (*case.proof.hashes, chance.randbytes(32))
    return replace(case, proof=replace(case.proof, hashes=hashes))


def drop_hash(case: Case, chance: random.Random) -> Case:
    if not case.proof.hashes:
        return add_hash(case, chance)
    return replace(case, proof=replace(case.proof, hashes=case.proof.hashes[:-1]))


def change_index(case: Case, chance: random.Random) -> Case:
    index = case.proof.index ^ (1 << chance.randrange(10))
    return replace(case, proof=replace(case.proof, index=index))


def change_root(case: Case, chance: random.Random) -> Case:
    """The signature is then of another text."""
    said = Checkpoint.parse(case.proof.note.decode().rpartition("\n\n")[0] + "\n")
    other = replace(said, root=flipped(said.root, chance))
    note = case.proof.note.replace(said.text().encode(), other.text().encode())
    return replace(case, proof=replace(case.proof, note=note))


def change_signature(case: Case, chance: random.Random) -> Case:
    text, blank, line = case.proof.note.rpartition(b"\n\n")
    name, _space, encoded = line.rstrip(b"\n").rpartition(b" ")
    changed = base64.b64encode(flipped(base64.b64decode(encoded), chance))
    note = text + blank + name + b" " + changed + b"\n"
    return replace(case, proof=replace(case.proof, note=note))


def sign_by_a_stranger(case: Case, chance: random.Random) -> Case:
    said = Checkpoint.parse(case.proof.note.decode().rpartition("\n\n")[0] + "\n")
    return replace(case, proof=replace(case.proof, note=said.sign(STRANGER)))


MUTATIONS = [
    change_leaf,
    change_hash,
    add_hash,
    drop_hash,
    change_index,
    change_root,
    change_signature,
    sign_by_a_stranger,
]


@pytest.mark.parametrize("count", COUNTS)
def test_they_accept_what_we_prove(checker: Asker, count: int) -> None:
    made = cases(count, seed=6962)

    answers = checker([case.question() for case in made])

    assert all(case.is_accepted_by_us() for case in made)
    assert answers == ["ok"] * count


@pytest.mark.parametrize("count", COUNTS)
def test_they_reject_every_mutant(checker: Asker, count: int) -> None:
    chance = random.Random(9162)
    mutants = [
        MUTATIONS[number % len(MUTATIONS)](case, chance)
        for number, case in enumerate(cases(count, seed=1789))
    ]

    answers = checker([mutant.question() for mutant in mutants])

    assert not any(mutant.is_accepted_by_us() for mutant in mutants)
    assert len(answers) == count
    assert [answer for answer in answers if not answer.startswith("no: ")] == []


@pytest.mark.parametrize("count", COUNTS)
def test_go_agrees_on_what_extends_what(go_checker: Asker, count: int) -> None:
    chance = random.Random(2017)
    hashes = [merkle.hash_leaf(some_leaf(chance)) for _ in range(300)]
    sound, forged = [], []
    for _ in range(count):
        old, new = sorted((chance.randrange(1, 301), chance.randrange(1, 301)))
        path = tuple(merkle.consistency_proof(hashes[:new], old))
        old_note = Checkpoint(KEY.name, old, merkle.root(hashes[:old])).sign(KEY)
        other = [*hashes[: old - 1], bytes(32)]
        other_note = Checkpoint(KEY.name, old, merkle.root(other)).sign(KEY)
        new_note = Checkpoint(KEY.name, new, merkle.root(hashes[:new])).sign(KEY)
        file = consistency_file(EarlierCheckpoint(old, old_note, path), new_note)
        sound.append(question(consistency=file, old=old_note))
        forged.append(question(consistency=file, old=other_note))

    assert go_checker(sound) == ["ok"] * count
    assert {answer[:3] for answer in go_checker(forged)} == {"no:"}
