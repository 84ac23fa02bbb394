"""What every job needs to run. Standard library and pydantic; the cloud SDK only in `gcs_store`."""
