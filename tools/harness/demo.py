"""tools/run --demo: real phones call through a real PBX, and what can be heard on each wire is measured."""

import os
import shutil
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import json  # noqa: E402

from harness.capture import Capture  # noqa: E402
from harness.netns import Network  # noqa: E402
from harness.pbx import SOURCE, Installed, Pbx  # noqa: E402
from harness.phones import Baresip  # noqa: E402
from harness.tones import heard  # noqa: E402
from harness.wiretap import Tap  # noqa: E402

DIGITS = "4711"
TONES = {"1000": 440, "1001": 770}
PBX, OTHER = "10.77.0.1", "10.77.0.2"
PHONE_A, PHONE_B = "10.77.1.2", "10.77.2.2"
OVERLAYS = SOURCE / "tools" / "demo"


@dataclass
class Wire:
    """What an eavesdropper must get on one wire, and what `show calls` must say of the leg there."""
    name: str
    sip: bool
    audio: bool  # and digits, which travel as RTP events
    privacy: str
    signalling: str
    media: str = "RTP/AVP"
    suite: str = "-"
    phone: str = ""  # the phone's address when no connection may be opened to it


@dataclass
class Figure:
    title: str
    a: tuple  # transport, encryption of phone 1000
    b: tuple  # of phone 1001
    wires: list
    number: str = "1001"
    overlays: list = field(default_factory=list)
    two_pbxes: bool = False


def plain(name, signalling):
    return Wire(name, sip=True, audio=True, privacy="exposed", signalling=signalling)


def sip_only(name, signalling, phone=""):
    """Only SIP is encrypted."""
    return Wire(name, sip=False, audio=True, privacy="exposed", signalling=signalling, phone=phone)


def private(name, signalling, phone=""):
    return Wire(name, sip=False, audio=False, privacy="private", signalling=signalling, media="RTP/SAVP SDES",
                suite="AES_CM_128_HMAC_SHA1_80", phone=phone)


ONE, TWO = f"digest 1000@{PBX}", f"digest 1001@{PBX}"

FIGURES = {
    "demo": Figure("1000 on UDP and plain RTP calls 1001 on TLS and SRTP", ("udp", None), ("tls", "srtp-mand"),
                   [plain("a", f"udp, {ONE}"), private("b", f"tls, {TWO}", PHONE_B)]),
    "figure-1": Figure("SIP and RTP in the clear", ("tcp", None), ("tcp", None),
                       [plain("a", f"tcp, {ONE}"), plain("b", f"tcp, {TWO}")]),
    "figure-2": Figure("SIP in TLS, RTP in the clear", ("tls", None), ("tls", None),
                       [sip_only("a", f"tls, {ONE}", PHONE_A), sip_only("b", f"tls, {TWO}", PHONE_B)],
                       overlays=["figure-2"]),
    "figure-3": Figure("SIP in TLS, SRTP", ("tls", "srtp-mand"), ("tls", "srtp-mand"),
                       [private("a", f"tls, {ONE}", PHONE_A), private("b", f"tls, {TWO}", PHONE_B)]),
    "figure-4": Figure("in the clear to the PBX, SIP in TLS and plain RTP to another PBX", ("udp", None),
                       ("udp", None), [plain("a", f"udp, {ONE}"), sip_only("b", f"tls, certificate {OTHER}")],
                       number="21001", overlays=["trunk", "figure-4"], two_pbxes=True),
    "figure-5": Figure("in the clear to the PBX, TLS and SRTP to another PBX", ("udp", None), ("udp", None),
                       [plain("a", f"udp, {ONE}"), private("b", f"tls, certificate {OTHER}")],
                       number="21001", overlays=["trunk", "figure-5"], two_pbxes=True),
}


class Checks:
    """Each is measured; a demo passes when all hold."""

    def __init__(self):
        self.rows = []

    def add(self, what, expected, measured):
        self.rows.append((what, expected, measured, expected == measured))

    @property
    def good(self):
        return bool(self.rows) and all(row[3] for row in self.rows)

    def print(self):
        width = max(len(row[0]) for row in self.rows)
        for what, expected, measured, good in self.rows:
            note = "" if good else f"   <-- expected {expected}"
            print(f"  {'ok ' if good else 'NO '} {what:<{width}}  {measured}{note}")


def yes(flag):
    return "yes" if flag else "no"


def check_wire(checks, wire, tap, tones=tuple(TONES.values())):
    """What one wire gave away, against what it must."""
    label = f"wire {wire.name}: "
    checks.add(label + "SIP can be read", yes(wire.sip), yes(tap.sip_readable))
    checks.add(label + "audio can be heard", yes(wire.audio), yes(all(tap.tone_heard(t) for t in tones)))
    if not wire.audio:
        checks.add(label + "any of the tones can be heard", "no", yes(any(tap.tone_heard(t) for t in tones)))
        checks.add(label + "media streams that are no noise", "0", str(len(tap.clear_streams())))
    checks.add(label + "media was seen, both ways", "yes", yes(tap.media_both_ways()))
    # The phones send digits as RTP events: they go where the audio goes. What is inside SIP goes with SIP.
    checks.add(label + "digits in RTP", DIGITS if wire.audio else "none", tap.rtp_digits() or "none")
    if not wire.sip:
        checks.add(label + "digits in SIP", "none", tap.sip_digits() or "none")
    checks.add(label + "a=crypto can be read", "0", str(tap.keys))
    if not wire.sip:
        checks.add(label + "TLS was seen", "yes", yes(tap.tls_records > 0))
    if wire.phone:
        checks.add(label + "connections opened to the phone", "0", str(len(tap.connections_to(wire.phone))))


def check_recordings(checks, phones):
    one, two = phones
    for listener, talker in ((one, two), (two, one)):
        samples, rate = listener.recording()
        checks.add(f"{listener.user} heard {talker.user}'s tone ({TONES[talker.user]} Hz)", "yes",
                   yes(heard(samples, rate, TONES[talker.user])))


def check_show_calls(checks, text, wires):
    """What `show calls` says of each leg; leg a is wire a's."""
    try:
        rows = json.loads(text)["rows"]
    except (ValueError, KeyError):
        rows = []
    for wire in wires:
        legs = [row for row in rows if row["leg"] == wire.name]
        for column in ("signalling", "media", "suite", "privacy"):
            said = ", ".join(str(row.get(column, "nothing")) for row in legs)
            checks.add(f"show calls: leg {wire.name}: {column}", getattr(wire, column), said or "not there")


class Stage:
    """Network, PBXes, phones and captures of one figure."""

    def __init__(self, figure, folder):
        self.figure, self.folder = figure, folder
        self.net = Network(f"sw{os.getpid()}")
        self.closing = []

    def pbx(self, name, address, host, overlays):
        base = self.folder / name
        made = Pbx(base, Installed.chosen(), netns=host, overlays=[OVERLAYS / each for each in overlays],
                   sets={"domain": address, "local_ip_v4": address, "other_pbx": OTHER if name == "pbx" else PBX})
        made.make_certificates(f"{name}.example", [f"IP:{address}"])
        self.closing.append(lambda: made.stop())
        return made

    def phone(self, user, pbx, address, host, transport, encryption, registrar, control_port):
        made = Baresip(self.folder / f"phone-{user}", user, pbx.password, registrar, address,
                       f"{registrar}:{5061 if transport == 'tls' else 5060}", transport=transport,
                       encryption=encryption, tone=TONES[user], netns=host, control_port=control_port,
                       cafile=pbx.certs / "cafile.pem")
        self.closing.append(made.stop)
        return made

    def capture(self, name, interface, host):
        made = Capture(self.folder / f"wire-{name}.pcap", interface, host)
        self.closing.append(made.stop)
        return made

    def build(self):
        """pbx -- wire a -- phone 1000; pbx -- wire b -- phone 1001, or the other PBX that has 1001."""
        net, figure = self.net, self.figure
        host = net.host("pbx")
        a = net.host("a")
        run_ip(host, "address", "add", f"{PBX}/32", "dev", "lo")
        wire_a = net.wire(host, "10.77.1.1/24", a, f"{PHONE_A}/24")
        net.default_route(a, "10.77.1.1")
        pbx = self.pbx("pbx", PBX, host, figure.overlays)
        registrar, where = PBX, pbx
        if figure.two_pbxes:
            other = net.host("pbx2")
            run_ip(other, "address", "add", f"{OTHER}/32", "dev", "lo")
            wire_b = net.wire(host, "10.77.3.1/24", other, "10.77.3.2/24")
            run_ip(host, "route", "add", f"{OTHER}/32", "via", "10.77.3.2")
            net.default_route(other, "10.77.3.1")
            phone_gate, registrar = other, OTHER
            where = self.pbx("pbx2", OTHER, other, ["trunk-far-end"])
            # The trunk's certificate is verified: this side trusts the other's authority.
            shutil.copy(where.certs / "cafile.pem", pbx.certs / "cafile.pem")
        b = net.host("b")
        if figure.two_pbxes:
            net.wire(phone_gate, "10.77.2.1/24", b, f"{PHONE_B}/24")
        else:
            wire_b = net.wire(host, "10.77.2.1/24", b, f"{PHONE_B}/24")
        net.default_route(b, "10.77.2.1")
        self.captures = [self.capture("a", wire_a[0], host), self.capture("b", wire_b[0], host)]
        self.started = [where, pbx] if figure.two_pbxes else [pbx]
        for each in self.started:
            each.start()
        self.main = pbx
        self.phones = [self.phone("1000", pbx, PHONE_A, a, *figure.a, PBX, 4441),
                       self.phone("1001", where, PHONE_B, b, *figure.b, registrar, 4442)]

    def close(self):
        for each in reversed(self.closing):
            try:
                each()
            except Exception as problem:  # the rest must be closed all the same
                print(f"  (closing: {problem})", file=sys.stderr)
        self.net.close()


def run_ip(host, *words):
    import subprocess
    subprocess.run(["ip", "-n", host, *words], check=True, capture_output=True)


def run_figure(name, folder):
    """Runs one figure; returns its Checks."""
    figure = FIGURES[name]
    checks = Checks()
    stage = Stage(figure, folder)
    try:
        stage.build()
        for phone in stage.phones:
            phone.start().wait_registered()
        caller = stage.phones[0]
        caller.dial(figure.number)
        caller.wait_event("CALL_ESTABLISHED", timeout=20)
        time.sleep(2)
        caller.digits(DIGITS)
        time.sleep(2.5)
        _, shown = stage.main.cli("show calls as json")
        (folder / "show-calls.json").write_text(shown)
        (folder / "show-calls.txt").write_text(stage.main.cli("show calls")[1])
        caller.hangup()
        stage.main.wait_cli("show channels", lambda text: "0 channels" in text)
    finally:
        stage.close()
    check_recordings(checks, stage.phones)
    for wire in figure.wires:
        check_wire(checks, wire, Tap(folder / f"wire-{wire.name}.pcap"))
    check_show_calls(checks, shown, figure.wires)
    return checks


def main(words, base=SOURCE / "build" / "demo"):
    name = words[0] if words else "demo"
    if name not in FIGURES:
        print(f"tools/run --demo: '{name}' is none of {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    if os.geteuid() != 0:
        print("not measured: captures need root", file=sys.stderr)
        return 3
    folder = base / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"{name}: {FIGURES[name].title}")
    try:
        checks = run_figure(name, folder)
    except Exception as problem:  # whatever it was, nothing was shown
        traceback.print_exc()
        print(f"{name}: could not be measured: {type(problem).__name__}: {problem}\n"
              f"  what there is of it: {os.path.relpath(folder, SOURCE)}", file=sys.stderr)
        return 1
    checks.print()
    print(f"  recordings, captures and logs: {os.path.relpath(folder, SOURCE)}")
    print(f"{name}: {'all as it must be' if checks.good else 'NOT as it must be'}")
    return 0 if checks.good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
