"""Network namespaces: a wire of its own for each phone. Needs root."""

import ctypes
import os
import socket
import subprocess

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000


def _ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Network:
    """Hosts joined by wires. Everything goes when it is closed."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.hosts = []
        self.wires = 0

    def host(self, name):
        full = f"{self.prefix}-{name}"
        _ip("netns", "add", full)
        self.hosts.append(full)
        _ip("-n", full, "link", "set", "lo", "up")
        return full

    def wire(self, left, left_address, right, right_address):
        """A veth pair; returns the names of its two interfaces. Addresses carry their /length."""
        self.wires += 1
        ends = (f"w{self.wires}a", f"w{self.wires}b")
        _ip("link", "add", ends[0], "netns", left, "type", "veth", "peer", "name", ends[1], "netns", right)
        for host, end, address in ((left, ends[0], left_address), (right, ends[1], right_address)):
            _ip("-n", host, "address", "add", address, "dev", end)
            _ip("-n", host, "link", "set", end, "up")
        return ends

    def default_route(self, host, via):
        _ip("-n", host, "route", "add", "default", "via", via)

    def close(self):
        for host in self.hosts:
            subprocess.run(["ip", "netns", "delete", host], capture_output=True)
        self.hosts.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect_inside(netns, address, timeout=5):
    """A TCP connection made inside a namespace: a socket stays where it was made."""
    if netns is None:
        return socket.create_connection(address, timeout)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{netns}", os.O_RDONLY)
    try:
        if _libc.setns(there, _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {netns}")
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    finally:
        _libc.setns(here, _CLONE_NEWNET)
        os.close(here)
        os.close(there)
    made.settimeout(timeout)
    made.connect(address)
    return made
