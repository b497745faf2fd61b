"""The hexagon: values and decisions, no I/O.

Nothing in here opens a file, asks for the time, draws a random number or starts a thread; what it
needs to know is given to it as an argument. Everything outside may import this package, and this
package imports nothing of ours but itself.
"""
