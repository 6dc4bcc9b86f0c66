"""The rule kind `value`."""
