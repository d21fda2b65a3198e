import re

import ldap

from cloudportal.demo import people
from cloudportal.demo.personas import OF_DIRECTORY
from cloudportal.demo.place import Place
from cloudportal.demo.processes import Supervisor
from deploy.services import daemon


def test_everybody_keeps_password_and_id_when_the_directory_is_made_anew(tmp_path, slapd_server):
    ports = {"directory": daemon.free_port(), "directory_tls": daemon.free_port()}
    place = Place(tmp_path, ports)
    seen = [look(place), look(place)]
    assert seen[0] == seen[1]
    assert len(set(seen[0])) == len(OF_DIRECTORY)


def look(place):
    """Signs everybody in, and gives their ids."""
    supervisor = Supervisor()
    running = people.start(place, supervisor)
    try:
        return [id_of(running, uid, place.password(uid)) for uid in OF_DIRECTORY]
    finally:
        supervisor.end()


def id_of(running, uid, password):
    connection = ldap.initialize(running.uri)
    connection.simple_bind_s(people.person(uid), password)
    ((_, entry),) = connection.search_s(people.person(uid), ldap.SCOPE_BASE, "(uid=*)", ["entryUUID"])
    return entry["entryUUID"][0]


def test_every_entry_gets_an_id_of_its_own():
    entries = people.with_lasting_ids(people.ENTRIES.read_text())
    ids = re.findall(r"^entryUUID: (\S+)$", entries, re.MULTILINE)
    assert len(ids) == len(set(ids)) == len(re.findall(r"^dn:", entries, re.MULTILINE))


def test_a_machine_without_openldap_has_no_directory(monkeypatch):
    monkeypatch.setattr(people.shutil, "which", lambda program: None)
    assert people.obstacle() == "OpenLDAP cannot be found"
    monkeypatch.undo()
    assert people.obstacle() == ""
