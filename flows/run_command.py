"""`simfoundry run`: from a request to a result."""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

from flows.order import read_order
from flows.result import RunResult, build_result
from jobs.runtime.profiles import load_profile
from jobs.runtime.store import open_store
from tasks.intake import take_in
from tasks.preflight import choose_simulators, require_simulator, require_writable
from tasks.settings import OperatorSettings


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
