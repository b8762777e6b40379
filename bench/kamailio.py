"""Kamailio, the public peer: as a stateful proxy, and as a registrar with SQLite."""

import os
import signal
import sqlite3
import subprocess
import time

from harness.pbx import cpu_seconds

COMMON = """
debug=1
log_stderror=yes
children={children}
auto_aliases=no
listen=udp:{address}:{port}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/"
loadmodule "kex.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
"""

PROXY = COMMON + """
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK") && t_check_trans()) {{ t_relay(); }}
    exit;
  }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  t_check_trans();
  record_route();
  $du = "sip:{target}";
  t_relay();
}}
"""

REGISTRAR = COMMON + """
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "db_sqlite.so"
loadmodule "auth.so"
modparam("usrloc", "db_url", "sqlite://{database}")
modparam("usrloc", "db_mode", 1)
modparam("auth", "nonce_expire", 300)
request_route {{
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("{domain}", "{password}", "0")) {{
      www_challenge("{domain}", "0");
      exit;
    }}
    save("location");
    exit;
  }}
  sl_send_reply("405", "Method Not Allowed");
}}
"""


class Kamailio:
    def __init__(self, folder, text):
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "kamailio.cfg"
        config.write_text(text)
        self.console = open(folder / "kamailio.out", "wb")
        self.process = subprocess.Popen(["kamailio", "-DD", "-E", "-m", "256", "-M", "16", "-f", str(config), "-Y", str(folder)],
                                        stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console,
                                        start_new_session=True)
        time.sleep(1.5)
        if self.process.poll() is not None:
            raise RuntimeError("Kamailio did not start:\n" + (folder / "kamailio.out").read_text(errors="replace")[-2000:])

    def pids(self):
        out = subprocess.run(["pgrep", "-g", str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(pid) for pid in out.split()]

    def cpu(self):
        return sum(cpu_seconds(pid) for pid in self.pids())

    def stop(self):
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(5)
        self.console.close()


def proxy(folder, address, port, target):
    return Kamailio(folder, PROXY.format(children=2, address=address, port=port, target=target))


def registrar(folder, address, port, domain, password):
    database = folder / "kamailio.db"
    folder.mkdir(parents=True, exist_ok=True)
    scripts = "/usr/share/kamailio/db_sqlite"
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA journal_mode=WAL")  # is kept in the file
        for name in ("standard-create.sql", "usrloc-create.sql"):
            db.executescript(open(f"{scripts}/{name}").read())
    # One worker: two writers answer each other's registrations with "database is locked".
    return Kamailio(folder, REGISTRAR.format(children=1, address=address, port=port, domain=domain,
                                             password=password, database=database))
