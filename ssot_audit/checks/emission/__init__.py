"""The rule kind `emission`."""
