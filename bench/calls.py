"""tools/bench calls: SIPp -> PBX -> SIPp, bridged, media anchored, no packets; beside Kamailio as a
stateful proxy in the same run. CPU time is the process's own."""

import shutil
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "tools")]

import kamailio  # noqa: E402
import report  # noqa: E402
import sipp  # noqa: E402
from harness.pbx import SOURCE, Installed, Pbx, cpu_seconds, resident_kb  # noqa: E402

PBX, CALLED, CALLER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
PORT, CALLED_PORT, CALLER_PORT = 15080, 16080, 17080
FOLDER = SOURCE / "build" / "bench" / "calls"


def start_pbx():
    base = FOLDER / "pbx"
    shutil.rmtree(base, ignore_errors=True)
    pbx = Pbx(base, Installed.tree(), overlays=[SOURCE / "bench" / "overlay"],
              sets={"local_ip_v4": PBX, "domain": PBX, "external_sip_port": PORT, "internal_sip_port": 15060,
                    "external_ssl_enable": "false", "internal_ssl_enable": "false",
                    "bench_called": f"{CALLED}:{CALLED_PORT}"})
    return pbx.start()


def cpu_per_call(count, rate):
    """Both in turn, a fresh process each: (result, CPU ms per completed call) of Strowger and of Kamailio."""
    out = []
    with start_pbx() as pbx:
        before = cpu_seconds(pbx.pid)
        result = sipp.calls(FOLDER / "strowger", f"{PBX}:{PORT}", count, rate, 0, CALLER, CALLER_PORT)
        time.sleep(0.5)
        out.append((result, 1000 * (cpu_seconds(pbx.pid) - before) / max(result.completed, 1)))
    proxy = kamailio.proxy(FOLDER / "kamailio", PBX, PORT, f"{CALLED}:{CALLED_PORT}")
    try:
        before = proxy.cpu()
        result = sipp.calls(FOLDER / "kamailio", f"{PBX}:{PORT}", count, rate, 0, CALLER, CALLER_PORT)
        time.sleep(0.5)
        out.append((result, 1000 * (proxy.cpu() - before) / max(result.completed, 1)))
    finally:
        proxy.stop()
    return out


def memory_per_held_call(held):
    with start_pbx() as pbx:
        before = resident_kb(pbx.pid)
        hold = 10_000 + held * 10
        background = sipp.Sipp(FOLDER / "held", "uac", "uac.xml", f"{PBX}:{PORT}", CALLER, CALLER_PORT, "-s", "bench",
                               "-m", held, "-r", 200, "-d", hold, "-l", held, media_port=40000)
        pbx.wait_cli("status", lambda text: f"\n{2 * held} channel(s) now" in text, timeout=30 + held / 100)
        kilobytes = (resident_kb(pbx.pid) - before) / held
        return kilobytes, background.finish(120 + hold / 1000)


def fastest_without_failure(rates, seconds):
    best = 0
    for rate in rates:
        with start_pbx():
            result = sipp.calls(FOLDER / f"rate-{rate}", f"{PBX}:{PORT}", rate * seconds, rate, 0, CALLER, CALLER_PORT,
                                timeout=60 + 4 * seconds)
        statistics = result.failed == 0 and result.completed == rate * seconds
        if not statistics:
            break
        best = rate
    return best


def main():
    given = report.options("calls", __doc__)
    count, rate, held = (2000, 200, 300) if given.quick else (20000, 400, 1000)
    called = sipp.answering(FOLDER, CALLED, CALLED_PORT)
    try:
        (ours, cpu), (theirs, peer_cpu) = cpu_per_call(count, rate)
        kilobytes, held_result = memory_per_held_call(held)
        fastest = fastest_without_failure((400, 800) if given.quick else (400, 600, 800, 1000, 1200, 1500, 2000),
                                          4 if given.quick else 10)
    finally:
        called.stop()
    failed = ours.failed + theirs.failed + held_result.failed
    report.table("Bridged calls, SIPp to SIPp", [
        ("calls completed (Strowger, Kamailio)", f"{ours.completed}, {theirs.completed}"),
        ("failed", failed), ("CPU ms per call, Strowger", cpu),
        ("CPU ms per call, Kamailio as a stateful proxy", peer_cpu),
        (f"resident KB per held call, at {held}", kilobytes),
        ("calls per second without a failure, highest tried", fastest)])
    return report.finish(given, {
        "offered": ours.offered + theirs.offered + held_result.offered,
        "completed": ours.completed + theirs.completed + held_result.completed, "failed": failed,
        "cpu_ms_per_call": cpu, "kamailio_cpu_ms_per_call": peer_cpu, "rss_kb_per_held_call": kilobytes,
        "max_cps_without_failure": fastest})


if __name__ == "__main__":
    sys.exit(main())
