"""Several assets become one scene."""
