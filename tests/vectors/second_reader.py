"""A second reader of batches, written from ``docs/reference/batch-format.md`` alone.

It imports nothing of the program, so that what the two agree on is the format and not a habit of one of them.

    python tests/vectors/second_reader.py keys.json FILE...

prints what the files say, in the order given, or what is wrong with them.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

import cbor2
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MOST_BYTES, MOST_BODY, MOST_ENTRY, MOST_ENTRIES = 8 << 20, 32 << 20, 64 << 10, 2000
FIELDS, BASES, SCHEMA = 9, 10, 14
HEADER_KINDS = {1: int, 2: int, 3: str, 4: bytes, 5: int, 6: int, 7: bytes, 8: bytes, 9: bytes, 10: int}


class Bad(Exception):
    """The bytes are not what this format says they are."""


def need(truth, what):
    if not truth:
        raise Bad(what)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def decode(data):
    """One deterministic item and nothing behind it."""
    value = cbor2.loads(data, allow_indefinite=False, allow_duplicate_keys=False)
    need(cbor2.dumps(value) == data, "not deterministic, or something behind it")
    return value


def read(data, keys=None, packs=()):
    """Read one batch; returns ``{"header", "hash", "entries": {sequence: map}, "contents": {sequence: bytes}}``.

    ``keys`` are the public keys of origins, ``packs`` the header hashes of known packs.
    """
    try:
        return _read(data, keys or {}, packs)
    except Bad:
        raise
    except Exception as error:
        raise Bad(f"{type(error).__name__}: {error}") from error


def _read(data, keys, packs):
    need(len(data) <= MOST_BYTES, "too long")
    magic, raw, signature, packed = decode(data)
    need(magic == "baarada-batch", "another magic word")
    header = decode(raw)
    need(all(type(header[k]) is kind for k, kind in HEADER_KINDS.items()), "a header of other kinds")
    need(header[2] <= 1, "needs a later reader")
    need(len(header[4]) == 16 and header[5] > 0 and 0 < header[6] <= MOST_ENTRIES, "a header out of bounds")
    need(len(header[7]) in (0, 32) and len(header[8]) == 32 and header[10] >= 0, "a header out of bounds")
    check_signature(header, raw, signature, keys, packs)
    need(0 <= zstandard.frame_content_size(packed) <= MOST_BODY, "a body of unknown size")
    frame = zstandard.ZstdDecompressor()
    body = cbor2.loads(frame.decompress(packed, max_output_size=MOST_BODY, allow_extra_data=False))
    contents = check_root(header, body)
    entries = {seq: cbor2.loads(content) for seq, content in contents.items()}
    return {"header": header, "hash": sha(raw), "entries": entries, "contents": contents}


def check_signature(header, raw, signature, keys, packs):
    origin = header[3]
    if origin.startswith("pack:"):
        need(sha(raw) in packs, "a pack that is not known")
        return
    need(origin in keys, "an origin that is not known")
    need(header[9] == keys[origin], "another key")
    try:
        Ed25519PublicKey.from_public_bytes(keys[origin]).verify(signature, b"baarada batch\x00" + raw)
    except InvalidSignature:
        raise Bad("the signature does not fit") from None


def check_root(header, body):
    """The canonical bytes of the shown entries by sequence, if they give the root."""
    count = header[6]
    if 1 in body:
        key, shown = body[1], list(range(count))
        need(len(key) == 32, "a key that is cut")
        salts = [hmac.digest(key, i.to_bytes(8, "big"), "sha256") for i in shown]
    else:
        shown = []
        for step in body[2]:
            need(type(step) is int and (step > 0 or (not shown and step == 0)), "shown entries out of order")
            shown.append(step + (shown[-1] if shown else 0))
        need(not shown or shown[-1] < count, "an entry outside the batch")
        need(len(body[3]) == 32 * len(shown), "salts that are cut")
        salts = [body[3][i * 32 : i * 32 + 32] for i in range(len(shown))]
    contents = [cbor2.dumps(entry) for entry in entries_of(body[5], [header[5] + i for i in shown])]
    need(len(contents) == len(shown), "entries are missing")
    need(all(len(c) <= MOST_ENTRY for c in contents), "an entry that is too long")
    leaves = {i: sha(b"\0", salt, c) for i, salt, c in zip(shown, salts, contents, strict=True)}
    hashes = body.get(4, b"")
    parts = iter([hashes[i : i + 32] for i in range(0, len(hashes), 32)])
    need(root(0, count, leaves, parts) == header[8], "not the entries that were signed")
    need(next(parts, None) is None and len(hashes) % 32 == 0, "hashes too many")
    return {header[5] + i: c for i, c in zip(shown, contents, strict=True)}


def root(start, stop, leaves, parts):
    if not any(start <= i < stop for i in leaves):
        return next(parts)
    if stop - start == 1:
        return leaves[start]
    middle = start + (1 << (stop - start - 1).bit_length() - 1)
    left = root(start, middle, leaves, parts)
    return sha(b"\1", left, root(middle, stop, leaves, parts))


class Ids:
    """All ids of a batch, and how far they have been used."""

    def __init__(self, planes):
        count = len(planes) // 16
        need(len(planes) == 16 * count, "ids that are cut")
        self.all = [bytes(planes[plane * count + i] for plane in range(16)) for i in range(count)]
        self.used = 0

    def __call__(self, use):
        if use is None:
            return None
        if use == 0:
            self.used += 1
            return self.all[self.used - 1]
        need(0 < use <= self.used, "an id outside the batch")
        return self.all[self.used - use]


def at(table, place):
    need(0 <= place < len(table), "a place outside its table")
    return table[place]


def column_of(column, ids):
    mode = column[0]
    if mode == 0:
        yield from column[1]
    elif mode == 1:
        for use in column[1]:
            yield ids(use)
    elif mode == 2:
        labels = iter(column[2])
        for use in column[1]:
            yield None if use is None else [ids(use), next(labels)]
    else:
        raise Bad("a column of another sort")


def values_of(column, ids):
    """An iterator over a column; a table of distinct values is read at once."""
    if column[0] != 3:
        return column_of(column, ids)
    table = list(column_of(column[1], ids))
    return (at(table, place) for place in column[2])


def entries_of(columns, seqs):
    """The entries as maps, keys ascending."""
    need(all(len(columns[k]) == len(seqs) for k in (6, 7, 8, 9, 10)), "columns of different lengths")
    ids = Ids(columns[0])
    acts = [ids(use) for use in columns[3]]
    writers = [[ids(w[0]), ids(w[1]), w[2], w[3]] for w in columns[2]]
    lanes = [[lane[0], ids(lane[1])] for lane in columns[1]]
    values = {t: {f: values_of(c, ids) for f, c in of.items()} for t, of in columns[13].items()}
    bases, options = iter(columns[11]), {key: iter(column) for key, column in columns[12].items()}
    stamp, out = 0, []
    for i, seq in enumerate(seqs):
        type_, kind, mode, schema, fields, units, rest = at(columns[5], columns[6][i])
        stamp += columns[7][i]
        entry = {1: seq, 2: stamp, 3: at(writers, columns[8][i]), 4: at(acts, columns[9][i])}
        entry |= {5: at(columns[4], kind), 6: type_, 7: ids(columns[10][i]), 8: mode}
        entry[FIELDS] = {f: next(values[type_][f]) for f in fields}
        if units:
            pairs = zip(units[::2], units[1::2], strict=True)
            entry[BASES] = {u: [base(next(bases), seq, lanes) for _ in range(n)] for u, n in pairs}
        rest = {SCHEMA: schema} | {key: next(options[key]) for key in rest}
        entry |= dict(sorted(rest.items()))
        need(
            all(map(plain, [*entry[FIELDS].values(), *rest.values()])),
            "a value of a kind that does not exist",
        )
        out.append(entry)
    return out


def base(value, seq, lanes):
    if type(value) is int:
        need(0 < value < seq, "a base that comes later")
        return seq - value
    return [*at(lanes, value[0]), value[1]]


def plain(value, deep=8):
    if type(value) is list:
        return deep > 0 and all(plain(v, deep - 1) for v in value)
    if type(value) is dict:
        return deep > 0 and all(type(k) in (int, str) and plain(v, deep - 1) for k, v in value.items())
    return (
        value is None
        or type(value) in (bool, str, bytes)
        or (type(value) is int and -(2**63) <= value < 2**63)
    )


def check_chain(batches):
    """Batches of one lane in order: each begins behind the one before, and names its hash."""
    previous, first, lane = b"", 1, None
    for batch in batches:
        header = batch["header"]
        need(lane in (None, (header[3], header[4])), "two lanes")
        need(header[5] == first and header[7] == previous, "the chain is broken")
        previous, first, lane = batch["hash"], header[5] + header[6], (header[3], header[4])


def as_json(value):
    """Bytes as ``{"bytes": hexadecimal}``, the keys of maps as text."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {str(k): as_json(v) for k, v in value.items()}
    return [as_json(v) for v in value] if isinstance(value, list) else value


def main(keys_file, *files):
    known = json.loads(Path(keys_file).read_text(encoding="utf-8"))
    keys = {origin: bytes.fromhex(key) for origin, key in known["public"].items()}
    packs = {bytes.fromhex(one) for one in known["packs"]}
    for name in files:
        try:
            found = read(Path(name).read_bytes(), keys, packs)
        except Bad as error:
            sys.exit(f"{name}: {error}")
        print(json.dumps(as_json(found), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
