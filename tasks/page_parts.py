"""The pieces of a page: escaped text, tables, badges, embedded pictures. Nothing is loaded from anywhere else."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from urllib.parse import quote

STYLE = """
:root{--ink:#1d2330;--dim:#667085;--line:#e3e6ee;--ok:#14713d;--ok-bg:#e7f5ec;--no:#b3261e;--no-bg:#fdecea;
--idle-bg:#f0f1f5}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;max-width:1080px;margin:2rem auto 4rem;padding:0 1rem;color:var(--ink)}
h1{margin:0 .75rem 0 0;font-size:1.9rem}h2{margin:2.5rem 0 .75rem;padding-top:1rem;border-top:2px solid var(--line)}
header{display:flex;align-items:center;flex-wrap:wrap;margin-bottom:.5rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
td,th{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:middle}
th{font-weight:600;color:var(--dim);font-size:.85rem}
.badge{display:inline-block;padding:.05rem .6rem;border-radius:1rem;font-weight:600;font-size:.85rem;white-space:nowrap}
.ok{background:var(--ok-bg);color:var(--ok)}.no{background:var(--no);color:#fff}
.idle{background:var(--idle-bg);color:var(--dim)}
.dim{color:var(--dim);font-size:.85rem}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.75rem 0}.facts div{min-width:6rem}
.facts b{display:block;font-size:1.15rem}
.complaint{background:var(--no-bg);border-left:4px solid var(--no);padding:.5rem .9rem;margin:.5rem 0}
.complaint ul{margin:.25rem 0}
.row{display:flex;flex-wrap:wrap;gap:.75rem;align-items:flex-start;margin:.5rem 0}
img{max-width:100%;border:1px solid var(--line);border-radius:4px;display:block}
img.small{width:72px}img.medium{width:230px}img.wide{width:340px}img.sheet{width:520px}
details{margin:.35rem 0}summary{cursor:pointer;padding:.2rem 0}
code{background:var(--idle-bg);padding:.05rem .3rem;border-radius:3px;overflow-wrap:anywhere;font-size:.85em}
ul{margin:.25rem 0;padding-left:1.25rem}a{color:#1552b8}
"""


class Markup(str):
    """HTML already; every other string is escaped before it gets onto a page."""


def text(value: str) -> Markup:
    """`value` as HTML."""
    return value if isinstance(value, Markup) else Markup(html.escape(value))


def join(parts: Iterable[str]) -> Markup:
    return Markup("".join(text(part) for part in parts))


def element(name: str, content: str, mark: str = "") -> Markup:
    """`<name class="mark">content</name>`"""
    return Markup(f'<{name} class="{html.escape(mark)}">{text(content)}</{name}>' if mark else _bare(name, content))


def badge(passed: bool | None, label: str) -> Markup:
    """A coloured word. None: neither good nor bad."""
    return element("span", label, "badge " + {True: "ok", False: "no", None: "idle"}[passed])


def link(target: str, label: str) -> Markup:
    """`target` is a path relative to the page; its special characters are escaped."""
    return Markup(f'<a href="{html.escape(quote(target))}">{text(label)}</a>')


def picture(data: bytes, title: str, size: str) -> Markup:
    """A picture inside the page. `size`: one of the classes in `STYLE`."""
    media = "png" if data.startswith(b"\x89PNG") else "jpeg"
    name = html.escape(title)
    source = f"data:image/{media};base64,{base64.b64encode(data).decode()}"
    return Markup(f'<img class="{size}" alt="{name}" title="{name}" src="{source}">')


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    header = join(element("th", cell) for cell in head)
    body = join(element("tr", join(element("td", cell) for cell in row)) for row in rows)
    return element("table", join((element("tr", header), body)))


def bullets(items: Iterable[str]) -> Markup:
    points = join(element("li", item) for item in items)
    return element("ul", points) if points else points


def foldable(summary: str, content: str, opened: bool) -> Markup:
    """Content behind a line that opens it."""
    state = " open" if opened else ""
    return Markup(f"<details{state}><summary>{text(summary)}</summary>{text(content)}</details>")


def page(title: str, content: str) -> str:
    """The whole document."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style>{text(content)}</html>\n"
    )


def _bare(name: str, content: str) -> str:
    return f"<{name}>{text(content)}</{name}>"
