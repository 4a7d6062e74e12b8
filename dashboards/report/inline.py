"""Markdown as this project writes it, as HTML: headings, paragraphs, lists, tables, **bold** and `code`; nothing else.

Everything that is not one of these is text: no tag and no link comes through.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

CODE_OR_BOLD = re.compile(r"`([^`]+)`|(?<!\*)\*\*(?!\*)(.+?)\*\*(?!\*)")  # Three stars stand for a secret.
CELLS = re.compile(r"(?<!\\)\|")
LONG = 40  # Characters from which on a cell may break into lines.
HEADING_LEVEL = 3  # Of the highest heading inside a section.


def inline(text: str) -> str:
    """One line as HTML."""
    found, end = [], 0
    for match in CODE_OR_BOLD.finditer(text):
        found.append(_plain(text[end : match.start()]))
        code, bold = match.groups()
        found.append(f"<code>{_plain(code)}</code>" if code is not None else f"<strong>{inline(bold)}</strong>")
        end = match.end()
    return "".join([*found, _plain(text[end:])])


def blocks(markdown: str) -> str:
    """A text as HTML."""
    lines = markdown.strip().splitlines()
    return "\n".join(_pieces(lines))


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    label: str = "",
    numeric: Sequence[int] = (),
    marked: Sequence[int] = (),
) -> str:
    """A table whose first column names its rows, in a box that scrolls where the page is narrow."""

    def cell(tag: str, at: int, text: str, scope: str = "") -> str:
        kind = ' class="number"' if at in numeric else ' class="long"' if len(text) > LONG else ""
        return f"<{tag}{scope}{kind}>{inline(text)}</{tag}>"

    heads = "".join(cell("th", at, text, ' scope="col"') for at, text in enumerate(head))
    body = ""
    for at_row, row in enumerate(rows):
        cells = "".join(cell("td", at, text) for at, text in enumerate(row))
        body += f"<tr{' class=marked' if at_row in marked else ''}>{cells}</tr>\n"
    told = f"<caption>{inline(caption)}</caption>" if caption else ""
    box = f'<div class="scroll" tabindex="0" role="region" aria-label="{html.escape(caption or label or "table")}">'
    return f"{box}<table>{told}<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody></table></div>"


def _plain(text: str) -> str:
    return html.escape(html.unescape(text.replace("\\|", "|")), quote=False)


def _pieces(lines: list[str]) -> Iterator[str]:
    at, heading = 0, ""
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif line.startswith("#"):
            depth = len(line) - len(line.lstrip("#"))
            heading, level = line.lstrip("# "), min(6, HEADING_LEVEL + max(0, depth - 2))
            if depth > 1:
                yield f"<h{level}>{inline(heading)}</h{level}>"
            at += 1
        elif line.startswith("|"):
            end = _end(lines, at, "|")
            rows = [[cell.strip() for cell in CELLS.split(row.strip())[1:-1]] for row in lines[at:end]]
            yield table(rows[0], rows[2:], label=heading)
            at = end
        elif line.startswith("- "):
            end = _end(lines, at, "- ")
            yield "<ul>" + "".join(f"<li>{inline(item[2:])}</li>" for item in lines[at:end]) + "</ul>"
            at = end
        else:
            end = next((n for n in range(at, len(lines)) if not lines[n].strip() or lines[n][0] in "#|"), len(lines))
            yield f"<p>{inline(' '.join(lines[at:end]))}</p>"
            at = end


def _end(lines: list[str], at: int, begin: str) -> int:
    return next((n for n in range(at, len(lines)) if not lines[n].startswith(begin)), len(lines))
