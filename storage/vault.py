"""Seals phones, ID numbers and health texts before they reach the disk; without it a stolen disk says who is ill."""

import os
import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from hmac import digest
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
"""AES-256."""
NONCE_BYTES = 12
ID_BYTES = 4
"""Enough to tell a handful of keys apart; it is a hash and says nothing of the key."""
KEY_NAME = "CUNSHAO_KEY"


class VaultError(Exception):
    """What went wrong with keys or sealed texts; its text says what to do. ``kind`` and ``values`` are for whoever says it in
    another language."""

    def __init__(self, said: str, kind: str = "", **values: object) -> None:
        self.kind, self.values = kind, values
        super().__init__(said)


class KeyMissing(VaultError):
    """There is no key, or what is there is none."""


class CannotOpen(VaultError):
    """A sealed text that no key here opens, or that was changed."""


def new_key() -> str:
    """A fresh random key as text, for a line of the key file."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


class Vault:
    """A ring of keys. The first one seals, all of them open: to rotate, write a new key above the old ones.

    A sealed text is base64 of key id, nonce and AES-256-GCM ciphertext; the key id is authenticated with it.
    The lookup hash is made with the *last* key, the oldest, so that rotation does not lose who was registered.
    Raises KeyMissing for an empty ring or a key that is none.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise KeyMissing(_no_key("No key was given."), "none")
        raw = [_key(number, key) for number, key in enumerate(keys, 1)]
        self._ring = {_id(key): AESGCM(key) for key in raw}
        self._id = _id(raw[0])
        self._box = self._ring[self._id]
        self._lookup = digest(raw[-1], b"cunshao lookup", "sha256")

    @classmethod
    def from_config(cls, key_file: Path, environ: Mapping[str, str] = os.environ) -> "Vault":
        """The ring in CUNSHAO_KEY of the environment (spaces or commas between), else in the key file, a key a line.

        Empty lines and what follows a # are passed over. Raises KeyMissing.
        """
        if given := environ.get(KEY_NAME, "").replace(",", " ").split():
            return cls(given)
        try:
            written = key_file.read_text("utf-8-sig")
        except FileNotFoundError:
            raise KeyMissing(_no_key(f"There is no key file {key_file}."), "no_file", file=key_file) from None
        except (OSError, UnicodeDecodeError):
            said = f"The key file {key_file} cannot be read. Check what it is, and who may read it."
            raise KeyMissing(said, "unreadable", file=key_file) from None
        keys = [key for line in written.splitlines() for key in line.partition("#")[0].split()]
        if not keys:
            raise KeyMissing(_no_key(f"The key file {key_file} is empty."), "empty", file=key_file)
        return cls(keys)

    def seal(self, text: str) -> str:
        """The text so that only a holder of the key can read it; never twice the same."""
        return b64encode(self.seal_bytes(text.encode())).decode()

    def seal_bytes(self, plain: bytes) -> bytes:
        """The same for a photo or a voice message, without base64 around it."""
        nonce = os.urandom(NONCE_BYTES)
        return self._id + nonce + self._box.encrypt(nonce, plain, self._id)

    def open(self, sealed: str) -> str:
        """What was sealed. Raises CannotOpen."""
        try:
            return self.open_bytes(b64decode(sealed, validate=True)).decode()
        except ValueError:
            raise CannotOpen(_CHANGED) from None

    def open_bytes(self, raw: bytes) -> bytes:
        """What ``seal_bytes`` was given. Raises CannotOpen."""
        try:
            box = self._ring[raw[:ID_BYTES]]
            rest = ID_BYTES + NONCE_BYTES
            return box.decrypt(raw[ID_BYTES:rest], raw[rest:], raw[:ID_BYTES])
        except KeyError:
            raise CannotOpen(_CANNOT_OPEN) from None
        except (InvalidTag, ValueError):
            raise CannotOpen(_CHANGED) from None

    def lookup(self, text: str) -> str:
        """A keyed hash to find something sealed by; spaces, dashes and +86 make no difference in a number."""
        return digest(self._lookup, _plain(text).encode(), "sha256").hex()


_CANNOT_OPEN = (
    "A text in the database was sealed with a key that is not here. "
    f"Put the old key back as the last line of the key file (or at the end of {KEY_NAME})."
)
_CHANGED = "A sealed text was changed or cut off on the disk. Restore it from a backup."
_PHONE = re.compile(r"\+?[\d\s()-]+", re.ASCII)


def _plain(text: str) -> str:
    if not _PHONE.fullmatch(text):
        return text
    digits = re.sub(r"\D", "", text)
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def _key(number: int, key: str) -> bytes:
    try:
        raw = urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (NotBase64, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        said = f"Key number {number} is not a key of {KEY_BYTES} bytes in base64."
        raise KeyMissing(_no_key(said), "not_key", number=number)
    return raw


def _id(key: bytes) -> bytes:
    return sha256(b"cunshao key id" + key).digest()[:ID_BYTES]


def _no_key(what: str) -> str:
    return f'{what} Put the town\'s own key there, or set {KEY_NAME}; "cunshao init DIR" makes a key for a new town.'
