from dataclasses import replace

from cloudportal.demo.personas import ROOT_ADMIN, TENANT
from cloudportal.demo.summary import Login, Summary

READY = Summary(
    url="http://127.0.0.1:8000",
    logins=[Login(ROOT_ADMIN, "a secret"), Login(TENANT, "another one")],
    instance_name="hello",
    guest_ip="10.77.0.10",
    answers=True,
    seconds=12.4,
)


def test_it_says_where_to_go_and_as_whom():
    assert READY.lines() == [
        "",
        "Ready after 12 s:  http://127.0.0.1:8000/",
        "",
        "  domain   user name  password",
        "  (empty)  admin      a secret     root admin",
        "  acme     ada        another one  user (LDAP)",
        "",
        "  Instance hello:  http://10.77.0.10/  (from this machine)",
    ]


def test_a_simulated_instance_promises_no_answer():
    (*_, last) = replace(READY, answers=False).lines()
    assert "nothing answers there" in last and "http" not in last
