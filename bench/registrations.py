"""tools/bench registrations: REGISTER with digest, durable before the 200, beside Kamailio with SQLite
(db_mode=1, WAL, its library's default synchronous level)."""

import re
import shutil
import sqlite3
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "tools")]

import kamailio  # noqa: E402
import report  # noqa: E402
import sipp  # noqa: E402
from harness.pbx import SOURCE, Installed, Pbx, cpu_seconds  # noqa: E402

PBX, PHONES = "127.0.0.2", "127.0.0.4"
PORT, PHONES_PORT = 15060, 17060
FOLDER = SOURCE / "build" / "bench" / "registrations"
USERS = [f"{number}" for number in range(20000, 21000)]
PASSWORD = "bench-password"


def directory_overlay():
    """A thousand users of one domain."""
    folder = FOLDER / "overlay" / "directory" / "default"
    shutil.rmtree(FOLDER / "overlay", ignore_errors=True)
    folder.mkdir(parents=True)
    users = "".join(f'  <user id="{user}"><params><param name="password" value="{PASSWORD}"/></params></user>\n'
                    for user in USERS)
    (folder / "bench.xml").write_text(f"<include>\n{users}</include>\n")
    return FOLDER / "overlay"


def start_pbx(**how):
    base = FOLDER / "pbx"
    shutil.rmtree(base, ignore_errors=True)
    pbx = Pbx(base, Installed.tree(), overlays=[directory_overlay()],
              sets={"local_ip_v4": PBX, "domain": PBX, "internal_sip_port": PORT, "external_sip_port": 15080,
                    "external_ssl_enable": "false", "internal_ssl_enable": "false"})
    return pbx.start(**how)


def register(name, count, rate):
    return sipp.registrations(FOLDER / name, f"{PBX}:{PORT}", [(user, PASSWORD) for user in USERS], count, rate, PHONES,
                              PHONES_PORT, PBX)


def shows_fsync_before_200():
    """Under strace: for one registration, the last fdatasync/fsync ends before the 200 is sent."""
    trace = FOLDER / "strace.txt"
    trace.unlink(missing_ok=True)
    wrapper = ["strace", "-f", "-ttt", "-s", "64", "-e", "trace=fsync,fdatasync,sendto,sendmsg,sendmmsg", "-o", str(trace)]
    with start_pbx(wrapper=wrapper, timeout=60):
        time.sleep(1)
        mark = len(trace.read_text(errors="replace"))
        result = register("strace", 1, 1)
        time.sleep(0.5)
        lines = trace.read_text(errors="replace")[mark:].splitlines()
    oks = [i for i, line in enumerate(lines) if "SIP/2.0 200" in line]
    syncs = [i for i, line in enumerate(lines) if re.search(r"f(data)?sync(\(| resumed).*= 0", line)]
    return result.completed == 1 and bool(oks) and any(i < oks[0] for i in syncs)


def main():
    given = report.options("registrations", __doc__)
    count, rate = (2000, 300) if given.quick else (20000, 400)
    durable = shows_fsync_before_200()
    with start_pbx() as pbx:
        before = cpu_seconds(pbx.pid)
        ours = register("strowger", count, rate)
        time.sleep(0.5)
        cpu = 1000 * (cpu_seconds(pbx.pid) - before) / max(ours.completed, 1)
    shutil.rmtree(FOLDER / "kamailio", ignore_errors=True)
    peer = kamailio.registrar(FOLDER / "kamailio", PBX, PORT, PBX, PASSWORD)
    try:
        before = peer.cpu()
        theirs = register("kamailio-phones", count, rate)
        time.sleep(0.5)
        peer_cpu = 1000 * (peer.cpu() - before) / max(theirs.completed, 1)
    finally:
        peer.stop()
    with sqlite3.connect(":memory:") as db:
        level = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}[db.execute("PRAGMA synchronous").fetchone()[0]]
    failed = ours.failed + theirs.failed + (0 if durable else 1)
    report.table("Registrations with digest", [
        ("completed (Strowger, Kamailio)", f"{ours.completed}, {theirs.completed}"), ("failed", failed),
        ("strace: fsync before the 200 (Strowger, synchronous=FULL)", "yes" if durable else "NO"),
        ("Kamailio's synchronous level (the library's default), WAL", level),
        ("CPU ms per registration, Strowger", cpu), ("CPU ms per registration, Kamailio", peer_cpu),
        ("ratio Strowger / Kamailio", cpu / peer_cpu if peer_cpu else 0.0)])
    return report.finish(given, {"offered": ours.offered + theirs.offered, "completed": ours.completed + theirs.completed,
                                 "failed": failed, "cpu_ms_per_registration": cpu,
                                 "kamailio_cpu_ms_per_registration": peer_cpu, "fsync_before_200": int(durable)})


if __name__ == "__main__":
    sys.exit(main())
