"""A web server of the tests' own, whose answers a test scripts by path: it may send on, break off, dawdle and lie."""

import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Answers:
    """What the server says, and what it was asked: `paths[path]` takes the request and writes the answer."""

    def __init__(self):
        self.paths = {}
        self.requests = []
        self.ended = Event()

    def file(self, path, content, *, etag='"one"', **headers):
        """A file that can be taken in parts."""
        self.paths[path] = lambda request: _send_file(request, content, etag, headers)

    def broken(self, path, content, *, after, etag='"one"'):
        """The same file, whose first answer ends after so many bytes."""

        def first(request):
            self.file(path, content, etag=etag)
            _head(request, 200, {"Content-Length": len(content), "ETag": etag})
            request.wfile.write(content[:after])
            request.close_connection = True

        self.paths[path] = first

    def redirect(self, path, to, status=302):
        """Sends on."""
        self.paths[path] = lambda request: _head(request, status, {"Location": to, "Content-Length": 0})

    def raw(self, path, status=200, body=b"", **headers):
        """An answer word for word."""

        def say(request):
            _head(request, status, headers)
            request.wfile.write(body)
            request.close_connection = True

        self.paths[path] = say

    def dawdling(self, path, text):
        """Sends a text byte after byte, one in every tenth of a second, until the test is over."""

        def dawdle(request):
            for byte in text:
                request.wfile.write(bytes([byte]))
                if self.ended.wait(0.1):
                    return

        self.paths[path] = dawdle


def _head(request, status, headers):
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), str(value))
    request.end_headers()


def _send_file(request, content, etag, headers):
    wanted = request.headers.get("Range", "")
    known = {"ETag": etag, **headers}
    if not wanted or request.headers.get("If-Range") not in (None, etag):
        _head(request, 200, {"Content-Length": len(content), **known})
        request.wfile.write(content)
        return
    start = int(wanted.removeprefix("bytes=").rstrip("-"))
    rest = content[start:]
    span = f"bytes {start}-{len(content) - 1}/{len(content)}"
    _head(request, 206, {"Content-Length": len(rest), "Content-Range": span, **known})
    request.wfile.write(rest)


def _handler(answers):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            answers.requests.append(self)
            say = answers.paths.get(self.path, lambda request: _head(request, 404, {"Content-Length": 0}))
            try:
                say(self)
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def log_message(self, *arguments):
            """Says nothing."""

    return Handler


@contextmanager
def serving(*, certificate=None):
    """A running server on an address of our own: its answers, and its port."""
    answers = Answers()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answers))
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    answers.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        answers.ended.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def make_certificate(path, *, names=("mirror.example.org",), days=1):
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    begins = datetime.now(UTC) - timedelta(days=2)
    found = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(datetime.now(UTC) + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([*map(x509.DNSName, names), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(pem + found.public_bytes(serialization.Encoding.PEM))
    return path
