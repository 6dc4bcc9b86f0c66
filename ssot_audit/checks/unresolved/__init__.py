"""The rule kind `unresolved`."""
