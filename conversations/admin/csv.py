"""CSV that is safe to open in a spreadsheet."""

from collections.abc import Iterable, Iterator

# A cell that begins with one of these is a formula to Excel, LibreOffice or Google Sheets; the
# full-width forms are to Excel in Japanese and Chinese (OWASP, "CSV Injection").
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# Without a byte order mark Excel reads UTF-8 as the machine's code page.
BYTE_ORDER_MARK = "\ufeff"

Cell = str | int | float | None


def lines(header: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """The lines of a file: the byte order mark, the header and the rows."""
    yield BYTE_ORDER_MARK + line(header)
    for row in rows:
        yield line(row)


def line(cells: Iterable[Cell]) -> str:
    """One line (RFC 4180), every cell in quotes, no text of which is read as a formula."""
    return ",".join(f'"{_harmless(cell).replace(chr(34), chr(34) * 2)}"' for cell in cells) + "\r\n"


def _harmless(cell: Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return str(cell)
    # Programs differ in whether they skip leading space before they look for a formula.
    starts = (cell.lstrip(" \u00a0\u3000\ufeff"), cell)
    return f"'{cell}" if any(start.startswith(_FORMULA_STARTS) for start in starts) else cell
