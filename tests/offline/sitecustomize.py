"""Keeps a Python from connecting beyond this machine's loopback. Loaded by the tests, and by every Python they start.

An audit hook (PEP 578) sees each connection that the interpreter makes, whoever asks for it, and needs no import of its own: the
start of a child is not slower for it. ``MUSLCHECK_TESTS_LIVE`` in the environment lifts it.
"""

import os
import sys

__all__: list[str] = []

_LOOPBACK = ("127.", "::1", "localhost")


def _loopback_only(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host and not host.startswith(_LOOPBACK) and "MUSLCHECK_TESTS_LIVE" not in os.environ:
        message = f"a test that is not marked live asked for {host}"
        raise RuntimeError(message)


sys.addaudithook(_loopback_only)
