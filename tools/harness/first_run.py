"""tools/run: makes what the first run needs, starts the PBX in the foreground, and says how to use it."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness.pbx import SOURCE, Installed, Pbx  # noqa: E402


def introduce(pbx):
    """Waits until the PBX answers, then says what a newcomer needs."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if (pbx.run / "strowger.sock").exists() and pbx.cli("status")[0]:
            break
        time.sleep(0.1)
    else:
        return
    domain = pbx.cli("global_getvar domain")[1]
    _, sockets = pbx.cli("sofia status")
    print(f"""
{sockets}

Strowger is running. Try it:
  domain                 {domain}
  user and password      1000 to 1019, {pbx.password}
  trust this certificate {(pbx.certs / 'cafile.pem').relative_to(SOURCE)}
  phone settings         {domain}, TLS on port {pbx.cli('global_getvar internal_tls_port')[1]} with SRTP """
          f"""(or UDP/TCP on {pbx.cli('global_getvar internal_sip_port')[1]}, in the clear)
  dial                   1000-1019 another phone, 9196 an echo, 9197 a tone
  its configuration      {pbx.conf.relative_to(SOURCE)} (edit it there; "reloadxml" or SIGHUP takes it)
  ask it                 build/install/bin/strowger_cli -run {pbx.run.relative_to(SOURCE)} -x "show calls"
Ctrl-C ends it.
""", flush=True)


def main(words):
    base = SOURCE / "build" / "run"
    pbx = Pbx(base, Installed.tree(), extra=words)
    host = os.uname().nodename
    address = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    names = [f"DNS:{host}", "IP:127.0.0.1", *(f"IP:{each}" for each in address)]
    pbx.make_certificates(host, names)
    process = subprocess.Popen(pbx.command_line())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ctrl-C reaches the PBX by the terminal; what is sent to us alone is passed on.
        signal.signal(number, lambda got, _: process.send_signal(got) if got != signal.SIGINT else None)
    threading.Thread(target=introduce, args=(pbx,), daemon=True).start()
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
