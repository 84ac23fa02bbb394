"""`simfoundry run`: from options to a request, from a request to a result."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from flows.result import RunResult, build_result
from jobs.contracts.run import ObjectRequest, RunRequest
from jobs.runtime.command import report_error
from jobs.runtime.errors import BadInput, InvalidRequest, SimfoundryError
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import Store, open_store
from tasks.intake import InputMissing, take_in
from tasks.preflight import choose_simulators, require_writable
from tasks.settings import OperatorSettings

MAX_REQUEST_BYTES = 10_000_000


class OneObjectOnly(BadInput):
    def __init__(self, option: str, count: int) -> None:
        super().__init__(
            f"{option} describes one object, but {count} were given. Run them one by one, or write a request.json "
            "that says it for each and use --request."
        )


@dataclass(frozen=True)
class Order:
    """A request and, for each object, the folder that its paths are relative to."""

    request: RunRequest
    folders: dict[str, Path]


def read_order(options: argparse.Namespace) -> Order:
    """Raises: BadInput: The options or the request document make no sense."""
    if options.request:
        return _from_document(options.request)
    return _from_options(options)


def run_order(order: Order, store: Store, settings: OperatorSettings) -> RunResult:
    """Take the inputs in and run the flow.

    Raises:
        SimfoundryError: Nothing could be started.
    """
    from flows.scene import SceneFailed, scene_flow  # Prefect takes a second to import; bad input is told without it

    request = order.request
    sources = {item.name: take_in(item, order.folders[item.name], store) for item in request.objects}
    try:
        return build_result(store, scene_flow(settings)(request, sources, store.uri), exit_code=0)
    except SceneFailed as failure:
        return build_result(store, failure.document, failure.exit_code)


def run(options: argparse.Namespace) -> RunResult:
    """Everything that `simfoundry run` does; errors become part of the result."""
    settings = OperatorSettings.from_environment()
    scene, uri = "scene", options.store or settings.store
    try:
        order = read_order(options)
        scene = order.request.scene
        choose_simulators(order.request, load_profile(order.request.profile))
        store = open_store(uri)
        require_writable(store)
        return run_order(order, store, settings)
    except SimfoundryError as error:
        return RunResult(exit_code=error.exit_code, scene=scene, store=uri, error=report_error(error))


def _from_document(path: Path) -> Order:
    if not path.is_file():
        raise InputMissing(path, "a request document")
    if path.stat().st_size > MAX_REQUEST_BYTES:
        raise InvalidRequest(str(path), f"it is larger than {MAX_REQUEST_BYTES} bytes")
    try:
        request = RunRequest.from_json(path.read_bytes())
    except ValidationError as error:
        raise InvalidRequest(str(path), _readable(error)) from error
    return Order(request, {item.name: path.parent for item in request.objects})


def _from_options(options: argparse.Namespace) -> Order:
    inputs: list[Path] = options.photos or options.mesh
    for option, value in (("--known-size", options.known_size), ("--mass", options.mass)):
        if value is not None and len(inputs) > 1:
            raise OneObjectOnly(option, len(inputs))
    kind = "photos" if options.photos else "mesh"
    resolved = [path.resolve() for path in inputs]
    names = [_slug(path.stem if options.mesh else path.name) for path in resolved]
    try:
        request = RunRequest(
            schema_version=1,
            scene=options.scene or (names[0] if len(names) == 1 else f"{names[0]}-and-{len(names) - 1}-more"),
            objects=tuple(
                ObjectRequest.model_validate(
                    {
                        "name": name,
                        kind: path.name,
                        "units": options.units,
                        "known_size_m": options.known_size,
                        "material": options.material,
                        "mass_kg": options.mass,
                    }
                )
                for name, path in zip(names, resolved, strict=True)
            ),
            profile=options.profile,
            until=options.until,
            episodes=options.episodes,
            seed=options.seed,
            simulators=tuple(options.simulator or ()),
        )
    except ValidationError as error:
        raise InvalidRequest("The command line", _readable(error)) from error
    return Order(request, {name: path.parent for name, path in zip(names, resolved, strict=True)})


def _slug(text: str) -> str:
    """A `Name` that resembles `text`."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-_")[:60] or "object"


def _readable(error: ValidationError) -> str:
    problems = (f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
    return "; ".join(problem.removeprefix(": ") for problem in problems)
