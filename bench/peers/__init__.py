"""limpid beside its peers; the command is bench/peers.py."""
