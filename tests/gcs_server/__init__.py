"""A small Google Cloud Storage server for tests: the JSON and XML calls that the official client makes, and faults.

Run `python -m tests.gcs_server --port 0 --bucket NAME` and point STORAGE_EMULATOR_HOST at the address that it prints.
"""
