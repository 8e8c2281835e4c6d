"""What the server does with a request before Streamlit sees it: addresses that mean a page, and headers.

`app.py` gives it to `st.App`, which `streamlit run app.py` finds and starts.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime.pages_manager import PagesManager

from seq2seq.tasks import InputError
from seq2seq.ui.navigation import meant_by, moved
from seq2seq.ui.workers import start_workers

HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}


def front() -> list[Middleware]:
    """What stands before the app; also tells Streamlit that `pages/` is no old multipage app.

    Without that, Streamlit looks for the folder and takes a fresh server for one until `st.navigation` runs: whoever
    came first, by a link, was told that there is no such page.
    """
    PagesManager.uses_pages_directory = False
    return [Middleware(Front)]


@asynccontextmanager
async def at_work(app: object) -> AsyncIterator[None]:
    """While the server runs, its workers do, whether or not anybody looks; what keeps them from it, pages say."""
    with suppress(InputError):
        start_workers()
    yield


class Front:
    """Sends an address that means a page to that page's own, and adds `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Before another app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        base = str(config.get_option("server.baseUrlPath") or "").strip("/")
        root = f"/{base}/" if base else "/"
        path = scope["path"]
        place = meant_by(path.removeprefix(root)) if path.startswith(root) else None
        if scope["method"] in ("GET", "HEAD") and place is not None:
            place, query = moved(place, scope["query_string"].decode("latin-1"))
            if path != root + place:
                address = quote(root + place) + (f"?{query}" if query else "")
                return await RedirectResponse(address, 307)(scope, receive, with_headers)
        return await self.app(scope, receive, with_headers)
