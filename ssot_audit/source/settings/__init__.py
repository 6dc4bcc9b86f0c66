"""Configuration values: the bytes of one file to the settings it makes, with their places."""

from ssot_audit.source.settings.addresses import host_of, port_of
from ssot_audit.source.settings.marks import variable_of
from ssot_audit.source.settings.read import format_of, read_newer, read_settings
from ssot_audit.source.settings.secrets import is_secret, masked

__all__ = ["format_of", "host_of", "is_secret", "masked", "port_of", "read_newer", "read_settings", "variable_of"]
