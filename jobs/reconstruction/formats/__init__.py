"""The mesh in the formats that were asked for, each read back and compared."""
