"""`python -m tests.gcs_server --port 0 --bucket NAME` prints its address and serves until it is ended."""

from __future__ import annotations

import argparse

from tests.gcs_server.server import GcsServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.gcs_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--bucket", action="append", default=[], help="a bucket to start with")
    options = parser.parse_args()
    server = GcsServer(options.port)
    for name in options.bucket:
        server.create_bucket(name)
    print(server.address, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
