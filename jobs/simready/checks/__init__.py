"""What is measured about an asset."""
