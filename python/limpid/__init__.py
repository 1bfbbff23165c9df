"""Helpers in Python beside the program limpid: `limpid.export` writes models that it reads."""

from .export import export

__all__ = ["export"]
