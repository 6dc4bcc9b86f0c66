"""The rule kind `symbol`."""
