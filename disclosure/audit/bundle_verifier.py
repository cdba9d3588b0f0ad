#!/usr/bin/env python3
"""核验一份材料包。 Check an evidence bundle.

    python3 verify.py [--key KEY] [--checkpoint FILE]

KEY: the operator's key, got elsewhere; FILE: a checkpoint that you kept yourself.
Needs Python 3.8 or newer and nothing else: no network, no database, no package.
Exit codes: 0 sound, 1 something does not hold, 2 the bundle cannot be read.
It trusts the operator's public key and SHA-256, nothing more. The formats are
public: RFC 6962/9162 (tree), RFC 8032 (Ed25519), c2sp.org/signed-note,
c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof, c2sp.org/tlog-witness.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
PROOF = "c2sp.org/tlog-proof@v1"


class DoesNotHold(Exception):
    """One thing that the bundle claims and that is not so."""


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032 section 5.1.7; nothing here is secret, so the time may vary."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decode_point(public), decode_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % L
    p, q = multiply(s, BASE), add(r, multiply(k, a))
    return not any((p[i] * q[2] - q[i] * p[2]) % P for i in (0, 1))


def decode_point(encoded: bytes) -> Any:
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def add(p: Any, q: Any) -> Any:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(factor: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_above(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that leaf `index` leads to; `path` is used up from its end."""
    if size == 1:
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    sibling = path.pop()
    if index < left:
        return node(root_above(leaf, index, left, path), sibling)
    return node(sibling, root_above(leaf, index - left, size - left, path))


def both_roots(old: int, new: int, path: list[bytes], known: bytes | None) -> Any:
    """The roots over the first `old` and all `new` leaves, as `path` gives them.

    `known` is the old root while the part looked at begins with the first leaf.
    """
    if old == new:
        whole = path.pop() if known is None else known
        return whole, whole
    left = 1 << (new - 1).bit_length() - 1
    other = path.pop()
    if old <= left:
        first, second = both_roots(old, left, path, known)
        return first, node(second, other)
    first, second = both_roots(old - left, new - left, path, None)
    return node(other, first), node(other, second)


class Checkpoint:
    """A checkpoint that one of the keys signed."""

    def __init__(self, note: bytes, keys: Any) -> None:
        text, blank, tail = note.rpartition(b"\n\n")
        self.signer = ""
        for line in tail.decode().splitlines() if blank else []:
            dash, name, encoded = line.split(" ")
            signed = decode(encoded)
            public = keys.get((name, signed[:4]))
            if dash != "\u2014" or public is None or self.signer:
                continue
            if not ed25519_verifies(public, text + b"\n", signed[4:]):
                raise DoesNotHold("the signature under the checkpoint is wrong")
            self.signer = name
        if not self.signer:
            raise DoesNotHold("the checkpoint is not signed by the given key")
        self.origin, size, root = text.decode().split("\n")[:3]
        self.size, self.root = int(size), decode(root, 32)


def read_key(line: str) -> tuple[tuple[str, bytes], bytes]:
    name, key_id, encoded = line.strip().split("+", 2)
    typed = decode(encoded)
    expected = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    if typed[:1] != b"\x01" or len(typed) != 33 or expected.hex() != key_id:
        raise DoesNotHold("this is not a verifier key: " + line.strip())
    return (name, expected), typed[1:]


def decode(text: str, size: int = 0) -> bytes:
    value = base64.b64decode(text, validate=True)
    if base64.b64encode(value).decode() != text or (size and len(value) != size):
        raise DoesNotHold("this is not the base64 of what stands here")
    return value


def read_proof(data: bytes, first_line: str) -> tuple[int, list[bytes], bytes]:
    """The number, the hashes and the note of a tlog-proof or a consistency proof."""
    head, _, note = data.partition(b"\n\n")
    lines = head.decode("ascii").split("\n")
    is_tlog_proof = lines.pop(0) == PROOF if first_line == "index " else True
    if not (is_tlog_proof and lines[0].startswith(first_line)):
        raise DoesNotHold("the proof has another form")
    number = int(lines[0][len(first_line) :])
    if lines[0] != f"{first_line}{number}":
        raise DoesNotHold("a number has one spelling")
    return number, [decode(line, 32) for line in lines[1:]], note


def read_json(data: bytes) -> Any:
    said = json.loads(data)
    again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if again.encode() != data:  # RFC 8785, which also forbids to say a thing twice
        raise DoesNotHold("not in canonical form")
    return said


def check_entries(folder: Path, note: bytes, newest: Checkpoint) -> list[Any]:
    """Every entry is in the log, none is missing before the last, none is moved."""
    entries: list[Any] = []
    last = ("0" * 64, -1)
    for path in sorted((folder / "entries").glob("*.json")):
        try:
            digest, index = check_place(path, note, newest)
            said = read_json(path.read_bytes())
            if said["seq"] != len(entries) + 1 or int(path.stem) != said["seq"]:
                raise DoesNotHold("an entry before it is missing")
            if said["prev"] != last[0] or index <= last[1]:
                raise DoesNotHold("it does not follow the entry before it")
            if said["stream"] != (entries or [said])[0]["stream"]:
                raise DoesNotHold("it belongs to another case")
        except (DoesNotHold, IndexError) as fault:
            raise DoesNotHold(f"entry {path.stem}: {fault}") from fault
        last = (digest.hex(), index)
        entries.append(said)
    if not entries:
        raise DoesNotHold("the bundle has no entries")
    return entries


def check_place(path: Path, note: bytes, newest: Checkpoint) -> tuple[bytes, int]:
    """The leaf's hash and place, proven to be in the log."""
    proof = path.with_suffix(".tlog-proof").read_bytes()
    index, hashes, proven = read_proof(proof, "index ")
    digest = hashlib.sha256(b"\x00" + path.read_bytes()).digest()
    if proven != note or not 0 <= index < newest.size:
        raise DoesNotHold("its proof is for another checkpoint")
    if root_above(digest, index, newest.size, hashes) != newest.root or hashes:
        raise DoesNotHold("it is not in the log: changed or forged")
    return digest, index


def check_opening(path: Path, entries: list[Any]) -> str:
    """The value shown is the one that the entry was bound to when it was written."""
    opening = read_json(path.read_bytes())
    bound = entries[opening["entry"] - 1]["data"]
    for name in opening["member"]:
        bound = bound[name]
    salt, value = bytes.fromhex(opening["salt"]), opening["value"].encode()
    digest = hmac.new(salt, value, hashlib.sha256).hexdigest()
    if len(salt) != 32 or digest != bound["c"]:
        raise DoesNotHold(f"{path.name}: this is not the value that was recorded")
    return f"{opening['entry']:>6}  {' '.join(opening['member'])}: {opening['value']}"


def check_earlier(folder: Path, note: bytes, newest: Checkpoint, keys: Any) -> Any:
    """The log was only extended since each of these."""
    found = [newest]
    for path in sorted(folder.glob("earlier/*/consistency")):
        size, hashes, later = read_proof(path.read_bytes(), "old ")
        earlier = Checkpoint(path.with_name("checkpoint").read_bytes(), keys)
        if (later, earlier.size) != (note, size) or not 0 < size <= newest.size:
            raise DoesNotHold("a consistency proof is between other checkpoints")
        roots = both_roots(size, newest.size, hashes, earlier.root)
        if roots != (earlier.root, newest.root) or hashes:
            raise DoesNotHold("the log was not only extended between two checkpoints")
        found.append(earlier)
    return found


def check_timestamps(folder: Path) -> list[str]:
    """Each reply names its checkpoint; its signature is for openssl to check."""
    out = []
    for reply in sorted(folder.rglob("checkpoint.tsr")):
        stamped = reply.with_name("checkpoint")
        if hashlib.sha256(stamped.read_bytes()).digest() not in reply.read_bytes():
            raise DoesNotHold("a time stamp is of another checkpoint")
        names = f"-in {reply.relative_to(folder)} -data {stamped.relative_to(folder)}"
        out.append(f"时间戳 Time stamp: openssl ts -verify {names} -CAfile CA.pem")
    return out


def check_kept(kept: Checkpoint, known: list[Checkpoint]) -> str:
    """The reader's own checkpoint tells the same history as the bundle's."""
    roots = {checkpoint.size: checkpoint.root for checkpoint in known}
    if kept.size not in roots:
        raise ValueError(f"nothing here is about a log of {kept.size} entries")
    if roots[kept.size] != kept.root:
        raise DoesNotHold("your checkpoint is of ANOTHER history of this log")
    return "与您保存的检查点一致。 Your checkpoint is of this history."


def check(folder: Path, key: str | None, kept: Path | None) -> list[str]:
    """Check everything and return what to print."""
    shipped = (folder / "verifier-keys.txt").read_text("utf-8").splitlines()
    keys = dict(read_key(line) for line in ([key] if key else shipped))
    note = (folder / "checkpoint").read_bytes()
    newest = Checkpoint(note, keys)
    entries = check_entries(folder, note, newest)
    known = check_earlier(folder, note, newest, keys)
    line = "{seq:>6} {at:.19}Z {action}"
    out = [line.format(**e) + f" {e.get('status', '')}".rstrip() for e in entries]
    shown = sorted(folder.glob("openings/*.json"))
    opened = [check_opening(path, entries) for path in shown]
    out += ["", "披露的内容 Values disclosed:", *opened, ""] if opened else [""]
    out += [f"此后只有追加 Only extended since: {old.size}" for old in known[1:]]
    out += check_timestamps(folder)
    out += [check_kept(Checkpoint(kept.read_bytes(), keys), known)] if kept else []
    source = "given by you 您提供的" if key else "from the bundle 包内附带，请另行核对"
    out.append(f"公钥 Key ({source}): {' '.join([key] if key else shipped)}")
    out.append(f"日志 Log: {newest.origin}, {newest.size} entries")
    return [*out, "核验通过 SOUND: every entry holds."]


def main() -> int:
    """Parse the command line, check, print."""
    parser = argparse.ArgumentParser(description="核验材料包 Check an evidence bundle.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--key", help="the operator's key, got elsewhere")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you kept")
    asked = parser.parse_args()
    try:
        code, said = 0, check(asked.folder, asked.key, asked.checkpoint)
    except DoesNotHold as fault:
        code, said = 1, [f"不成立 DOES NOT HOLD: {fault}"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        code, said = 2, [f"无法读取 CANNOT BE READ: {type(error).__name__}: {error}"]
    # As bytes: a console may be set to anything.
    sys.stdout.buffer.write("\n".join([*said, ""]).encode())
    return code


if __name__ == "__main__":
    sys.exit(main())
