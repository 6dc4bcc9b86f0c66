"""The rule kind `definition`."""
