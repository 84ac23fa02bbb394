"""Where each photo was taken from, and with which lens."""
