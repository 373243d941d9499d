"""What goes wrong on the network, in asyncio's and ssl's words, told in an HTTP library's."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["reason", "told"]


@asynccontextmanager
async def told(late: type[Exception], broken: type[Exception], timeout: float | None) -> AsyncIterator[None]:  # noqa: ASYNC109 - seconds
    """Time-outs as ``late``, what the system and ssl raise as ``broken``."""
    try:
        async with asyncio.timeout(timeout):
            yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise broken(f"the certificate is not trusted: {error.verify_message}") from error
    except OSError as error:  # ssl.SSLError is one
        raise broken(reason(error)) from error


def reason(error: Exception) -> str:
    """What went wrong in the system's own words; asyncio puts addresses and numbers in their place."""
    if isinstance(error, OSError) and error.errno and not isinstance(error, (ssl.SSLError, socket.gaierror)):
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
