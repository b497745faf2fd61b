"""The laboratory of faults: faults made for real, and what marked functions make of them.

What can hurt an interpreter runs in a child process: `python -m lab.<module>`.
"""
