import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cloudportal.demo import programs
from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
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


def program(tmp_path, name, ready):
    command = ["sh", "-c", f"echo $PORTAL_URL > {tmp_path}/{name}; exec sleep 60"]
    return programs.Program(name, command, tmp_path / f"{name}.log", ready)


def start(wanted, place, supervisor):
    programs.wait_until_ready(wanted, programs.spawn(wanted, place, supervisor))


def test_programs_get_ready_side_by_side_and_know_where_the_portal_is(tmp_path):
    supervisor = Supervisor()
    both = [
        # Each is ready only when the other has started too.
        program(tmp_path, "web", lambda: (tmp_path / "worker").exists()),
        program(tmp_path, "worker", lambda: (tmp_path / "web").exists()),
    ]
    start(both, Place(tmp_path, {"web": 8123}), supervisor)
    supervisor.end()
    assert (tmp_path / "worker").read_text() == "http://127.0.0.1:8123\n"


def test_one_that_does_not_start_is_explained_and_the_others_can_be_ended(tmp_path):
    supervisor = Supervisor()
    broken = programs.Program(
        "worker", ["sh", "-c", "echo no broker; exit 1"], tmp_path / "log", lambda: False
    )
    with pytest.raises(daemon.NotStarted, match=r"(?s)worker ended with exit code 1.*no broker"):
        start([program(tmp_path, "web", lambda: True), broken], Place(tmp_path, {"web": 1}), supervisor)
    supervisor.end()


def test_all_are_asked_to_end_before_any_is_waited_for(tmp_path):
    supervisor = Supervisor()
    marks = f"{tmp_path}/asked-"
    # Ends only when it sees that the other was asked too.
    waiting = (
        'trap "touch {0}{1}; while [ ! -e {0}{2} ]; do sleep 0.01; done; exit" TERM; touch {0}ready-{1}; {3}'
    )
    forever = "while true; do sleep 0.01; done"
    both = [
        programs.Program(
            one,
            ["sh", "-c", waiting.format(marks, one, other, forever)],
            tmp_path / one,
            (tmp_path / f"asked-ready-{one}").exists,
            end_seconds=10.0,
        )
        for one, other in (("web", "worker"), ("worker", "web"))
    ]
    started = programs.spawn(both, Place(tmp_path, {"web": 1}), supervisor)
    programs.wait_until_ready(both, started)
    supervisor.end()
    assert [one.process.returncode for one in started] == [0, 0]
