"""From what the command line says, options or a document, to a request."""

from __future__ import annotations

import argparse
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from jobs.contracts.assembly import SceneLayout
from jobs.contracts.run import SOURCES_OF_OPTION, RunRequest, SourceKind
from jobs.runtime.artifacts import DocumentT, describe_problems
from jobs.runtime.errors import BadInput, InvalidRequest
from tasks.intake import InputMissing

MAX_REQUEST_BYTES = 10_000_000
NAME_RULE = "it takes up to 63 lower-case letters, digits, '-' and '_', and begins with a letter or digit"
_OF_ONE_OBJECT = ("known_size", "known_distance", "mass", "mass_tolerance")
_OF_EACH_OBJECT = {
    "units": "units",
    "known_size": "known_size_m",
    "known_distance": "known_distance_m",
    "turntable_step": "turntable_step_deg",
    "allow_several": "allow_several",
    "depth_unit": "depth_unit",
    "category": "category",
    "material": "material",
    "mass": "mass_kg",
    "mass_tolerance": "mass_tolerance_kg",
    "licence": "licence",
}
"""Option and field of the request."""
_OF_THE_RUN = ("profile", "until", "episodes", "seed", "simulators", "vision", "crosscheck", "formats")
_FLAGS = {field: option for option, field in _OF_EACH_OBJECT.items()} | {
    "simulators": "simulator", "formats": "format",
}  # fmt: skip


class OneObjectOnly(BadInput):
    def __init__(self, option: str, count: int) -> None:
        super().__init__(
            f"{option} describes one object, but {count} were given. Run them one by one, or write a request.json "
            "that says it for each and use --request."
        )


class OptionMisplaced(BadInput):
    def __init__(self, option: str, source: str, remedy: str) -> None:
        super().__init__(f"{option} does not go with {source}. {remedy}")


class NamesClash(BadInput):
    def __init__(self, first: Path, second: Path, name: str) -> None:
        super().__init__(
            f"'{first}' and '{second}' would both be the object '{name}'. Rename one of them, or name the objects in a "
            "request.json and use --request."
        )


@dataclass(frozen=True)
class Order:
    """A request and, for each object, the folder that its paths are relative to."""

    request: RunRequest
    folders: dict[str, Path]


def read_order(options: argparse.Namespace) -> Order:
    """Raises: BadInput: The options or the request document make no sense."""
    if options.request:
        for option in (*_OF_EACH_OBJECT, "scene", "layout", *_OF_THE_RUN):
            if getattr(options, option) is not None:
                raise OptionMisplaced(_flag(option), "--request", "The document says it; change it there.")
        return _from_document(options.request)
    kind: SourceKind = next(kind for kind in get_args(SourceKind) if getattr(options, kind))
    for option, field in _OF_EACH_OBJECT.items():
        kinds = SOURCES_OF_OPTION.get(field, get_args(SourceKind))
        if getattr(options, option) is not None and kind not in kinds:
            remedy = f"It goes with {' or '.join(f'--{other}' for other in kinds)}."
            raise OptionMisplaced(_flag(option), f"--{kind}", remedy)
    return _from_options(options, kind)


def _from_document(path: Path) -> Order:
    request = _read(path, RunRequest, "a request document")
    return Order(request, {item.name: path.parent for item in request.objects})


def _read(path: Path, kind: type[DocumentT], expected: str) -> DocumentT:
    """Raises: InputMissing, InvalidRequest."""
    if not path.is_file():
        raise InputMissing(path, expected)
    if path.stat().st_size > MAX_REQUEST_BYTES:
        raise InvalidRequest(str(path), f"it is larger than {MAX_REQUEST_BYTES} bytes")
    try:
        return kind.from_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidRequest(str(path), describe_problems(error)) from error


def _from_options(options: argparse.Namespace, kind: SourceKind) -> Order:
    inputs: list[Path] = getattr(options, kind)
    for option in _OF_ONE_OBJECT:
        if getattr(options, option) is not None and len(inputs) > 1:
            raise OneObjectOnly(_flag(option), len(inputs))
    folders = _name_objects(inputs, kind)
    about_each = {field: getattr(options, option) for option, field in _OF_EACH_OBJECT.items()}
    stated = {name: getattr(options, name) for name in _OF_THE_RUN if getattr(options, name) is not None}
    if options.layout is not None:
        stated["layout"] = _read(options.layout, SceneLayout, "a layout document")
    first, more = next(iter(folders)), len(folders) - 1
    try:
        request = RunRequest.model_validate(
            {
                "schema_version": 1,
                "scene": options.scene if options.scene is not None else f"{first}-and-{more}-more" if more else first,
                "objects": tuple({"name": name, kind: path.name, **about_each} for name, path in folders.items()),
                **stated,
            }
        )
    except ValidationError as error:
        raise InvalidRequest("The command line", _about_options(error)) from error
    return Order(request, {name: path.parent for name, path in folders.items()})


def _name_objects(inputs: list[Path], kind: SourceKind) -> dict[str, Path]:
    """Raises: NamesClash."""
    named: dict[str, Path] = {}
    for path in (given.resolve() for given in inputs):
        name = _slug(path.stem if kind in ("picture", "mesh") or (kind == "parts" and path.is_file()) else path.name)
        if name in named:
            raise NamesClash(named[name], path, name)
        named[name] = path
    return named


def _slug(text: str) -> str:
    """A `Name` that resembles `text`: accents go, whatever else a `Name` cannot hold becomes a hyphen."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:60] or "object"


def _flag(option: str) -> str:
    return "--" + _FLAGS.get(option, option).replace("_", "-")


def _about_options(error: ValidationError) -> str:
    """What is wrong, by option."""
    problems: list[str] = []
    for item in error.errors(include_url=False):
        if item["type"] == "too_short":  # an object that is wrong is not counted either
            continue
        named = [part for part in item["loc"] if isinstance(part, str) and part != "objects"]
        patterned = item["type"] == "string_pattern_mismatch"
        said = NAME_RULE if patterned and named[-1] not in get_args(SourceKind) else item["msg"]
        problems.append(f"{_flag(named[-1])}: {said}" if named else said.removeprefix("Value error, "))
    return "; ".join(dict.fromkeys(problems))
