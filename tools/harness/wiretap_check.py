"""tools/wiretap-check: per stream of a capture, what a listener gets."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from harness import tones, wiretap  # noqa: E402


def report(path):
    tap = wiretap.Tap(path)
    exposed = False
    print(f"SIP in the clear: {'yes, ' + str(len(tap.sip_text)) + ' bytes' if tap.sip_readable else 'none'}")
    print(f"Keys in the clear (a=crypto): {tap.keys or 'none'}")
    print(f"Digits in SIP (INFO): {tap.sip_digits() or 'none'}")
    print(f"TLS records: {tap.tls_records}")
    exposed |= tap.sip_readable
    for (source, target, ssrc), stream in tap.streams.items():
        audio = stream.audio()
        readable = bool(audio) and not tones.noise_like(audio)
        exposed |= readable or bool(stream.digits())
        print(f"{source[0]}:{source[1]} -> {target[0]}:{target[1]} ssrc {ssrc:08x}: {len(stream.packets)} packets, "
              f"audio {'READABLE, ' + format(len(audio) / tones.RATE, '.1f') + ' s' if readable else 'not readable'}, "
              f"digits {stream.digits() or 'none'}")
    print("A listener gets something." if exposed else "A listener gets nothing.")
    return 1 if exposed else 0


def main():
    parser = argparse.ArgumentParser(prog="wiretap-check", description=__doc__)
    parser.add_argument("pcap")
    path = parser.parse_args().pcap
    try:
        return report(path)
    except (OSError, ValueError) as problem:
        print(f"wiretap-check: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
