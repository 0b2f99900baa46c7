"""What is sealed stays sealed, can be opened after a rotation, and says what to do when it cannot."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.vault import CannotOpen, KeyMissing, Vault, VaultError, new_key

VAULT = Vault([new_key()])


@given(st.text())
def test_opens_what_it_sealed(text: str) -> None:
    assert VAULT.open(VAULT.seal(text)) == text


def test_never_the_same_twice_and_never_readable() -> None:
    first, second = VAULT.seal("38.2 and coughing"), VAULT.seal("38.2 and coughing")
    assert first != second
    assert b"38.2" not in base64.b64decode(first)


@pytest.mark.parametrize("place", [0, 3, 4, 15, 16, -1])
def test_a_changed_byte_is_refused(place: int) -> None:
    raw = bytearray(base64.b64decode(VAULT.seal("00000001001")))
    raw[place] ^= 1
    with pytest.raises(CannotOpen):
        VAULT.open(base64.b64encode(raw).decode())


@pytest.mark.parametrize(
    "sealed",
    ["", "x", "not base64!", "QUJD", VAULT.seal("hello")[:-8]],
    ids=["empty", "letter", "junk", "short", "cut"],
)
def test_what_was_cut_off_is_refused(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        VAULT.open(sealed)


def test_rotation_opens_old_and_new_and_keeps_the_lookup() -> None:
    old, new = new_key(), new_key()
    before, after = Vault([old]), Vault([new, old])
    sealed = before.seal("the old one")
    assert after.open(sealed) == "the old one"
    assert Vault([new]).open(after.seal("the old one")) == "the old one"
    assert after.lookup("00000001001") == before.lookup("00000001001")


def test_a_key_that_is_gone_names_the_remedy() -> None:
    sealed = Vault([new_key()]).seal("x")
    with pytest.raises(CannotOpen, match="last line of the key file"):
        VAULT.open(sealed)


def test_lookup_is_keyed_and_reads_a_number_however_it_is_written() -> None:
    assert VAULT.lookup("00000001001") == VAULT.lookup("+86 000-0000 1001") == VAULT.lookup("000 0000 1001")
    assert VAULT.lookup("00000001001") != VAULT.lookup("00000001002")
    assert VAULT.lookup("00000001001") != Vault([new_key()]).lookup("00000001001")
    assert VAULT.lookup("a b") != VAULT.lookup("ab")
    assert len(VAULT.lookup("x")) == 64


def test_from_a_file_with_comments_and_two_keys(tmp_path: Path) -> None:
    old, new = new_key(), new_key()
    file = tmp_path / "town.key"
    file.write_text(f"# February\n{new}\n\n{old}  # January\n")
    assert Vault.from_config(file, {}).open(Vault([old]).seal("x")) == "x"
    assert Vault([new]).open(Vault.from_config(file, {}).seal("x")) == "x"


def test_the_environment_wins(tmp_path: Path) -> None:
    one, two = new_key(), new_key()
    vault = Vault.from_config(tmp_path / "none", {"CUNSHAO_KEY": f"{one}, {two}"})
    assert vault.open(Vault([two]).seal("x")) == "x"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "no key file"),
        ("", "is empty"),
        ("# only words\n", "is empty"),
        ("short\n", "Key number 1"),
        ("é", "Key number 1"),
    ],
)
def test_no_key_says_what_to_do(tmp_path: Path, written: str | None, said: str) -> None:
    file = tmp_path / "town.key"
    if written is not None:
        file.write_text(written, "utf-8")
    with pytest.raises(KeyMissing, match=said) as caught:
        Vault.from_config(file, {})
    assert "cunshao init" in str(caught.value)
    assert isinstance(caught.value, VaultError)


def test_an_empty_ring_is_refused() -> None:
    with pytest.raises(KeyMissing):
        Vault([])
