"""What an object weighs and how it slides."""
