"""Runs: the loop, the store, the worker program. Nothing is imported here, so that asking for a run costs no torch."""
