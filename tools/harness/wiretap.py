"""What an eavesdropper gets from a capture: SIP in the clear, keys, audio, digits, connections."""

import array
import struct
from dataclasses import dataclass, field
from pathlib import Path

from . import tones

SIP_STARTS = (b"INVITE ", b"REGISTER ", b"ACK ", b"BYE ", b"CANCEL ", b"OPTIONS ", b"INFO ", b"SIP/2.0 ",
              b"MESSAGE ", b"NOTIFY ", b"SUBSCRIBE ", b"UPDATE ", b"PRACK ", b"REFER ")


@dataclass
class Packet:
    time: float
    protocol: str  # "udp", "tcp"
    source: tuple
    target: tuple
    payload: bytes
    flags: int = 0  # of TCP


@dataclass
class Stream:
    """One RTP-looking stream: source, target, SSRC."""
    key: tuple
    packets: list = field(default_factory=list)  # (sequence, payload type, timestamp, payload)

    def audio(self):
        """All that reads as G.711, by sequence; what an encrypted stream gives is noise."""
        out = array.array("h")
        for _, kind, _, payload in self.packets:
            if kind == 0:
                out.extend(ULAW[byte] for byte in payload)
            elif kind == 8:
                out.extend(ALAW[byte] for byte in payload)
        return out

    def digits(self):
        """RFC 4733 events that make sense; encrypted ones do not."""
        seen = {}
        for _, kind, timestamp, payload in self.packets:
            if not 96 <= kind <= 127 or len(payload) != 4:
                continue
            event, flags, duration = struct.unpack("!BBH", payload)
            if event < 16 and flags & 0x40 == 0 and flags & 0x3F <= 36 and duration <= 16000:
                seen.setdefault(timestamp, []).append(event)
        text = ""
        for events in seen.values():
            if len(events) >= 3 and len(set(events)) == 1:
                text += "0123456789*#ABCD"[events[0]]
        return text


def read_pcap(path):
    """Packets of a pcap file (Ethernet, raw IP, Linux cooked); IPv4 and IPv6. What is cut short is left out."""
    data = Path(path).read_bytes()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<"}.get(data[:4])
    if order is None or len(data) < 24:
        raise ValueError(f"{path} is not a pcap file")
    fraction = 1e-9 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1e-6
    link = struct.unpack(order + "I", data[20:24])[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        seconds, part, size, _ = struct.unpack(order + "IIII", data[at:at + 16])
        frame = data[at + 16:at + 16 + size]
        at += 16 + size
        packet = _decode(frame, link, seconds + part * fraction)
        if packet:
            yield packet


def _decode(frame, link, when):
    skip = {1: 14, 101: 0, 12: 0, 113: 16, 276: 20}.get(link)
    if skip is None or len(frame) < skip + 20:
        return None
    ip = frame[skip:]
    if ip[0] >> 4 == 4:
        head, protocol = (ip[0] & 15) * 4, ip[9]
        total = struct.unpack("!H", ip[2:4])[0]
        source, target = ".".join(map(str, ip[12:16])), ".".join(map(str, ip[16:20]))
        ip = ip[:total] if total else ip
    elif ip[0] >> 4 == 6 and len(ip) >= 40:
        head, protocol = 40, ip[6]
        source, target = ip[8:24].hex(":", 2), ip[24:40].hex(":", 2)
    else:
        return None
    body = ip[head:]
    if protocol == 17 and len(body) >= 8:
        ports = struct.unpack("!HH", body[:4])
        return Packet(when, "udp", (source, ports[0]), (target, ports[1]), body[8:])
    if protocol == 6 and len(body) >= 20:
        ports = struct.unpack("!HH", body[:4])
        return Packet(when, "tcp", (source, ports[0]), (target, ports[1]), body[(body[12] >> 4) * 4:], body[13])
    return None


class Tap:
    """All that a listener on one wire gets."""

    def __init__(self, path):
        self.sip_text = b""
        self.opened = []      # TCP connections: (from, to)
        self.streams = {}
        self.tls_records = 0
        for packet in read_pcap(path):
            self._take(packet)

    def _take(self, packet):
        payload = packet.payload
        if packet.protocol == "tcp":
            if packet.flags & 0x12 == 0x02:
                self.opened.append((packet.source, packet.target))
            if len(payload) > 5 and payload[0] in (20, 21, 22, 23) and payload[1] == 3:
                self.tls_records += 1
            self._read_sip(payload)
            return
        if payload.startswith(SIP_STARTS):
            self._read_sip(payload)
        elif len(payload) >= 12 and payload[0] >> 6 == 2 and not 64 <= payload[1] & 0x7F <= 95:
            self._read_rtp(packet)

    def _read_sip(self, payload):
        # A TCP segment may begin inside a message: any readable piece counts.
        if payload.startswith(SIP_STARTS) or b"SIP/2.0" in payload or b"\r\na=" in payload or b"\r\nCSeq:" in payload:
            self.sip_text += payload + b"\n"

    def _read_rtp(self, packet):
        first, kind, sequence, timestamp, ssrc = struct.unpack("!BBHII", packet.payload[:12])
        start = 12 + 4 * (first & 15)
        key = (packet.source, packet.target, ssrc)
        stream = self.streams.setdefault(key, Stream(key))
        stream.packets.append((sequence, kind & 0x7F, timestamp, packet.payload[start:]))

    @property
    def sip_readable(self):
        return bool(self.sip_text)

    @property
    def keys(self):
        """SDES keys that can be read."""
        return self.sip_text.count(b"a=crypto:")

    def sip_digits(self):
        """Digits sent as SIP INFO."""
        found = ""
        for line in self.sip_text.splitlines():
            if line.lower().startswith(b"signal="):
                found += line.split(b"=", 1)[1].strip().decode(errors="replace")
        return found

    def rtp_digits(self):
        return "".join(stream.digits() for stream in self.streams.values())

    def tone_heard(self, hertz):
        return any(tones.heard(stream.audio(), tones.RATE, hertz) for stream in self.streams.values())

    def connections_to(self, address):
        return [pair for pair in self.opened if pair[1][0] == address]


def _ulaw(byte):
    byte = ~byte & 0xFF
    value = (((byte & 15) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -value if byte & 0x80 else value


def _alaw(byte):
    byte ^= 0x55
    value = (byte & 15) << 4
    segment = byte >> 4 & 7
    value = value + 8 if segment == 0 else value + 264 << segment - 1
    return value if byte & 0x80 else -value


ULAW = [_ulaw(byte) for byte in range(256)]
ALAW = [_alaw(byte) for byte in range(256)]
