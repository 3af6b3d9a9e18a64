"""Scripted model servers, with faults on demand."""
