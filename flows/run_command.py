"""`simfoundry run`: from options to a request, from a request to a result."""

from __future__ import annotations

import argparse
import re
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from flows.result import RunResult, build_result
from jobs.contracts.run import RunRequest
from jobs.runtime.artifacts import describe_problems
from jobs.runtime.errors import BadInput, InvalidRequest
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import open_store
from tasks.intake import InputMissing, take_in
from tasks.preflight import choose_simulators, require_simulator, require_writable
from tasks.settings import OperatorSettings

MAX_REQUEST_BYTES = 10_000_000
NAME_RULE = "it takes up to 63 lower-case letters, digits, '-' and '_', and begins with a letter or digit"
_FLAGS = {"known_size_m": "known_size", "mass_kg": "mass", "simulators": "simulator"}
_DESCRIBING = (
    "known_size", "units", "material", "mass", "scene", "profile", "until", "episodes", "seed", "simulators",
)  # fmt: skip


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
        for option in _DESCRIBING:
            if getattr(options, option) is not None:
                raise OptionMisplaced(_flag(option), "--request", "The document says it; change it there.")
        return _from_document(options.request)
    if options.photos and options.units:
        raise OptionMisplaced("--units", "--photos", "Photos take --known-size, the longest extent in metres.")
    if options.mesh and options.known_size is not None:
        raise OptionMisplaced("--known-size", "--mesh", "A mesh takes --units.")
    return _from_options(options)


def run(options: argparse.Namespace) -> RunResult:
    """Everything that `simfoundry run` does.

    Raises:
        SimfoundryError: Nothing could be started.
    """
    started = time.monotonic()
    settings = OperatorSettings.from_environment()
    order = read_order(options)
    profile = load_profile(order.request.profile)
    choose_simulators(order.request, profile)
    store = open_store(options.store or settings.store)
    require_writable(store)
    with ThreadPoolExecutor(1) as pool:
        # Proven while Prefect is imported and its server starts.
        proof = pool.submit(require_simulator, order.request, profile)
        from flows.temporary_server import require_server, start_server

        start_server()
        from flows.scene import SceneFailed, scene_flow

        proof.result()
    sources = {item.name: take_in(item, order.folders[item.name], store) for item in order.request.objects}
    require_server()
    exit_code = 0
    try:
        document = scene_flow(settings)(order.request, sources, store.uri)
    except SceneFailed as failure:
        document, exit_code = failure.document, failure.exit_code
    result = build_result(store, document, exit_code, settings)
    return result.model_copy(update={"wall_s": time.monotonic() - started})


def _from_document(path: Path) -> Order:
    if not path.is_file():
        raise InputMissing(path, "a request document")
    if path.stat().st_size > MAX_REQUEST_BYTES:
        raise InvalidRequest(str(path), f"it is larger than {MAX_REQUEST_BYTES} bytes")
    try:
        request = RunRequest.from_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidRequest(str(path), describe_problems(error)) from error
    return Order(request, {item.name: path.parent for item in request.objects})


def _from_options(options: argparse.Namespace) -> Order:
    inputs: list[Path] = options.photos or options.mesh
    for option, value in (("--known-size", options.known_size), ("--mass", options.mass)):
        if value is not None and len(inputs) > 1:
            raise OneObjectOnly(option, len(inputs))
    resolved = [path.resolve() for path in inputs]
    folders: dict[str, Path] = {}
    for path in resolved:
        name = _slug(path.stem if options.mesh else path.name)
        if name in folders:
            raise NamesClash(folders[name], path, name)
        folders[name] = path
    about_each = {"units": options.units, "known_size_m": options.known_size, "material": options.material}
    first, more = next(iter(folders)), len(folders) - 1
    stated = {name: getattr(options, name) for name in ("profile", "until", "episodes", "seed", "simulators")}
    kind = "photos" if options.photos else "mesh"
    try:
        request = RunRequest.model_validate(
            {
                "schema_version": 1,
                "scene": options.scene if options.scene is not None else f"{first}-and-{more}-more" if more else first,
                "objects": tuple(
                    {"name": name, kind: path.name, "mass_kg": options.mass, **about_each}
                    for name, path in folders.items()
                ),
                **{name: value for name, value in stated.items() if value is not None},
            }
        )
    except ValidationError as error:
        raise InvalidRequest("The command line", _about_options(error)) from error
    return Order(request, {name: path.parent for name, path in folders.items()})


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
        said = NAME_RULE if patterned and named[-1] not in ("photos", "mesh") else item["msg"]
        problems.append(f"{_flag(named[-1])}: {said}" if named else said.removeprefix("Value error, "))
    return "; ".join(dict.fromkeys(problems))
