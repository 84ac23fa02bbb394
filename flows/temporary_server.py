"""A Prefect server for one command, where none is configured. It ends with that command, however the command ends.

Prefect's own temporary server outlives a command that was killed, and starts only when the flow does; this one starts
while the inputs are still being read. What it serves, and with which settings, is taken from
`prefect.server.api.server.SubprocessASGIServer`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from prefect.client.orchestration import get_client
from prefect.context import refresh_global_settings_context
from prefect.settings import PREFECT_API_URL

from jobs.runtime.errors import TransientError

if TYPE_CHECKING:
    import uvicorn

END_LIMIT_S = 10.0
# Nothing is deployed on it, so nothing is scheduled, late, paused or waiting for a worker.
_SERVICES_OFF = ("SCHEDULER", "LATE_RUNS", "PAUSE_EXPIRATIONS", "CANCELLATION_CLEANUP", "FOREMAN", "TRIGGERS")
_ENVIRONMENT = {
    "PREFECT_UI_ENABLED": "0",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT__SERVER_FINAL": "1",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in _SERVICES_OFF},
}


class PrefectUnreachable(TransientError):
    def __init__(self, address: str, problem: Exception) -> None:
        super().__init__(
            f"The Prefect server at {address} does not answer ({type(problem).__name__}). "
            "Start it with `prefect server start`, mend PREFECT_API_URL, or unset that to use a temporary server."
        )


def start_server() -> None:
    """From now on flows report to the server that the user configured, or to a temporary one that is starting up."""
    if PREFECT_API_URL.value():
        return
    reading, _ = os.pipe()  # its other end stays open until this process ends: Prefect tells its last events at exit
    with socket.create_server(("127.0.0.1", 0), backlog=128) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}/api"
        subprocess.Popen(  # who knocks before the server is up waits at the door
            [sys.executable, "-P", "-m", "flows.temporary_server", str(door.fileno())],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            pass_fds=(door.fileno(),),
            env={**os.environ, **_ENVIRONMENT},
            start_new_session=True,
        )
    os.close(reading)
    # Not `temporary_settings`: Prefect's own threads, which tell logs, would not see them and start a second server.
    os.environ["PREFECT_API_URL"] = address
    refresh_global_settings_context()


def require_server() -> None:
    """Wait until the server answers: Prefect's channel for events gives up sooner than a first start takes.

    Raises:
        PrefectUnreachable
    """
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if problem:
        raise PrefectUnreachable(str(client.api_url), problem) from problem


def serve(door: int) -> None:
    """Serve at a listening socket until standard input closes."""
    starting: list[uvicorn.Server] = []
    threading.Thread(target=_end_with_parent, args=(starting,), daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    server = uvicorn.Server(uvicorn.Config(create_app(), log_level="critical", lifespan="on"))
    starting.append(server)
    server.run(sockets=[socket.socket(fileno=door)])


def _end_with_parent(servers: list[uvicorn.Server]) -> None:
    """Shut down properly, so that the last events are stored; a server that is still starting has none."""
    while os.read(0, 1):
        pass
    for server in servers:
        server.should_exit = True
        time.sleep(END_LIMIT_S)
    os._exit(1)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
