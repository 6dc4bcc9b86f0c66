"""What works on a baseline: a change held against its merge base, the record written, comments listed."""
