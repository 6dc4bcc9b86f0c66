"""The rule kind `required`."""
