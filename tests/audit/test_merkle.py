"""The tree of RFC 6962 and RFC 9162: published roots, exhaustive proofs, bad input."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.audit import merkle

# The eight leaves and roots of the RFC 6962 reference implementation.
REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
REFERENCE_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_HASHES = [merkle.hash_leaf(leaf) for leaf in REFERENCE_LEAVES]
LARGEST = 129
MANY = [merkle.hash_leaf(number.to_bytes(2, "big")) for number in range(LARGEST)]
SOME_HASH = bytes.fromhex("abacaba0" + "00" * 28)


@pytest.fixture(scope="module")
def nodes():
    """Every perfect node over the 129 leaves."""
    tree = merkle.StreamingTree()
    return {at: node for leaf in MANY for at, node in tree.append(leaf)}


@pytest.fixture(scope="module")
def roots():
    return [merkle.root(MANY[:size]) for size in range(LARGEST + 1)]


def recursive_root(leaf_hashes):
    """RFC 9162 section 2.1.1 word for word, to hold the iterative form against."""
    if not leaf_hashes:
        return merkle.EMPTY_ROOT
    if len(leaf_hashes) == 1:
        return leaf_hashes[0]
    split = 1
    while split * 2 < len(leaf_hashes):
        split *= 2
    return merkle.hash_children(
        recursive_root(leaf_hashes[:split]), recursive_root(leaf_hashes[split:])
    )


@pytest.mark.parametrize("size", range(9))
def test_root_equals_the_reference(size):
    assert merkle.root(LEAF_HASHES[:size]).hex() == REFERENCE_ROOTS[size]


def test_root_equals_the_recursive_definition(roots):
    assert roots == [recursive_root(MANY[:size]) for size in range(LARGEST + 1)]


def test_streaming_tree_continues_from_stored_peaks(nodes, roots):
    for size in range(LARGEST):
        peaks = [nodes[at] for at in merkle.peak_coordinates(0, size)]
        tree = merkle.StreamingTree(size, peaks)

        assert tree.root() == roots[size]
        tree.extend(MANY[size:])
        assert tree.root() == roots[LARGEST]


def test_streaming_tree_refuses_peaks_that_do_not_fit():
    with pytest.raises(ValueError, match="peaks"):
        merkle.StreamingTree(3, [SOME_HASH])


def test_streaming_tree_completes_each_perfect_node_once():
    tree = merkle.StreamingTree()
    completed = [at for leaf in MANY for at, _node in tree.append(leaf)]

    expected = {
        (level, index) for level in range(8) for index in range(LARGEST >> level)
    }
    assert len(completed) == len(expected)
    assert set(completed) == expected


def test_inclusion_is_proved_for_every_leaf_of_every_size(nodes, roots):
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = merkle.span_hashes(
                merkle.inclusion_spans(index, size), nodes.__getitem__
            )
            assert merkle.verify_inclusion(
                MANY[index], index, size, proof, roots[size]
            ), (index, size)


def test_consistency_is_proved_for_every_pair_of_sizes(nodes, roots):
    for size1, size2 in itertools.combinations_with_replacement(
        range(1, LARGEST + 1), 2
    ):
        proof = merkle.span_hashes(
            merkle.consistency_spans(size1, size2), nodes.__getitem__
        )
        assert merkle.verify_consistency(
            size1, size2, proof, roots[size1], roots[size2]
        ), (size1, size2)


def test_no_proof_serves_another_index_or_size(nodes, roots):
    """Exhaustive to 20: a proof verifies for the statement it was made for alone."""
    for size in range(1, 21):
        for index in range(size):
            spans = merkle.inclusion_spans(index, size)
            proof = merkle.span_hashes(spans, nodes.__getitem__)
            accepted = [
                (claimed, claimed_size)
                for claimed_size in range(1, 21)
                for claimed in range(21)
                if merkle.verify_inclusion(
                    MANY[index], claimed, claimed_size, proof, roots[claimed_size]
                )
            ]
            assert accepted == [(index, size)]


def test_no_consistency_proof_serves_other_sizes(nodes, roots):
    for size1, size2 in itertools.combinations(range(1, 18), 2):
        spans = merkle.consistency_spans(size1, size2)
        proof = merkle.span_hashes(spans, nodes.__getitem__)
        accepted = [
            (first, second)
            for first in range(18)
            for second in range(18)
            if first != second
            and merkle.verify_consistency(
                first, second, proof, roots[first], roots[second]
            )
        ]
        assert accepted == [(size1, size2)]


def test_proofs_from_leaves_equal_proofs_from_nodes(nodes):
    for size in (1, 2, 7, 8, 33, LARGEST):
        for index in {0, size // 2, size - 1}:
            spans = merkle.inclusion_spans(index, size)
            assert merkle.inclusion_proof(MANY[:size], index) == merkle.span_hashes(
                spans, nodes.__getitem__
            )
            spans = merkle.consistency_spans(index + 1, size)
            assert merkle.consistency_proof(
                MANY[:size], index + 1
            ) == merkle.span_hashes(spans, nodes.__getitem__)


def mutants(proof):
    """Each way a list of hashes is commonly spoiled."""
    yield [*proof, b""]
    yield [*proof, SOME_HASH]
    yield [b"", *proof]
    yield [SOME_HASH, *proof]
    if proof:
        yield []
        yield proof[:-1]
        yield proof[1:]
        yield [*proof[:-1], proof[-1][:-1]]
    if len(set(proof)) > 1:
        yield proof[::-1]
    for position, node in enumerate(proof):
        flipped = bytes([node[0] ^ 8]) + node[1:]
        yield [*proof[:position], flipped, *proof[position + 1 :]]


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5)])
def test_spoilt_inclusion_proofs_are_refused(index, size):
    leaf_hash, tree_root = LEAF_HASHES[index], merkle.root(LEAF_HASHES[:size])
    proof = merkle.inclusion_proof(LEAF_HASHES[:size], index)
    assert merkle.verify_inclusion(leaf_hash, index, size, proof, tree_root)

    for mutant in mutants(proof):
        assert not merkle.verify_inclusion(leaf_hash, index, size, mutant, tree_root)
    for wrong in (merkle.EMPTY_ROOT, SOME_HASH, b"", tree_root + b"\x00"):
        assert not merkle.verify_inclusion(leaf_hash, index, size, proof, wrong)
        assert not merkle.verify_inclusion(wrong, index, size, proof, tree_root)


@pytest.mark.parametrize(("size1", "size2"), [(1, 1), (1, 8), (6, 8), (2, 5), (6, 7)])
def test_spoilt_consistency_proofs_are_refused(size1, size2):
    first, second = (merkle.root(LEAF_HASHES[:size]) for size in (size1, size2))
    proof = merkle.consistency_proof(LEAF_HASHES[:size2], size1)
    assert merkle.verify_consistency(size1, size2, proof, first, second)

    for mutant in mutants(proof):
        assert not merkle.verify_consistency(size1, size2, mutant, first, second)
    for wrong in (merkle.EMPTY_ROOT, SOME_HASH, b"WrongRoot", b""):
        assert not merkle.verify_consistency(size1, size2, proof, wrong, second)
        assert not merkle.verify_consistency(size1, size2, proof, first, wrong)
    if first != second:
        assert not merkle.verify_consistency(size1, size2, proof, second, first)


def test_equal_sizes_compare_the_roots_and_want_no_proof():
    assert merkle.verify_consistency(1, 1, [], b"any root", b"any root")
    assert not merkle.verify_consistency(1, 1, [], b"any root", b"another")
    assert not merkle.verify_consistency(1, 1, [SOME_HASH], SOME_HASH, SOME_HASH)


@pytest.mark.parametrize("size2", [0, 1, 8])
def test_the_empty_tree_proves_nothing(size2):
    tree_root = merkle.root(LEAF_HASHES[:size2])
    for proof in ([], [merkle.EMPTY_ROOT]):
        assert not merkle.verify_consistency(
            0, size2, proof, merkle.EMPTY_ROOT, tree_root
        )
        assert not merkle.verify_consistency(0, size2, proof, tree_root, tree_root)


NOT_NUMBERS = (
    None, True, False, 1.0, "1", b"\x01", [], -1, -(10**30), 2**64, 10**4000,
    float("nan"), object(),
)  # fmt: skip
NOT_HASHES = (None, "x" * 32, 7, [], b"", b"\x00" * 31, b"\x00" * 33, object())
NOT_PROOFS = (None, b"", b"\x00" * 96, "abc", 3, {}, iter(()), [None] * 3, [["x"]])


def test_verifiers_answer_false_to_every_wrong_type():
    leaf_hash, tree_root = LEAF_HASHES[1], merkle.root(LEAF_HASHES)
    good = (leaf_hash, 1, 8, merkle.inclusion_proof(LEAF_HASHES, 1), tree_root)
    wrong = (NOT_HASHES, NOT_NUMBERS, NOT_NUMBERS, NOT_PROOFS, NOT_HASHES)
    assert_refused(merkle.verify_inclusion, good, wrong)

    proof = merkle.consistency_proof(LEAF_HASHES, 6)
    good = (6, 8, proof, merkle.root(LEAF_HASHES[:6]), tree_root)
    wrong = (NOT_NUMBERS, NOT_NUMBERS, NOT_PROOFS, NOT_HASHES, NOT_HASHES)
    assert_refused(merkle.verify_consistency, good, wrong)


def assert_refused(verifier, good, wrong):
    assert verifier(*good) is True
    for position, candidates in enumerate(wrong):
        for candidate in candidates:
            arguments = [*good[:position], candidate, *good[position + 1 :]]
            assert verifier(*arguments) is False, (position, candidate)


def test_huge_proofs_and_sizes_are_refused_at_once():
    huge = [SOME_HASH] * 1_000_000

    assert not merkle.verify_inclusion(SOME_HASH, 0, 2**64 - 1, huge, SOME_HASH)
    assert not merkle.verify_consistency(1, 2**64 - 1, huge, SOME_HASH, SOME_HASH)


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=0, max_value=2**64),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=70),
)


@given(arguments=st.tuples(*[anything] * 5))
def test_verifiers_never_raise(arguments):
    assert merkle.verify_inclusion(*arguments) in {True, False}
    assert merkle.verify_consistency(*arguments) in {True, False}


@given(size=st.integers(1, 10**15), part=st.floats(0, 1, exclude_max=True))
def test_spans_of_large_trees_are_of_logarithmic_number(size, part):
    index = int(size * part)

    assert len(merkle.inclusion_spans(index, size)) <= 50
    assert len(merkle.consistency_spans(index + 1, size)) <= 51


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 4), (9, 8)])
def test_impossible_inclusion_proofs_are_not_made(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion_spans(index, size)


@pytest.mark.parametrize(("size1", "size2"), [(0, 0), (0, 5), (5, 4), (-1, 4)])
def test_impossible_consistency_proofs_are_not_made(size1, size2):
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.consistency_spans(size1, size2)


def test_random_bit_flips_are_refused():
    """600 seeded single-bit flips over leaf, proof and root."""
    chance = random.Random(6962)
    size = 100
    tree_root = merkle.root(MANY[:size])
    for _trial in range(600):
        index = chance.randrange(size)
        parts = [MANY[index], *merkle.inclusion_proof(MANY[:size], index), tree_root]
        position = chance.randrange(len(parts))
        spoilt = bytearray(parts[position])
        spoilt[chance.randrange(32)] ^= 1 << chance.randrange(8)
        parts[position] = bytes(spoilt)

        assert not merkle.verify_inclusion(
            parts[0], index, size, parts[1:-1], parts[-1]
        )


class Bytes(bytes):
    """Bytes that somebody subclassed: equality may be anything."""

    def __eq__(self, other):
        return True

    __hash__ = bytes.__hash__


class Number(int):
    """An integer that somebody subclassed."""


class Hashes(list):
    """A list that lies about its length."""

    def __len__(self):
        return 3


def test_look_alikes_that_could_lie_are_refused():
    """Only plain bytes and integers are compared: what can override them is not."""
    leaf_hash, tree_root = LEAF_HASHES[1], merkle.root(LEAF_HASHES)
    proof = merkle.inclusion_proof(LEAF_HASHES, 1)
    good = (leaf_hash, 1, 8, proof, tree_root)
    for position, liar in (
        (0, Bytes(SOME_HASH)),
        (0, bytearray(leaf_hash)),
        (0, memoryview(leaf_hash)),
        (1, Number(1)),
        (1, True),
        (2, Number(8)),
        (3, [*proof[:2], Bytes(SOME_HASH)]),
        (3, [*proof[:2], bytearray(proof[2])]),
        (3, [*proof[:2], None]),
        (3, Hashes([])),
        (3, Hashes([*proof, SOME_HASH])),
        (3, [*proof, None]),
        (4, Bytes(SOME_HASH)),
        (4, tree_root.hex()),
        (4, memoryview(tree_root)),
    ):
        arguments = [*good[:position], liar, *good[position + 1 :]]
        assert merkle.verify_inclusion(*arguments) is False, (position, liar)

    first = merkle.root(LEAF_HASHES[:6])
    path = merkle.consistency_proof(LEAF_HASHES, 6)
    good = (6, 8, path, first, tree_root)
    for position, liar in (
        (0, Number(6)),
        (1, Number(8)),
        (2, Hashes([])),
        (2, [*path[:-1], memoryview(path[-1])]),
        (3, Bytes(SOME_HASH)),
        (3, bytearray(first)),
        (4, Bytes(SOME_HASH)),
        (4, first.hex()),
    ):
        arguments = [*good[:position], liar, *good[position + 1 :]]
        assert merkle.verify_consistency(*arguments) is False, (position, liar)
    for root1, root2 in (
        (Bytes(b"one"), Bytes(b"two")),
        (bytearray(first), bytearray(first)),
        ("root", "root"),
        (None, None),
    ):
        assert merkle.verify_consistency(8, 8, [], root1, root2) is False


def test_lists_and_tuples_are_proofs_alike():
    tree_root = merkle.root(LEAF_HASHES)
    proof = merkle.inclusion_proof(LEAF_HASHES, 5)
    path = merkle.consistency_proof(LEAF_HASHES, 5)
    first = merkle.root(LEAF_HASHES[:5])
    for kind in (list, tuple):
        assert merkle.verify_inclusion(LEAF_HASHES[5], 5, 8, kind(proof), tree_root)
        assert merkle.verify_consistency(5, 8, kind(path), first, tree_root)


@given(
    size=st.integers(1, LARGEST),
    other=st.integers(-2, 2 * LARGEST),
    wrong=st.integers(-2, 2 * LARGEST),
    data=st.data(),
)
def test_a_proof_holds_for_no_other_place_and_size(size, other, wrong, data):
    index = data.draw(st.integers(0, size - 1))
    tree_root = merkle.root(MANY[:size])
    proof = merkle.inclusion_proof(MANY[:size], index)
    assert merkle.verify_inclusion(MANY[index], index, size, proof, tree_root)

    if wrong != index:
        # The size is not hashed, so only that of another shape can be told.
        assert not merkle.verify_inclusion(MANY[index], wrong, size, proof, tree_root)
    same = merkle.verify_inclusion(MANY[index], index, other, proof, tree_root)
    if same:
        assert other > index
        assert len(merkle.inclusion_spans(index, other)) == len(proof)


@given(size2=st.integers(1, LARGEST), wrong=st.integers(-2, 2**64), data=st.data())
def test_a_consistency_proof_holds_for_no_other_first_size(size2, wrong, data):
    size1 = data.draw(st.integers(1, size2))
    first, second = merkle.root(MANY[:size1]), merkle.root(MANY[:size2])
    proof = merkle.consistency_proof(MANY[:size2], size1)
    assert merkle.verify_consistency(size1, size2, proof, first, second)

    if wrong != size1:
        assert not merkle.verify_consistency(wrong, size2, proof, first, second)
    if size1 != size2:
        assert not merkle.verify_consistency(size1, size2, [], first, second)
        assert not merkle.verify_consistency(size1, size1, [], first, second)
        assert not merkle.verify_consistency(size2, size1, proof, second, first)
