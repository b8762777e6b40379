"""The two ways to give commands: mod_commands' socket itself, and strowger_cli on a terminal of so many columns."""

import fcntl
import os
import pty
import re
import select
import socket
import struct
import subprocess
import termios
import time

from support import wait_until


class Session:
    """A client of the socket."""

    def __init__(self, pbx):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(pbx.run / "strowger.sock"))  # waits while many do the same
        self.socket.settimeout(20)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stream.close()
        self.socket.close()

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def reply(self):
        """(how, text): "ok", "error" or "closed"; None at the end."""
        head = self.stream.readline().decode()
        if not head:
            return None
        how, length = head.split()
        return how, self.stream.read(int(length)).decode()

    def ask(self, line):
        self.send(line)
        return self.reply()


class Terminal:
    """strowger_cli on a terminal; its history goes to `home`."""

    def __init__(self, pbx, columns, home, *words):
        self.screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.process = subprocess.Popen([pbx.installed.bin / "strowger_cli", "-run", pbx.run, *words], stdin=inner,
                                        stdout=inner, stderr=inner, start_new_session=True,
                                        env={**os.environ, "HOME": str(home), "TERM": "xterm"})
        os.close(inner)
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def resize(self, columns):
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))

    def type(self, text):
        """When the line editor has the terminal: what comes before is echoed by the terminal, and its Ctrl-D is lost."""
        assert wait_until(lambda: not termios.tcgetattr(self.screen)[3] & termios.ICANON), "nobody edits a line"
        os.write(self.screen, text.encode())

    def _read(self, timeout):
        """False at the end."""
        if not select.select([self.screen], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # EIO: nobody has the other side any more
            return False
        # The line editor moves the cursor to where it already is.
        self.text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00\x07]|\r(?!\n)", "", self.text + data.decode(errors="replace"))
        return bool(data)

    def until(self, pattern, timeout=20):
        """Everything up to what matches, which is taken away."""
        deadline = time.monotonic() + timeout
        while True:
            found = re.search(pattern, self.text)
            if found:
                taken, self.text = self.text[:found.end()], self.text[found.end():]
                return taken.replace("\r\n", "\n")
            if time.monotonic() > deadline or not self._read(0.1):
                raise AssertionError(f"never on the screen: {pattern}\n{self.text}")

    def command(self, line):
        """Types a line at the prompt; what was printed until the next prompt."""
        self.type(line + "\r")
        self.until(re.escape(line) + r"[^\n]*\n")
        text = self.until(r"strowger@\S+> ")
        return text.rpartition("\n")[0]

    def end(self, timeout=20):
        """(exit status, what was still printed)."""
        deadline = time.monotonic() + timeout
        while self._read(0.1):
            if time.monotonic() > deadline:
                raise AssertionError(f"strowger_cli does not end:\n{self.text}")
        return self.process.wait(timeout), self.text.replace("\r\n", "\n")
