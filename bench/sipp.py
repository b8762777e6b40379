"""SIPp as caller, called side and registering phones."""

import csv
import subprocess
import time
from pathlib import Path

SCENARIOS = Path(__file__).parent / "scenarios"


class Result:
    def __init__(self, offered, completed, failed):
        self.offered, self.completed, self.failed = offered, completed, failed


def _read_statistics(file):
    with open(file) as text:
        last = list(csv.DictReader(text, delimiter=";"))[-1]
    return (int(last["TotalCallCreated"]), int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]))


class Sipp:
    """A SIPp in the background; `finish()` waits for it and reads its own figures."""

    def __init__(self, folder, name, scenario, target, address, port, *words, media_port=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.statistics = folder / f"{name}.csv"
        self.statistics.unlink(missing_ok=True)
        command = ["sipp", *([target] if target else []), "-sf", SCENARIOS / scenario, "-i", address, "-p", port,
                   "-mi", address, "-nostdin", "-trace_stat", "-stf", self.statistics, "-fd", "1",
                   "-trace_err", "-error_file", folder / f"{name}.err", "-cid_str", f"%u-{name}-%p@%s"]
        if media_port:
            command += ["-mp", media_port]
        self.console = open(folder / f"{name}.out", "wb")
        self.process = subprocess.Popen([str(word) for word in [*command, *words]], stdin=subprocess.DEVNULL,
                                        stdout=self.console, stderr=self.console)

    def finish(self, timeout):
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop()
            raise
        finally:
            self.console.close()
        return Result(*_read_statistics(self.statistics))

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        self.console.close()


def answering(folder, address, port, media_port=30000):
    """A called side that answers for ever."""
    made = Sipp(folder, "uas", "uas.xml", None, address, port, media_port=media_port)
    time.sleep(0.3)
    return made


def calls(folder, target, count, rate, hold_ms, address, port, service="bench", most=None, timeout=120, name="uac"):
    words = ["-s", service, "-m", count, "-r", rate, "-d", hold_ms, "-l", most or count, "-recv_timeout", "20000"]
    return Sipp(folder, name, "uac.xml", target, address, port, *words, media_port=40000).finish(timeout)


def registrations(folder, target, users, count, rate, address, port, domain, timeout=120, name="register"):
    file = folder / "users.csv"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text("SEQUENTIAL\n" + "".join(
        f"{user};[authentication username={user} password={password}];{domain}\n" for user, password in users))
    words = ["-inf", file, "-m", count, "-r", rate, "-l", 1000, "-recv_timeout", "20000"]
    return Sipp(folder, name, "register.xml", target, address, port, *words).finish(timeout)
