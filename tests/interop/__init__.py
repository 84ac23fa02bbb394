"""Public readers open what we export, each in an environment of its own: `make interop`. Not part of `make test`."""
