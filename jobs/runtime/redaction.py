"""Secrets must not leave a process in an error's message or a traceback."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
MINIMUM_SECRET_LENGTH = 8
_NAMES = r"(?:api[_-]?key|token|secret|passw(?:or)?d|authorization|credential|signature|private[_-]?key)"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", re.DOTALL), HIDDEN),
    (re.compile(r"(://)[^/@\s]+@"), rf"\1{HIDDEN}@"),
    # An upload's or a signed address's query is as good as a password, whatever its parameters are called.
    (re.compile(r"([?&][\w.-]+=)[^&\s'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]+"), rf"\1 {HIDDEN}"),
    (re.compile(rf"(?i)([\w-]*{_NAMES}[\w-]*['\"]?\s*[=:]\s*['\"]?)(?!bearer |basic )[^\s,'\"}}]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:ya29\.|AIza|sk-|hf_|gh[pousr]_|tsk_)[\w.-]{8,}"), HIDDEN),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given secrets, and without what looks like one: tokens, keys, queries of addresses."""
    for secret in secrets:
        if len(secret) >= MINIMUM_SECRET_LENGTH:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
