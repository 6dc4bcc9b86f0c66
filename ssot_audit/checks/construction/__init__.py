"""The rule kind `construction`."""
