"""The administrator, her server and her provider."""

from tests.catalog.administrator import dana, provider, server

__all__ = ["dana", "provider", "server"]
