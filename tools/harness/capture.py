"""Captures of one interface, by tcpdump. Needs root."""

import os
import signal
import subprocess
import time


class Capture:
    def __init__(self, path, interface, netns=None, expression="udp or tcp"):
        into = ["ip", "netns", "exec", netns] if netns else []
        self.path = path
        self.process = subprocess.Popen([*into, "tcpdump", "-i", interface, "-w", str(path), "-U", "-s", "0", "-n",
                                         "-B", "16384", expression], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._wait_listening()

    def _wait_listening(self):
        for line in self.process.stderr:
            if b"listening on" in line:
                return
        raise RuntimeError(f"tcpdump could not capture into {self.path}")

    def stop(self):
        if self.process.poll() is None:
            time.sleep(0.3)  # what is in flight still belongs to the capture
            os.kill(self.process.pid, signal.SIGINT)
            self.process.wait(10)
        self.process.stderr.close()
