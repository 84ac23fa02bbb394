"""What is measured on a reconstructed mesh."""
