"""No loop of asyncio runs in a browser's firmware; a request is answered at once (phone.py)."""


class CancelledError(BaseException):
    """Named by the firmware's server."""
