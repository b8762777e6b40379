"""What an eavesdropper gets from a capture: SIP in the clear, keys, audio, digits, connections."""

import array
import struct
from dataclasses import dataclass, field

from . import tones
from .pcap import read_pcap

SIP_STARTS = (b"INVITE ", b"REGISTER ", b"ACK ", b"BYE ", b"CANCEL ", b"OPTIONS ", b"INFO ", b"SIP/2.0 ",
              b"MESSAGE ", b"NOTIFY ", b"SUBSCRIBE ", b"UPDATE ", b"PRACK ", b"REFER ")
SIP_WORDS = (b"SIP/2.0", b"\r\na=", b"\r\nCSeq:", b"a=crypto:")


def reads_as_sip(payload):
    """Any readable piece counts: it may begin inside a message."""
    return payload.startswith(SIP_STARTS) or any(word in payload for word in SIP_WORDS)


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

    def is_clear(self):
        """G.711 that is no noise: speech, a tone, silence. Less than a packet of it says nothing."""
        samples, packet = self.audio(), 160
        return len(samples) >= packet and not tones.noise_like(samples, least=packet)

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


class Tap:
    """All that a listener on one wire gets."""

    def __init__(self, path):
        self.datagrams = []    # of SIP
        self.connections = {}  # (from, to): the bytes of those on which SIP is spoken in the clear
        self.opened = []       # TCP connections: (from, to)
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
            self._read_connection(packet)
        elif payload.startswith(SIP_STARTS) or packet.protocol == "piece":
            if reads_as_sip(payload):
                self.datagrams.append(payload)
        elif len(payload) >= 12 and payload[0] >> 6 == 2 and not 64 <= payload[1] & 0x7F <= 95:
            self._read_rtp(packet)

    def _read_connection(self, packet):
        # A segment ends anywhere, in the middle of a key too: what one connection carries stays in one piece.
        key = (packet.source, packet.target)
        if key in self.connections or reads_as_sip(packet.payload):
            self.connections[key] = self.connections.get(key, b"") + packet.payload

    def _read_rtp(self, packet):
        first, kind, sequence, timestamp, ssrc = struct.unpack("!BBHII", packet.payload[:12])
        start = 12 + 4 * (first & 15)
        key = (packet.source, packet.target, ssrc)
        stream = self.streams.setdefault(key, Stream(key))
        stream.packets.append((sequence, kind & 0x7F, timestamp, packet.payload[start:]))

    @property
    def sip_text(self):
        return b"\n".join([*self.datagrams, *self.connections.values()])

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

    def media_both_ways(self, least=50):
        """A second of media between two hosts in each direction, whatever it carries."""
        ways = {(source[0], target[0]) for (source, target, _), stream in self.streams.items()
                if len(stream.packets) >= least}
        return any((there, here) in ways for here, there in ways)

    def clear_streams(self):
        return [stream for stream in self.streams.values() if stream.is_clear()]

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
