"""Audio that is sent every 20 ms and comes back: how much of it, and how late, by the kernel's own time of arrival."""

import selectors
import socket
import struct
import threading
import time

EVERY = 0.020
SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python has no name for it


class Stream:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port = self.socket.getsockname()[1]
        self.to = None
        self.number = 0
        self.waited_for = {}  # number: when it was sent
        self.received, self.worst = 0, 0.0


class EchoStreams:
    """Sends on a thread of its own from start() to stop(). The payload of each packet is its number, so it is known
    again after it went through any number of PBXes."""

    def __init__(self):
        self.streams, self._lock, self._running = [], threading.Lock(), False
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def add(self, address):
        return Stream(address)

    def begin(self, stream, to):
        stream.to = to
        with self._lock:
            self._selector.register(stream.socket, selectors.EVENT_READ, stream)
            self.streams.append(stream)

    def forget(self, stream):
        """Its call has ended."""
        with self._lock:
            self._selector.unregister(stream.socket)
            self.streams.remove(stream)
        stream.socket.close()

    def start(self):
        self._running = True
        self._thread.start()
        return self

    def mark(self):
        """What was before does not count."""
        with self._lock:
            for each in self.streams:
                each.waited_for, each.received, each.worst = {}, 0, 0.0

    def flowing(self):
        return all(each.received > 5 for each in self.streams)

    def stop(self):
        """[(received, lost, latest in seconds)] since mark(), of each stream."""
        self._running = False
        self._thread.join()
        return [(each.received, len(each.waited_for), each.worst) for each in self.streams]

    def close(self):
        if self._running:
            self.stop()
        for each in self.streams:
            each.socket.close()
        self._selector.close()

    def _run(self):
        due = time.monotonic()
        while self._running:
            with self._lock:
                for each in self.streams:
                    self._send(each)
            due = max(due + EVERY, time.monotonic() - 5 * EVERY)
            self._receive_until(due)
        self._receive_until(time.monotonic() + 1)  # what is still on its way

    def _send(self, stream):
        stream.number += 1
        packet = struct.pack("!BBHIIQ", 0x80, 0, stream.number & 0xffff, stream.number * 160, 0x5157, stream.number)
        stream.waited_for[stream.number] = time.time()
        stream.socket.sendto(packet + b"\xff" * 152, stream.to)

    def _receive_until(self, until):
        while (left := until - time.monotonic()) > 0:
            for key, _ in self._selector.select(left):
                with self._lock:
                    self._receive(key.data)

    @staticmethod
    def _receive(stream):
        while True:
            try:
                data, extra, _, _ = stream.socket.recvmsg(2048, 128)
            except BlockingIOError:
                return
            arrived = next(struct.unpack("qq", value) for level, kind, value in extra
                           if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS))
            sent = stream.waited_for.pop(struct.unpack("!Q", data[12:20])[0], None)
            if sent is not None:
                stream.received += 1
                stream.worst = max(stream.worst, arrived[0] + arrived[1] / 1e9 - sent)
