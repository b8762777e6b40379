"""Packets of a capture: Ethernet, raw IP, Linux cooked; IPv4 and IPv6, with fragments put together."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

UDP, TCP = 17, 6
IPV6_OPTIONS = (0, 43, 60)  # hop-by-hop, routing, destination (RFC 8200, 4.1)
IPV6_FRAGMENT = 44


@dataclass
class Packet:
    time: float
    protocol: str  # "udp", "tcp"; "piece" of a datagram of which the rest was never seen
    source: tuple
    target: tuple
    payload: bytes
    flags: int = 0  # of TCP


@dataclass
class Datagram:
    """What has come of a fragmented one."""
    source: str
    target: str
    protocol: int = 0
    pieces: dict = field(default_factory=dict)  # by offset
    size: int = -1  # known when the last piece has come

    def runs(self):
        """Stretches without a hole: (offset, bytes)."""
        out = []
        for at in sorted(self.pieces):
            piece = self.pieces[at]
            if out and at <= out[-1][0] + len(out[-1][1]):
                start, before = out[-1]
                out[-1] = (start, before[:at - start] + piece + before[at - start + len(piece):])
            else:
                out.append((at, piece))
        return out

    def whole(self):
        """All of it, or nothing while a piece is missing."""
        runs = self.runs()
        if len(runs) != 1 or runs[0][0] != 0 or self.size < 0 or len(runs[0][1]) < self.size:
            return None
        return runs[0][1][:self.size]


class Fragments:
    """RFC 791, 3.2 and RFC 8200, 4.5. An eavesdropper reads a message however it was cut."""

    def __init__(self):
        self.waiting = {}

    def add(self, part):
        """The datagram that this part makes whole, else nothing."""
        key = (part.source, part.target, part.id)
        datagram = self.waiting.setdefault(key, Datagram(part.source, part.target))
        if part.offset == 0:
            datagram.protocol = part.protocol
        if len(part.body) >= len(datagram.pieces.get(part.offset, b"")):
            datagram.pieces[part.offset] = part.body
        if not part.more:
            datagram.size = part.offset + len(part.body)
        if datagram.whole() is None:
            return None
        return self.waiting.pop(key)

    def left(self):
        for datagram in self.waiting.values():
            for _, piece in datagram.runs():
                yield Packet(0, "piece", (datagram.source, 0), (datagram.target, 0), piece)


@dataclass
class Part:
    """What one IP packet carries. `id` is None when it is no fragment."""
    source: str
    target: str
    protocol: int
    body: bytes
    id: tuple = None
    offset: int = 0
    more: bool = False


def read_pcap(path):
    """Packets of a pcap file. What is cut short is left out."""
    data = Path(path).read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<"}.get(data[:4])
    if order is None or len(data) < 24:
        raise ValueError(f"{path} is not a pcap file")
    fraction = 1e-9 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1e-6
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    fragments = Fragments()
    at = 24
    while at + 16 <= len(data):
        seconds, part, size, _ = struct.unpack(order + "IIII", data[at:at + 16])
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        packet = _decode(frame, link, seconds + part * fraction, fragments)
        if packet:
            yield packet
    yield from fragments.left()


def _decode(frame, link, when, fragments):
    skip = {1: 14, 101: 0, 12: 0, 113: 16, 276: 20}.get(link)
    part = _read_ip(frame[skip:]) if skip is not None else None
    if part is None:
        return None
    protocol, body = part.protocol, part.body
    if part.id is not None:
        datagram = fragments.add(part)
        if datagram is None:
            return None
        protocol, body = datagram.protocol, datagram.whole()
        if ":" in part.source:
            protocol, body = _skip_options(protocol, body)
    return _read_transport(when, part.source, part.target, protocol, body)


def _read_ip(ip):
    if len(ip) >= 20 and ip[0] >> 4 == 4:
        total, mark = struct.unpack("!H", ip[2:4])[0], struct.unpack("!H", ip[6:8])[0]
        part = Part(".".join(map(str, ip[12:16])), ".".join(map(str, ip[16:20])), ip[9],
                    ip[(ip[0] & 15) * 4:total or len(ip)])
        if mark & 0x3FFF:
            part.id, part.offset, part.more = (ip[9], ip[4:6]), (mark & 0x1FFF) * 8, bool(mark & 0x2000)
        return part
    if len(ip) >= 40 and ip[0] >> 4 == 6:
        size = struct.unpack("!H", ip[4:6])[0]
        protocol, body = _skip_options(ip[6], ip[40:40 + size] if size else ip[40:])
        part = Part(ip[8:24].hex(":", 2), ip[24:40].hex(":", 2), protocol, body)
        if protocol == IPV6_FRAGMENT and len(body) >= 8:
            mark = struct.unpack("!H", body[2:4])[0]
            part.id, part.offset, part.more = (body[4:8],), mark & 0xFFF8, bool(mark & 1)
            part.protocol, part.body = body[0], body[8:]
        return part
    return None


def _skip_options(protocol, body):
    while protocol in IPV6_OPTIONS and len(body) >= 8:
        protocol, body = body[0], body[(body[1] + 1) * 8:]
    return protocol, body


def _read_transport(when, source, target, protocol, body):
    if protocol == UDP and len(body) >= 8:
        ports = struct.unpack("!HH", body[:4])
        return Packet(when, "udp", (source, ports[0]), (target, ports[1]), body[8:])
    if protocol == TCP and len(body) >= 20:
        ports = struct.unpack("!HH", body[:4])
        return Packet(when, "tcp", (source, ports[0]), (target, ports[1]), body[(body[12] >> 4) * 4:], body[13])
    return None
