"""A SIP client of the tests' own: it can be as wrong as a test needs. UDP, TCP and TLS."""

import hashlib
import itertools
import re
import secrets
import socket
import ssl

_count = itertools.count(1)


class Message:
    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
        self.start = lines[0]
        self.headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if ":" in line]

    @property
    def status(self):
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self):
        return None if self.status else self.start.split()[0]

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name):
        found = self.all(name)
        return found[0] if found else None


class Client:
    def __init__(self, server, port=5060, transport="udp", address=None, user="1000", password="", domain=None,
                 context=None):
        self.server, self.port, self.transport = server, port, transport
        self.user, self.password, self.domain = user, password, domain or server
        self.waiting = b""
        if transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((address or "127.0.0.1", 0))
            self.socket.connect((server, port))
        else:
            self.socket = socket.create_connection((server, port), 5, (address or "127.0.0.1", 0))
            if transport == "tls":
                if context is None:
                    context = ssl.create_default_context()
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                self.socket = context.wrap_socket(self.socket)
        self.address, self.own_port = self.socket.getsockname()[:2]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- moving messages --
    def send_raw(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def receive(self, timeout=5):
        """The next message; raises TimeoutError when none came."""
        self.socket.settimeout(timeout)
        if self.transport == "udp":
            while True:
                data = self.socket.recv(65536)
                if data.strip():
                    return Message(data.decode(errors="replace"))
        while True:
            message = self._cut()
            if message:
                return message
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the PBX closed the connection")
            self.waiting += data

    def _cut(self):
        self.waiting = self.waiting.lstrip(b"\r\n")
        head, found, rest = self.waiting.partition(b"\r\n\r\n")
        if not found:
            return None
        match = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
        size = int(match.group(1)) if match else 0
        if len(rest) < size:
            return None
        self.waiting = rest[size:]
        return Message((head + found + rest[:size]).decode(errors="replace"))

    def response(self, method=None, final=True, timeout=5):
        """The next (final) response, to that method when given; requests in between are kept in `requests`."""
        while True:
            got = self.receive(timeout)
            if not got.status or (final and got.status < 200):
                continue
            if method and not (got.one("CSeq") or "").endswith(method):
                continue
            return got

    def expect(self, method, timeout=10):
        """The next request of that method; others and responses are passed over."""
        while True:
            got = self.receive(timeout)
            if got.method == method:
                return got

    def nothing_came(self):
        """True when nothing has been sent to this UDP client that it has not received yet."""
        self.socket.settimeout(0)
        try:
            self.socket.recv(65536)
        except BlockingIOError:
            return True
        return False

    # -- making messages --
    def contact(self, params=None):
        suffix = f";transport={self.transport}" if params is None and self.transport != "udp" else (params or "")
        return f"<sip:{self.user}@{self.address}:{self.own_port}{suffix}>"

    def request(self, method, uri=None, to=None, headers=(), body="", call_id=None, cseq=1, tag=None, to_tag=None,
                content_type="application/sdp", branch=None):
        number = next(_count)
        uri = uri or f"sip:{self.domain}"
        to = to or f"<sip:{self.user}@{self.domain}>"
        lines = [f"{method} {uri} SIP/2.0",
                 f"Via: SIP/2.0/{self.transport.upper()} {self.address}:{self.own_port};rport;"
                 f"branch={branch or 'z9hG4bK' + secrets.token_hex(8)}",
                 f"From: <sip:{self.user}@{self.domain}>;tag={tag or f't{number}'}",
                 f"To: {to}" + (f";tag={to_tag}" if to_tag else ""),
                 f"Call-ID: {call_id or secrets.token_hex(8)}", f"CSeq: {cseq} {method}", "Max-Forwards: 70",
                 *headers]
        if body:
            lines.append(f"Content-Type: {content_type}")
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def answer_to(self, request, status, body=""):
        """A response to a request that came."""
        to = request.one("To") + ("" if "tag=" in request.one("To") else ";tag=theirs")
        lines = [f"SIP/2.0 {status} Answer", *(f"Via: {via}" for via in request.all("Via")),
                 f"From: {request.one('From')}", f"To: {to}", f"Call-ID: {request.one('Call-ID')}",
                 f"CSeq: {request.one('CSeq')}", f"Contact: {self.contact()}"]
        if body:
            lines.append("Content-Type: application/sdp")
        return "\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body

    def authorization(self, challenge, method, uri, prefer="MD5"):
        """The header that answers the challenge of that algorithm."""
        for name, answer in (("WWW-Authenticate", "Authorization"), ("Proxy-Authenticate", "Proxy-Authorization")):
            for value in challenge.all(name):
                fields = dict(re.findall(r'(\w+)="?([^",]*)"?', value))
                if fields.get("algorithm", "MD5").upper() != prefer.upper():
                    continue
                make = hashlib.md5 if prefer == "MD5" else hashlib.sha256
                digest = lambda text: make(text.encode()).hexdigest()  # noqa: E731
                one = digest(f"{self.user}:{fields['realm']}:{self.password}")
                two = digest(f"{method}:{uri}")
                cnonce, count = secrets.token_hex(8), "00000001"
                proof = digest(f"{one}:{fields['nonce']}:{count}:{cnonce}:auth:{two}")
                return (f'{answer}: Digest username="{self.user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
                        f'uri="{uri}", response="{proof}", algorithm={prefer}, qop=auth, nc={count}, cnonce="{cnonce}"')
        raise AssertionError(f"no {prefer} challenge in {challenge.headers}")

    def authenticated(self, method, uri=None, prefer="MD5", headers=(), timeout=5, **parts):
        """Sends, answers the challenge, and returns the final response and the ids of the dialog."""
        uri = uri or f"sip:{self.domain}"
        ids = {"call_id": secrets.token_hex(8), "tag": secrets.token_hex(4)}
        self.send_raw(self.request(method, uri, headers=headers, cseq=1, **ids, **parts))
        first = self.response(method, timeout=timeout)
        if first.status not in (401, 407):
            return first, ids
        if method == "INVITE":
            self.acknowledge(first, uri, ids, parts, 1)
        proof = self.authorization(first, method, uri, prefer)
        self.send_raw(self.request(method, uri, headers=[*headers, proof], cseq=2, **ids, **parts))
        return self.response(method, timeout=timeout), ids

    def acknowledge(self, response, uri, ids, parts, cseq):
        via = response.one("Via")
        branch = re.search(r"branch=([^;,\s]+)", via).group(1)
        to_tag = re.search(r"tag=([^;\s]+)", response.one("To"))
        self.send_raw(self.request("ACK", uri, to=parts.get("to"), cseq=cseq, branch=branch, **ids,
                                   to_tag=to_tag.group(1) if to_tag else None))

    def register(self, expires=600, contact=None, prefer="MD5"):
        headers = [f"Contact: {contact or self.contact()}", f"Expires: {expires}"]
        return self.authenticated("REGISTER", prefer=prefer, headers=headers)[0]

    def invite(self, number, sdp, timeout=5, prefer="MD5"):
        """Calls; returns (final response, hang up function)."""
        uri, to = f"sip:{number}@{self.domain}", f"<sip:{number}@{self.domain}>"
        response, ids = self.authenticated("INVITE", uri, prefer, [f"Contact: {self.contact()}"], to=to, body=sdp,
                                           timeout=timeout)
        return self._outcome(response, uri, to, ids)

    def calling(self, number, sdp):
        """Begins a call that is not challenged. What it returns waits for the end, as `invite` does."""
        uri, to = f"sip:{number}@{self.domain}", f"<sip:{number}@{self.domain}>"
        ids = {"call_id": secrets.token_hex(8), "tag": secrets.token_hex(4)}
        self.send_raw(self.request("INVITE", uri, to=to, headers=[f"Contact: {self.contact()}"], body=sdp, **ids))
        return lambda timeout=10: self._outcome(self.response("INVITE", timeout=timeout), uri, to, ids)

    def _outcome(self, response, uri, to, ids):
        cseq = int(response.one("CSeq").split()[0])
        if response.status >= 300:
            self.acknowledge(response, uri, ids, {"to": to}, cseq)
            return response, lambda: None
        target = re.search(r"<([^>]+)>", response.one("Contact")).group(1)
        to_tag = re.search(r"tag=([^;\s]+)", response.one("To")).group(1)
        self.send_raw(self.request("ACK", target, to=to, cseq=cseq, to_tag=to_tag, **ids))

        def hang_up():
            self.send_raw(self.request("BYE", target, to=to, cseq=cseq + 1, to_tag=to_tag, **ids))
            return self.response("BYE")
        return response, hang_up


def sdp(address, port, lines=("m=audio {port} RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000")):
    text = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0",
            *(line.format(port=port) for line in lines)]
    return "\r\n".join(text) + "\r\n"
