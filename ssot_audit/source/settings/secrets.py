"""What must not be repeated: tokens, passwords in addresses, and the values of keys that are named like secrets.
Patterns over a text, in linear time."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

MASK = "***"

# What stands before the host of an address: a name and a password, or a token.
_USER = re.compile(r"((?:[\w+.-]+:)?//)\S*@|^[^\s:/@]+:\S*@")
# Words that services issue: OpenAI, Stripe, GitHub, GitLab, Slack, AWS, Google, npm, PyPI, Hugging Face, SendGrid, JWT.
_ISSUED = re.compile(
    r"(?<![A-Za-z0-9])(?:sk-[\w\-]{8,}|[spr]k_(?:live|test)_\w{8,}|gh[opusr]_\w{8,}|github_pat_\w{8,}|glpat-[\w\-]{8,}|xox[a-z]-[\w\-]{8,}"
    r"|A(?:KI|SI)A[A-Z0-9]{12,}|AIza[\w\-]{20,}|ya29\.[\w\-]{8,}|npm_\w{16,}|pypi-[\w\-]{16,}|hf_\w{16,}|SG\.[\w\-.]{16,}"
    r"|eyJ[\w\-]{8,}[\w\-.]*)|-----BEGIN [A-Z ]*PRIVATE KEY[^~]*|(?<=Bearer )[\w\-.~+/=]{8,}"
)
_LONG = re.compile(r"[A-Za-z0-9+/_=\-]{20,}")
_CHANGE = re.compile(r"[A-Z](?=[a-z0-9])|[a-z](?=[A-Z0-9])|[0-9](?=[A-Za-z])")
_RANDOM = 3.0  # bits a character; a random word of 20 hexadecimal digits has about 3.3
_CHANGES = 0.35  # between small letters, capitals and digits, a character; words of a language have fewer

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = frozenset(
    (
        *("password", "passwd", "pwd", "pass", "passphrase", "passcode", "secret", "secrets", "token", "tokens"),
        *("key", "apikey", "credential", "credentials", "salt", "pepper"),
    )
)
_PLAIN = re.compile(r"(?:[0-9.]+|true|false|yes|no|on|off|null|none)?\Z", re.I)


def masked(key: str, value: str) -> str:
    """The value of a key without what must not be repeated."""
    if names_a_secret(key, value):
        return MASK
    plain = _USER.sub(lambda found: f"{found[1] or ''}{MASK}@", value)
    return _LONG.sub(lambda found: MASK if _is_random(found[0]) else found[0], _ISSUED.sub(MASK, plain))


def is_secret(key: str, value: str) -> bool:
    return masked(key, value) != value


def names_a_secret(key: str, value: str) -> bool:
    """Whether a key is named like a secret, and its value may be one: `PASSWORD` has one whatever it is,
    `TOKEN_LIFETIME` none where that is a number."""
    words = [one.lower() for one in _WORDS.findall(key.rpartition(".")[2])]
    if not value or not _SECRET.intersection(words):
        return False
    return next(one for one in reversed(words) if not one.isdigit()) in _SECRET or not _PLAIN.match(value)


def _is_random(word: str) -> bool:
    if word.isalpha() or not any(one.isalpha() for one in word):
        return False
    bits = -sum(one / len(word) * log2(one / len(word)) for one in Counter(word).values())
    return bits >= _RANDOM and len(_CHANGE.findall(word)) >= _CHANGES * len(word)
