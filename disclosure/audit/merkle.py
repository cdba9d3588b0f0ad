"""RFC 9162 section 2.1 Merkle trees (the trees of RFC 6962) over SHA-256.

Nothing here knows a database. Hashes are 32 ``bytes``; indexes and sizes are
plain integers. A *node* is the root of a perfect subtree, addressed by
``(level, index)``: it covers the leaves ``index << level`` up to, excluding,
``(index + 1) << level``. Perfect nodes never change once complete, so they are
what is stored; everything else is folded from them.

The two ``verify_*`` functions are for untrusted input. They answer False to
anything malformed (wrong type, wrong length, negative, out of range) and never
raise. The functions that make proofs are for our own data and raise ValueError
when asked for the impossible.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias, TypeGuard

HASH_SIZE = 32

#: RFC 9162 section 2.1.1: the root of the empty tree is the hash of nothing.
EMPTY_ROOT = sha256(b"").digest()

#: Sizes on the wire are 64-bit unsigned (RFC 9162 section 4.10).
MAX_SIZE = 2**64 - 1

#: (level, index) of a perfect subtree.
Coordinate: TypeAlias = tuple[int, int]
#: Leaves from start up to, excluding, end.
Span: TypeAlias = tuple[int, int]
NodeSource: TypeAlias = Callable[[Coordinate], bytes]


def hash_leaf(data: bytes) -> bytes:
    """The leaf hash of an entry: SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class StreamingTree:
    """A tree that is only ever appended to, in memory O(log size).

    ``peaks`` are the roots of its perfect subtrees from left (largest) to
    right, one per set bit of ``size``. To continue a stored tree, pass its size
    and its peaks (`peak_coordinates` says which nodes those are).

    Raises ValueError when the number of peaks does not fit the size.
    """

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.peaks) != self.size.bit_count():
            raise ValueError("the peaks do not fit the tree size")

    def append(self, leaf_hash: bytes) -> Iterator[tuple[Coordinate, bytes]]:
        """Add a leaf; yield every node it completes, the leaf itself first.

        The leaf is added when the iterator is exhausted.
        """
        level, index, node = 0, self.size, leaf_hash
        yield (level, index), node
        while index & 1:
            node = hash_children(self.peaks.pop(), node)
            level, index = level + 1, index >> 1
            yield (level, index), node
        self.peaks.append(node)
        self.size += 1

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaves, not caring which nodes they complete."""
        for leaf_hash in leaf_hashes:
            for _completed in self.append(leaf_hash):
                pass

    def root(self) -> bytes:
        """The root hash at the present size."""
        return fold(self.peaks)


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes, in this order."""
    tree = StreamingTree()
    tree.extend(leaf_hashes)
    return tree.root()


def fold(peaks: Sequence[bytes]) -> bytes:
    """The hash over adjacent perfect subtrees, given from left to right."""
    if not peaks:
        return EMPTY_ROOT
    node = peaks[-1]
    for left in reversed(peaks[:-1]):
        node = hash_children(left, node)
    return node


def peak_coordinates(start: int, end: int) -> list[Coordinate]:
    """The perfect nodes that make up the leaves from start to end, left to right.

    Spans of RFC 9162 proofs start at a multiple of their largest subtree, so
    the subtrees only shrink from left to right.
    """
    coordinates = []
    while start < end:
        level = (end - start).bit_length() - 1
        coordinates.append((level, start >> level))
        start += 1 << level
    return coordinates


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The leaf spans whose hashes prove leaf `index` in a tree of `size`.

    In proof order: from the leaf's sibling up to the root's child
    (RFC 9162 section 2.1.3.1). Raises ValueError outside 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    spans = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(size1: int, size2: int) -> list[Span]:
    """The leaf spans whose hashes prove that size2 extends size1.

    RFC 9162 section 2.1.4.1. Raises ValueError outside 0 < size1 <= size2: from
    the empty tree there is nothing to prove.
    """
    if not 0 < size1 <= size2:
        raise ValueError(f"no consistency proof from {size1} to {size2}")
    spans = []
    start, end = 0, size2
    while size1 < end:
        middle = start + _largest_power_below(end - start)
        if size1 <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start > 0:
        # The subtree that ends at size1 is not the whole first tree, so its
        # hash is not the first root and the verifier has to be told it.
        spans.append((start, end))
    return spans[::-1]


def span_hashes(spans: Iterable[Span], node_at: NodeSource) -> list[bytes]:
    """The hash of each span, folded from stored perfect nodes."""
    return [
        fold([node_at(coordinate) for coordinate in peak_coordinates(*span)])
        for span in spans
    ]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Prove leaf `index` of these leaves. Raises ValueError if there is none."""
    spans = inclusion_spans(index, len(leaf_hashes))
    return [root(leaf_hashes[start:end]) for start, end in spans]


def consistency_proof(leaf_hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """Prove that these leaves extend their own first `size1`.

    Raises ValueError outside 0 < size1 <= number of leaves.
    """
    spans = consistency_spans(size1, len(leaf_hashes))
    return [root(leaf_hashes[start:end]) for start, end in spans]


def verify_inclusion(
    leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether `proof` shows `leaf_hash` at `index` of the tree (size, root).

    RFC 9162 section 2.1.3.2. False, never an exception, on malformed input.
    """
    if not (_is_size(index) and _is_size(size) and index < size):
        return False
    if not (_is_hash(leaf_hash) and _is_hash(root)):
        return False
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if not _is_proof(proof, inner + border):
        return False
    node = _climb(leaf_hash, proof[:inner], index)
    return _join_left(node, proof[inner:]) == root


def verify_consistency(
    size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes
) -> bool:
    """Whether `proof` shows that tree (size2, root2) extends (size1, root1).

    RFC 9162 section 2.1.4.2. False, never an exception, on malformed input and
    for ``size1 == 0``: every tree extends the empty one, so such a proof says
    nothing, and accepting it lets a log start anew. For equal sizes nothing is
    hashed: the proof must be empty and the roots the same bytes.
    """
    if not (_is_size(size1) and _is_size(size2) and 0 < size1 <= size2):
        return False
    if size1 == size2:
        return _is_proof(proof, 0) and _same_bytes(root1, root2)
    if not (_is_hash(root1) and _is_hash(root2)):
        return False
    shift = (size1 & -size1).bit_length() - 1
    inner = ((size1 - 1) ^ (size2 - 1)).bit_length() - shift
    border = ((size1 - 1) >> (inner + shift)).bit_count()
    # When size1 is a power of two its subtree is the whole first tree, whose
    # hash the verifier knows; otherwise the proof starts with that subtree.
    is_whole = size1 == 1 << shift
    if not _is_proof(proof, inner + border + (0 if is_whole else 1)):
        return False
    seed, path = (root1, proof) if is_whole else (proof[0], proof[1:])
    position = (size1 - 1) >> shift
    lefts = [node for bit, node in enumerate(path[:inner]) if position >> bit & 1]
    old = _join_left(_join_left(seed, lefts), path[inner:])
    new = _join_left(_climb(seed, path[:inner], position), path[inner:])
    return old == root1 and new == root2


def _climb(node: bytes, path: Sequence[bytes], position: int) -> bytes:
    """Hash upwards; each bit of `position` says on which side the node stands."""
    for bit, sibling in enumerate(path):
        if position >> bit & 1:
            node = hash_children(sibling, node)
        else:
            node = hash_children(node, sibling)
    return node


def _join_left(node: bytes, lefts: Sequence[bytes]) -> bytes:
    for left in lefts:
        node = hash_children(left, node)
    return node


def _largest_power_below(count: int) -> int:
    """The largest power of two smaller than `count` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _is_size(value: object) -> TypeGuard[int]:
    # bool is an int to Python and a mistake in a proof.
    return type(value) is int and 0 <= value <= MAX_SIZE


def _is_hash(value: object) -> TypeGuard[bytes]:
    return type(value) is bytes and len(value) == HASH_SIZE


def _is_proof(value: object, length: int) -> TypeGuard[Sequence[bytes]]:
    # No subclass, whose length may be a lie. The length first: a proof of a million
    # hashes is refused unread.
    return (
        isinstance(value, list | tuple)
        and type(value) in {list, tuple}
        and len(value) == length
        and all(_is_hash(node) for node in value)
    )


def _same_bytes(first: object, second: object) -> bool:
    return type(first) is bytes and type(second) is bytes and first == second
