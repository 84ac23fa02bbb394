"""What a request asks for: all that an answer may depend on, and not who will judge it."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from jobs.contracts.document import Sha256, canonical_json
from jobs.contracts.manifest import ManifestRef
from jobs.runtime.registry import JobRequest

QUESTION_KIND = "request"
"""Every output holds the question that it answers, for people and for certificates; it is in no key."""
_JUDGE = "profile"


def question_json(request: JobRequest) -> bytes:
    """The request without its profile, so that one answer serves every profile. Equal requests give equal bytes."""
    return canonical_json(request.model_dump(mode="json", exclude={_JUDGE}))


def question_digest(request: JobRequest) -> Sha256:
    """sha256 of `question_json`."""
    return hashlib.sha256(question_json(request)).hexdigest()


def keyed_question(request: JobRequest) -> dict[str, Any]:
    """The question without references to inputs: what those hold counts, not under which key they lie."""
    return request.model_dump(mode="json", exclude={_JUDGE, *_references(request)})


def references(request: JobRequest) -> tuple[ManifestRef, ...]:
    """The committed outputs that a request takes as input, in the request's order."""
    return tuple(ref for refs in _references(request).values() for ref in refs)


def _references(request: JobRequest) -> dict[str, tuple[ManifestRef, ...]]:
    """By field. A test holds that no request refers to an output from deeper within."""
    found: dict[str, tuple[ManifestRef, ...]] = {}
    for name in type(request).model_fields:
        value = getattr(request, name)
        items = cast("tuple[object, ...]", value if isinstance(value, tuple) else (value,))
        refs = tuple(item for item in items if isinstance(item, ManifestRef))
        if refs:
            found[name] = refs
    return found
