"""What an object looks like."""
