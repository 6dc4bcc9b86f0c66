"""The rule kind `usage`."""
