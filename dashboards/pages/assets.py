"""Scripts and styles: files beside this one, and Plotly from the installed package."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import plotly
from fastapi import APIRouter, HTTPException, Request, Response

STATIC = Path(__file__).parent / "static"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PREFIX = "/static"
FOREVER = "public, max-age=31536000, immutable"  # A changed file has another address.
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
WORTH_PACKING_BYTES = 1024

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent.

    Attributes:
        body: Its bytes.
        packed: The same through gzip; empty where that gains nothing.
        type: MIME type.
        digest: Short hash of the content.
    """

    body: bytes
    packed: bytes
    type: str
    digest: str


@router.get(PREFIX + "/{path:path}")
def static(path: str, request: Request) -> Response:
    """One of the files; nothing else of the disk can be named."""
    asset = assets().get(path)
    if asset is None:
        raise HTTPException(404, "there is no such file")
    lasts = FOREVER if request.query_params.get("v") == asset.digest else "no-cache"
    headers = {"Cache-Control": lasts, "ETag": f'"{asset.digest}"', "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.packed, media_type=asset.type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.type, headers=headers)


@cache
def assets() -> dict[str, Asset]:
    """Every file by its path under `/static`, read once."""
    own = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.suffix in TYPES}
    return {name: _asset(path) for name, path in {**own, _plotly_name(): PLOTLY}.items()}


def asset_url(path: str) -> str:
    """Where a file is; the address changes with its content."""
    return f"{PREFIX}/{path}?v={assets()[path].digest}"


def plotly_url() -> str:
    """Where Plotly is."""
    return asset_url(_plotly_name())


@cache
def plotly_style_ids() -> tuple[str, ...]:
    """Ids of the style elements that Plotly's maps bring along, for which no page has a use.

    The script leaves them out where an element of the id is there; the pages' policy would refuse them.
    """
    found = re.findall(rb'getElementById\("([0-9a-f]{64})"\)', assets()[_plotly_name()].body)
    return tuple(dict.fromkeys(one.decode() for one in found))


def _plotly_name() -> str:
    return f"vendor/plotly-{version('plotly')}.min.js"


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    packed = gzip.compress(body, 6, mtime=0) if len(body) > WORTH_PACKING_BYTES else b""
    kind = f"{TYPES[path.suffix]}; charset=utf-8"
    return Asset(body, packed, kind, hashlib.sha256(body).hexdigest()[:12])
