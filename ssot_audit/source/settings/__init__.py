"""Configuration values: the bytes of one file to the settings it makes, with their places."""

from ssot_audit.source.settings.addresses import host_of, port_of
from ssot_audit.source.settings.read import format_of, read_settings

__all__ = ["format_of", "host_of", "port_of", "read_settings"]
