"""Static checks: the written files, read as another program would, against rules that no validator holds them to."""
