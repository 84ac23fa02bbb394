"""The command line. It reaches the jobs through the launcher only."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn, get_args

from flows import console
from flows.doctor_command import examine
from flows.mat_command import PAPERS, write_mat
from flows.result import Failure, build_view
from flows.run_command import run
from jobs.contracts.document import Document, LengthUnit
from jobs.contracts.reconstruction import MeshFormat
from jobs.contracts.report import ErrorReport
from jobs.contracts.run import STAGES, SceneDocument
from jobs.runtime import paths
from jobs.runtime.artifacts import read_document
from jobs.runtime.command import report_error
from jobs.runtime.errors import ArtifactMissing, BadInput, Unavailable
from jobs.runtime.profiles import known_profiles, load_profile
from jobs.runtime.store import PathLeavesStore, open_store
from jobs.runtime.verify import verify_dataset
from tasks.local_launcher import interrupt_jobs
from tasks.settings import OperatorSettings

# Prefect's own defaults suit a server; these suit a command. What the user has set stays.
_PREFECT_DEFAULTS = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "simfoundry",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
}

INTERRUPTED = 130
UNITS: tuple[str, ...] = get_args(LengthUnit)
MESH_FORMATS = "GLB, GLTF, OBJ, PLY, STL, OFF, USD, 3MF"


class SceneUnknown(BadInput):
    def __init__(self, scene: str, store: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{store} holds no scene '{scene}'. Scenes there: {', '.join(known) or 'none'}. "
            "Name one of them, or another --store."
        )


class UsageUnknown(BadInput):
    """A command line that cannot be parsed."""


class Parser(argparse.ArgumentParser):
    """Raises what argparse would print before it ends the process with a code that means nothing here."""

    def error(self, message: str) -> NoReturn:
        raise UsageUnknown(f"{message}. `{self.prog} --help` says what it takes.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 done; 10 gates rejected everything; 65 bad input; 69 unavailable; 70 a defect; 73 the store
    cannot be written; 75 transient; 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for name, value in _PREFECT_DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        options = _parser().parse_args(given)
        command: Callable[[argparse.Namespace], int] = options.command
        exit_code = command(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the lines has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Interrupted. What was committed stays; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # a defect, too, must end with its own code and, for machines, with its line
        return _fail(report_error(error), as_json="--json" in given)
    return exit_code


def _fail(error: ErrorReport, as_json: bool) -> int:
    if as_json:
        _print_json(Failure(exit_code=error.exit_code, error=error))
    else:
        print(f"{error.type}: {error.message}", file=sys.stderr)
    return error.exit_code


def _run(options: argparse.Namespace) -> int:
    signal.signal(signal.SIGINT, _interrupt)
    console.show_progress()
    result = run(options)
    if options.json:
        _print_json(result)
    else:
        console.print_result(result)
    return result.exit_code


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl-C: jobs run in sessions of their own, so they do not hear it from the terminal."""
    interrupt_jobs()
    raise KeyboardInterrupt


def _doctor(options: argparse.Namespace) -> int:
    profile = load_profile(options.profile)
    report = examine(options.store or OperatorSettings.from_environment().store)
    if options.json:
        _print_json(report)
    else:
        console.print_readiness(report, profile)
    return 0 if report.is_ready(profile) else Unavailable.exit_code


def _show(options: argparse.Namespace) -> int:
    store = open_store(options.store or OperatorSettings.from_environment().store)
    try:
        document = read_document(store, f"{paths.scene(options.scene)}/scene.json", SceneDocument)
    except (ArtifactMissing, PathLeavesStore) as error:
        known = sorted({item.path.split("/")[1] for item in store.list("scenes/")})
        raise SceneUnknown(options.scene, store.uri, known) from error
    view = build_view(store, document)
    if options.json:
        _print_json(view)
    else:
        console.print_view(view)
    return 0


def _verify(options: argparse.Namespace) -> int:
    verification = verify_dataset(options.dataset)
    if options.json:
        _print_json(verification)
    else:
        console.print_verification(verification)
    return 0 if verification.intact else BadInput.exit_code


def _mat(options: argparse.Namespace) -> int:
    write_mat(options.paper, options.out)
    print(f"{options.out}: print it at 100 %; the bar on it must measure 100 mm. How to take the photos is on it.")
    return 0


def _print_json(document: Document) -> None:
    print(document.to_json().decode())


def _parser() -> Parser:
    parser = Parser(prog="simfoundry", description="Photos in, certified robot-training data out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    shared = Parser(add_help=False)
    shared.add_argument(
        "--store", help="a folder or gs://bucket[/prefix]; default $SIMFOUNDRY_STORE or ./simfoundry-store"
    )
    shared.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    _add_run(commands, shared)

    doctor = commands.add_parser("doctor", parents=[shared], help="say what is ready, by exercising it")
    doctor.add_argument(
        "--profile", default="demo", help="whose needs decide the exit code: " + ", ".join(known_profiles())
    )
    doctor.set_defaults(command=_doctor)

    show = commands.add_parser("show", parents=[shared], help="print a scene's gates, verdicts, provenance, artifacts")
    show.add_argument("scene", metavar="SCENE")
    show.set_defaults(command=_show)

    mat = commands.add_parser("mat", help="write a capture mat to print: photos on it need no cameras and no size")
    mat.add_argument("--paper", choices=PAPERS, default="A4", help="that it is printed on (default A4)")
    mat.add_argument("out", type=Path, metavar="OUT.pdf")
    mat.set_defaults(command=_mat)

    verify = commands.add_parser("verify", help="check a dataset against its certificate")
    verify.add_argument("dataset", metavar="PATH|gs://...")
    verify.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    verify.set_defaults(command=_verify)
    return parser


def _add_run(commands: argparse._SubParsersAction, shared: Parser) -> None:  # pyright: ignore[reportPrivateUsage, reportMissingTypeArgument] - argparse names the type only so
    run_parser = commands.add_parser("run", parents=[shared], help="from photos, meshes or a request to a dataset")
    source = run_parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--photos", nargs="+", type=Path, metavar="DIR", help="photos, one folder per object")
    source.add_argument("--scan", nargs="+", type=Path, metavar="DIR", help="posed RGB-D frames of a tabletop")
    source.add_argument("--picture", nargs="+", type=Path, metavar="FILE", help="one picture per object, for a guess")
    source.add_argument("--mesh", nargs="+", type=Path, metavar="FILE", help="existing meshes: " + MESH_FORMATS)
    source.add_argument(
        "--parts", nargs="+", type=Path, metavar="DIR|FILE",
        help="part meshes, one folder per object, joints.json optional; or one mesh file per object, which is taken "
        "apart by its named objects or its surfaces, NAME.joints.json beside NAME.glb optional",
    )  # fmt: skip
    source.add_argument("--request", type=Path, metavar="JSON", help="a request document, as an upload brings it")
    run_parser.add_argument("--known-size", type=float, metavar="M", help="the object's longest extent in metres")
    run_parser.add_argument("--known-distance", type=float, metavar="M", help="from the cameras to the object's middle")
    run_parser.add_argument(
        "--turntable-step", type=float, metavar="DEG", help="that the object turned by between photos, camera at rest"
    )
    run_parser.add_argument(
        "--allow-several", action="store_const", const=True, help="what looks like two objects that touch is one"
    )
    run_parser.add_argument("--units", choices=UNITS, help="of a mesh whose format states none")
    run_parser.add_argument("--depth-unit", choices=UNITS, help="of a scan's depth pictures, where nothing states it")
    run_parser.add_argument(
        "--format", action="append", dest="formats", choices=get_args(MeshFormat),
        help="write each mesh in this format too; may be repeated",
    )  # fmt: skip
    run_parser.add_argument("--category", metavar="NAME", help="what it is, e.g. mug, food_can, cabinet")
    run_parser.add_argument("--material", metavar="NAME", help="what it is made of, e.g. ceramic, wood, abs_plastic")
    run_parser.add_argument("--mass", type=float, metavar="KG", help="what it weighs")
    run_parser.add_argument("--mass-tolerance", type=float, metavar="KG", help="of the scales (default 1 %% or 0.5 g)")
    run_parser.add_argument("--licence", metavar="TEXT", help="under which the asset may be used")
    run_parser.add_argument("--layout", type=Path, metavar="JSON", help="where the objects stand in their scene")
    run_parser.add_argument("--scene", metavar="NAME", help="name of the scene; default: from the inputs' names")
    run_parser.add_argument("--profile", help="thresholds: " + ", ".join(known_profiles()) + " (default demo)")
    run_parser.add_argument("--until", choices=STAGES, help="stop after this job (default export)")
    run_parser.add_argument("--episodes", type=int, metavar="N", help="per object (default 10)")
    run_parser.add_argument("--seed", type=int, metavar="S", help="of everything random (default 0)")
    run_parser.add_argument(
        "--simulator", action="append", dest="simulators", metavar="NAME", help="may be repeated: tried in this order"
    )
    run_parser.add_argument(
        "--vision", action="append", metavar="NAME", help="may be asked what an object is, e.g. openai_compatible"
    )
    run_parser.add_argument(
        "--crosscheck", action="append", metavar="NAME", help="drop each asset in this simulator too, e.g. newton"
    )
    run_parser.set_defaults(command=_run)
