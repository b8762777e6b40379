"""Captures made by hand, for tests of the eavesdropper."""

import ipaddress
import math
import struct

from harness.wiretap import ULAW


def _ip(text):
    return bytes(map(int, text.split(".")))


def udp(source, target, payload):
    body = struct.pack("!HHHH", source[1], target[1], 8 + len(payload), 0) + payload
    return _packet(17, source, target, body)


def in_fragments(frame, size, number=7):
    """The same IPv4 packet in fragments of `size` bytes of content, a multiple of 8."""
    head, body = bytearray(frame[14:34]), frame[34:]
    out = []
    for at in range(0, len(body), size):
        more = at + size < len(body)
        piece = body[at:at + size]
        head[2:8] = struct.pack("!HHH", 20 + len(piece), number, at // 8 | (0x2000 if more else 0))
        out.append(frame[:14] + bytes(head) + piece)
    return out


def udp6(source, target, payload, extensions=b"", first=17):
    """IPv6; `extensions` are headers before UDP, the first of which is of that type."""
    body = extensions + struct.pack("!HHHH", source[1], target[1], 8 + len(payload), 0) + payload
    return _packet6(first, source, target, body)


def in_fragments6(frame, size, number=7):
    """The same IPv6 packet in fragments of `size` bytes of content, a multiple of 8 (RFC 8200, 4.5)."""
    body = frame[54:]
    addresses = frame[22:54]
    out = []
    for at in range(0, len(body), size):
        more = at + size < len(body)
        content = struct.pack("!BBHI", frame[20], 0, at | more, number) + body[at:at + size]
        out.append(frame[:14] + struct.pack("!IHBB", 0x60000000, len(content), 44, 64) + addresses + content)
    return out


def tcp(source, target, payload=b"", flags=0x18):
    body = struct.pack("!HHIIBBHHH", source[1], target[1], 0, 0, 0x50, flags, 65535, 0, 0) + payload
    return _packet(6, source, target, body)


def _packet(protocol, source, target, body):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, protocol, 0, _ip(source[0]), _ip(target[0]))
    return b"\x00" * 12 + b"\x08\x00" + head + body


def _packet6(protocol, source, target, body):
    head = struct.pack("!IHBB", 0x60000000, len(body), protocol, 64)
    addresses = b"".join(ipaddress.IPv6Address(end[0]).packed for end in (source, target))
    return b"\x00" * 12 + b"\x86\xdd" + head + addresses + body


def write(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", number // 50, number % 50 * 20000, len(frame), len(frame)) + frame)


def rtp(sequence, timestamp, ssrc, kind, payload):
    return struct.pack("!BBHII", 0x80, kind, sequence, timestamp, ssrc) + payload


_NEAREST = sorted((value, byte) for byte, value in enumerate(ULAW))


def to_ulaw(sample):
    low, high = 0, len(_NEAREST) - 1
    while low < high:
        middle = (low + high) // 2
        if _NEAREST[middle][0] < sample:
            low = middle + 1
        else:
            high = middle
    return _NEAREST[low][1]


def tone_stream(source, target, hertz, seconds=3, ssrc=1):
    """Frames of an RTP stream in the clear that carries a tone as PCMU."""
    out = []
    for number in range(seconds * 50):
        samples = (int(12000 * math.sin(2 * math.pi * hertz * (number * 160 + n) / 8000)) for n in range(160))
        out.append(udp(source, target, rtp(number, number * 160, ssrc, 0, bytes(map(to_ulaw, samples)))))
    return out


def digit_events(source, target, digits, ssrc=1):
    out = []
    for place, digit in enumerate(digits):
        event = "0123456789*#ABCD".index(digit)
        for step in range(1, 6):
            ending = 0x80 if step > 3 else 0
            out.append(udp(source, target, rtp(1000 + place * 10 + step, 50000 + place * 4000, ssrc, 101,
                                               struct.pack("!BBH", event, ending | 10, 160 * step))))
    return out


def noise_stream(source, target, random, seconds=3, ssrc=2):
    """What SRTP looks like: a header, then bytes that say nothing."""
    return [udp(source, target, rtp(number, number * 160, ssrc, 0, random.randbytes(170)))
            for number in range(seconds * 50)]
