"""Run as `python -m jobs.geometry.usd_reader ORDER RESULT`: one USD stage to arrays, under limits of its own."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from jobs.contracts.reconstruction import MeshLimits
from jobs.geometry.errors import UsdMissing
from jobs.runtime.errors import BadInput

_MOST_MEMORY_BYTES = 8 << 30
"""Of addresses, most of them never touched: compressed arrays may say that they are as long as they like."""


def main(order: Path, result: Path) -> int:
    """Exit codes: 0, `BadInput`'s with the error on the last line, or `UsdMissing`'s; anything else is a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY_BYTES, _MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        from jobs.geometry.usd_stage import read_stage
    except ModuleNotFoundError:
        return UsdMissing.exit_code
    said = json.loads(order.read_text())
    try:
        read_stage(said["name"], Path(said["root"]), MeshLimits.model_validate(said["limits"])).save(result)
    except BadInput as error:
        print(json.dumps({"type": type(error).__name__, "message": str(error)}))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
