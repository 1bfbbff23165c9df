"""Helpers in Python beside the program limpid: `limpid.export` writes models that it reads."""
