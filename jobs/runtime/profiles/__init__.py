"""Profiles: files of thresholds and admitted capabilities."""

from __future__ import annotations

import tomllib
from pathlib import Path

from jobs.contracts.profile import Profile
from jobs.runtime.errors import UnknownProfile

_FOLDER = Path(__file__).parent


def load_profile(name: str) -> Profile:
    """Raises: UnknownProfile."""
    known = known_profiles()
    if name not in known:
        raise UnknownProfile(name, known)
    return Profile.model_validate(tomllib.loads((_FOLDER / f"{name}.toml").read_text()))


def known_profiles() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.toml")))
