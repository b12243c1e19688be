"""Terminals, for tests of what a person sees."""

import fcntl
import os
import pathlib
import pty
import struct
import termios
import unittest


def open_terminal(columns):
    """A new terminal's two ends, the test's and the program's. The test is skipped where the system has none, as a bare chroot."""
    if not pathlib.Path("/dev/pts/ptmx").exists():
        raise unittest.SkipTest("/dev/pts is not mounted: there are no terminals here")
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return terminal, inside
