"""Pieces of a buffer as columns for DuckDB: text, amounts, quantities, days. Read for all rows at once.

The rules are those of warehouse/macros.sql (cents, quantity, day), which read the same elements one by one; a test holds
both equal. What is no value is NULL here, and never guessed. Eight digits are read as one number: each step adds every
other digit, pair and four of the word to ten, hundred and ten thousand times its neighbour.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pm_pipeline.x12.chunk import Spans

Buffer = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)
_HIGH_BYTES = np.array([~((1 << 8 * (8 - count)) - 1) & (2**64 - 1) for count in range(9)], dtype=np.uint64)
_ZEROS = np.uint64(0x3030303030303030)
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_YEAR, _YEARS = 1000, 2000
_MONTHS = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + _YEARS}-02", dtype="datetime64[M]")
# the first day of every month of those years, and of the month after, in days since 1970
_FIRST_DAY: NDArray[np.int64] = _MONTHS.astype("datetime64[D]").astype(np.int64)


def text(buffer: Buffer, spans: Spans, valid: Bools | None = None) -> pa.Array:
    """The text of each piece as an Arrow string_view array, without copying it; NULL where it is not valid.

    The bytes must be UTF-8. A view is sixteen bytes: the length, then the text itself when it has at most twelve bytes,
    else its first four, the number of the buffer (0) and the offset in it. Source: Arrow columnar format,
    variable-size binary view layout.
    """
    start, end = spans
    length = end - start
    longest = int(length.max(initial=0))
    words = _words(buffer)
    low = words[start] & _LOW_BYTES[np.minimum(length, 8) if longest > 8 else length]
    views = np.empty((len(start), 2), dtype=np.uint64)
    views[:, 0] = length.astype(np.uint64) | low << np.uint64(32)
    views[:, 1] = low >> np.uint64(32)
    if longest > 8:
        more = np.flatnonzero(length > 8)
        of_more = length[more]
        high = words[start[more] + 8] & _LOW_BYTES[np.minimum(of_more - 8, 4)]
        views[more, 1] |= high << np.uint64(32)
        if longest > 12:
            long = more[of_more > 12]
            views[long, 1] = start[long].astype(np.uint64) << np.uint64(32)
    buffers = [None if valid is None else _bitmap(valid), pa.py_buffer(views), pa.py_buffer(buffer)]
    return pa.Array.from_buffers(pa.string_view(), len(start), buffers)


def filled(buffer: Buffer, spans: Spans) -> pa.Array:
    """The text of each piece; NULL when it is empty."""
    is_there = spans.end > spans.start
    return text(buffer, spans, is_there) if is_there.any() else pa.nulls(len(is_there), pa.string_view())


def lists(buffer: Buffer, several: list[Spans]) -> pa.Array:
    """A list per row with its pieces that are not empty."""
    start, end = (np.stack(side, axis=1) for side in zip(*several, strict=True))
    is_there = end > start
    offsets = np.zeros(len(start) + 1, dtype=np.int32)
    np.cumsum(np.count_nonzero(is_there, axis=1), out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), text(buffer, Spans(start[is_there], end[is_there])))


def integers(values: NDArray[np.int64], valid: Bools) -> pa.Array:
    """A BIGINT column; NULL where it is not valid."""
    return pa.Array.from_buffers(pa.int64(), len(values), [_bitmap(valid), pa.py_buffer(values)])


def cents(buffer: Buffer, spans: Spans) -> tuple[NDArray[np.int64], Bools]:
    """Amounts in cents, and which are amounts: at most fourteen digits, at most two decimals."""
    return _fixed(buffer, spans, decimals=2, digits=14)


def unread(buffer: Buffer, spans: Spans, valid: Bools) -> pa.Array:
    """The text of what stands there but could not be read; NULL otherwise."""
    bad = (spans.end > spans.start) & ~valid
    return text(buffer, spans, bad) if bad.any() else pa.nulls(len(bad), pa.string_view())


def quantity(buffer: Buffer, spans: Spans, *, blank: int | None = None) -> pa.Array:
    """DECIMAL(12, 3): at most nine digits and three decimals; `blank` stands for what is none, NULL if not given."""
    is_there = spans.end > spans.start
    values, valid = np.zeros(len(is_there), dtype=np.int64), np.zeros(len(is_there), dtype=np.bool_)
    if is_there.any():
        values[is_there], valid[is_there] = _fixed(buffer, spans.of(is_there), decimals=3, digits=9)
    elif blank is None:
        return pa.nulls(len(is_there), pa.decimal128(12, 3))
    if blank is not None:
        values[~valid] = blank * 1000
    wide = np.empty((len(values), 2), dtype=np.int64)  # 128 bits, little end first
    wide[:, 0], wide[:, 1] = values, values >> 63
    bitmap = None if blank is not None else _bitmap(valid)
    return pa.Array.from_buffers(pa.decimal128(12, 3), len(values), [bitmap, pa.py_buffer(wide)])


def day(buffer: Buffer, spans: Spans) -> tuple[NDArray[np.int32], Bools]:
    """Days since 1970, and which are days of the calendar: CCYYMMDD or CCYY-MM-DD of the years 1000 to 2999."""
    start, end = spans
    length = end - start
    if not length.any():
        return np.zeros(len(start), dtype=np.int32), np.zeros(len(start), dtype=np.bool_)
    value, valid = _number(_words(buffer)[start])
    valid &= length == 8
    value[~valid] = 0
    year, rest = np.divmod(value, 10_000)
    month, of_month = np.divmod(rest, 100)
    valid &= (year >= _FIRST_YEAR) & (year < _FIRST_YEAR + _YEARS) & (month >= 1) & (month <= 12)
    place = np.where(valid, (year - _FIRST_YEAR) * 12 + month - 1, 0)
    first = _FIRST_DAY[place]
    valid &= (of_month >= 1) & (of_month <= _FIRST_DAY[place + 1] - first)
    days = (first + of_month - 1).astype(np.int32)
    for row in np.flatnonzero(length == 10).tolist():
        found = _DASHED.fullmatch(buffer[start[row] : end[row]].tobytes())
        try:
            days[row] = date(*map(int, found.groups())).toordinal() - _EPOCH if found else 0
            valid[row] = found is not None
        except ValueError:  # no day of the calendar
            valid[row] = False
    return days, valid


def days(values: NDArray[np.int32], valid: Bools) -> pa.Array:
    """A DATE column; NULL where it is not valid."""
    return pa.Array.from_buffers(pa.date32(), len(values), [_bitmap(valid), pa.py_buffer(values)])


_DASHED = re.compile(rb"([12][0-9]{3})-([0-9]{2})-([0-9]{2})")


def _fixed(buffer: Buffer, spans: Spans, *, decimals: int, digits: int) -> tuple[NDArray[np.int64], Bools]:
    """Numbers with up to so many decimals and digits before the point, times ten for each decimal."""
    start, end = spans
    if not (end > start).any():
        return np.zeros(len(start), dtype=np.int64), np.zeros(len(start), dtype=np.bool_)
    is_negative = (buffer[start] == ord("-")) & (end > start)
    start = start + is_negative
    length = end - start
    last = _words(buffer)[end - 8] & _HIGH_BYTES[np.clip(length, 0, 8)]  # the last eight bytes, the last one on top
    packed, place = last, np.zeros(len(start), dtype=np.uint8)  # place: how many decimals there are
    for places in range(1, decimals + 1):
        is_point = (last >> np.uint64(8 * (7 - places))) & np.uint64(0xFF) == ord(".")
        without = (last & _HIGH_BYTES[places]) | (last & _LOW_BYTES[7 - places]) << np.uint64(8)
        packed = packed ^ ((packed ^ without) & -is_point.astype(np.uint64))  # np.where, at a quarter of its time
        place |= is_point.astype(np.uint8) * np.uint8(places)
    kept = length - (place > 0)
    scale = np.array([10 ** max(decimals - places, 0) for places in range(4)])[place]
    value, valid = _number(packed | (_ZEROS & ~_HIGH_BYTES[np.clip(kept, 0, 8)]))
    valid &= (kept > 0) & (length <= 8)
    value *= scale
    _long(buffer, Spans(start, end), np.flatnonzero(length > 8), value, valid, decimals, digits)
    return np.where(is_negative, -value, value), valid


def _long(
    buffer: Buffer, spans: Spans, rows: NDArray[Any], value: NDArray[np.int64], valid: Bools, decimals: int, digits: int
) -> None:
    """What does not fit into eight bytes, row by row; leading blanks and signs are gone."""
    pattern = re.compile(rb"([0-9]{0,%d})(?:\.([0-9]{1,%d}))?" % (digits, decimals))
    for row in rows.tolist():
        if found := pattern.fullmatch(buffer[spans.start[row] : spans.end[row]].tobytes()):
            whole, part = found.groups()
            valid[row] = bool(whole or part)
            value[row] = int((whole or b"0") + (part or b"").ljust(decimals, b"0"))


def _number(words: Words) -> tuple[NDArray[np.int64], Bools]:
    """The number that eight digits are, and which words are eight digits."""
    high = np.uint64(0xF0F0F0F0F0F0F0F0)
    valid = ((words & high) == _ZEROS) & ((words + np.uint64(0x0606060606060606)) & high == _ZEROS)
    value = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(10 * 2**8 + 1) >> np.uint64(8)
    value = (value & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 * 2**16 + 1) >> np.uint64(16)
    value = (value & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10_000 * 2**32 + 1) >> np.uint64(32)
    return value.astype(np.int64), valid


def _words(buffer: Buffer) -> Words:
    """The eight bytes from every offset of the buffer, little end first."""
    return np.ndarray(shape=(len(buffer) - 7,), dtype="<u8", buffer=buffer.data, strides=(1,))


def _bitmap(valid: Bools) -> pa.Buffer | None:
    return None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
