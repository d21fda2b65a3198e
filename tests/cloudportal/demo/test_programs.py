import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cloudportal.demo import programs
from cloudportal.demo.place import Place
from deploy.services import daemon


@pytest.fixture
def server():
    """A web server that answers with one status, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        status = 200

        def do_GET(self):
            self.send_response(self.status)
            self.end_headers()

        def log_message(self, *words):
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "is_ready"), [(200, True), (302, True), (403, True), (500, False), (502, False)]
)
def test_a_web_server_is_ready_when_it_answers_without_failing(server, status, is_ready):
    server.RequestHandlerClass.status = status
    assert programs.answers(server.server_port) is is_ready


def test_a_port_without_a_server_is_not_ready():
    assert not programs.answers(daemon.free_port())


@pytest.mark.parametrize(
    ("make", "words"), [(programs.worker, "celery@here ready."), (programs.scheduler, "Starting...")]
)
def test_what_an_earlier_run_wrote_does_not_count(tmp_path, make, words):
    place = Place(tmp_path, {"web": 1})
    place.logs.mkdir()
    log = make(place).log
    log.write_text(f"{words}\n")
    program = make(place)
    assert not program.ready()
    with log.open("a") as kept:
        kept.write(f"{words}\n")
    assert program.ready()
