"""A thing that came in one file, taken apart into the parts that may move."""
