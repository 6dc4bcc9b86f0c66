"""The status of the configured components, from measurements only."""
