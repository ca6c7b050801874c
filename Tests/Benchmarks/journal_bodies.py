"""Bodies of a journal's entries as they were written, for scripts that read the file past the program: docs/journal.md has the form."""
import zlib


def number(stored, place):
    value = shift = 0
    while True:
        value |= (stored[place] & 0x7F) << shift
        shift, place = shift + 7, place + 1
        if stored[place - 1] < 0x80:
            return value, place


def plain(database, sequence, stored):
    """The body of an entry, from the column `body` of the table `entry`."""
    if not stored or stored[0] > 2:
        return stored
    if stored[0] == 0:
        return stored[1:]
    place, base = 1, None
    if stored[0] == 2:
        distance, place = number(stored, place)
        before, = database.execute("SELECT body FROM entry WHERE sequence = ?", [sequence - distance]).fetchone()
        base = plain(database, sequence - distance, before)
    length, place = number(stored, place)
    unpacker = zlib.decompressobj(-15, zdict=base[-32768:]) if base else zlib.decompressobj(-15)
    body = unpacker.decompress(stored[place:])
    if len(body) != length:
        raise ValueError(f"entry {sequence} has {len(body)} bytes, and should have {length}")
    return body
