"""Passwords for guests: made here, shown once, and kept as nothing but their hash until the guest has it.

The hash is SHA-512 crypt (https://www.akkadia.org/drepper/SHA-crypt.txt), which every Linux guest takes; Python has had
no crypt(3) since 3.13.
"""

import hashlib
import secrets
import string

from cloudportal.core.secrets import Secret

# Without what looks alike in some typeface, for people type it into consoles.
ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1Il")))
GROUPS, GROUP_CHARACTERS = 4, 5
ROUNDS = 5000
SALT_CHARACTERS = 16
_BASE64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def new_password() -> Secret:
    """A password of 116 random bits, with small and capital letters and digits, in groups for the eye."""
    while True:
        groups = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARACTERS)) for _ in range(GROUPS)]
        text = "-".join(groups)
        if any(c.islower() for c in text) and any(c.isupper() for c in text) and any(map(str.isdigit, text)):
            return Secret(text)


def hash_of(password: Secret) -> str:
    """The password as it stands in a guest's table of users."""
    salt = "".join(secrets.choice(_BASE64) for _ in range(SALT_CHARACTERS))
    return sha512_crypt(password.reveal(), salt)


def sha512_crypt(password: str, salt: str) -> str:
    """As crypt(3) with method 6 and its usual number of rounds; the steps are those of the specification."""
    word, grain = password.encode(), salt.encode()
    size = len(word)
    start = _digest(word, grain, word)
    mixed = _digest(word, grain, _stretched(start, size), *_bits(size, start, word))
    word_part = _stretched(_digest(*[word] * size), size)
    salt_part = _stretched(_digest(*[grain] * (16 + mixed[0])), len(grain))
    for turn in range(ROUNDS):
        mixed = _digest(
            word_part if turn % 2 else mixed,
            salt_part if turn % 3 else b"",
            word_part if turn % 7 else b"",
            mixed if turn % 2 else word_part,
        )
    return f"$6${salt}${_written(mixed)}"


def _digest(*parts: bytes) -> bytes:
    return hashlib.sha512(b"".join(parts)).digest()


def _stretched(block: bytes, size: int) -> bytes:
    return (block * (size // len(block) + 1))[:size]


def _bits(number: int, one: bytes, zero: bytes) -> list[bytes]:
    """For each bit of the number, the lowest first, one block or the other."""
    return [one if number >> place & 1 else zero for place in range(number.bit_length())]


def _written(digest: bytes) -> str:
    """The digest in crypt's own order and alphabet."""
    text, places = "", (0, 21, 42)
    for _ in range(21):
        high, middle, low = (digest[place] for place in places)
        text += _characters(high << 16 | middle << 8 | low, 4)
        # Each group begins one further on, and with the second of the places before.
        places = (places[1] + 1, places[2] + 1, places[0] + 1)
    return text + _characters(digest[63], 2)


def _characters(value: int, count: int) -> str:
    return "".join(_BASE64[value >> 6 * place & 63] for place in range(count))
