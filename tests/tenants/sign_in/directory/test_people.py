"""What a directory's attributes make of a person."""

import uuid

from tenants.directory.people import person_of

NAMES = {"username": "uid", "first_name": "givenName", "last_name": "sn", "email": "mail"}


def person(**attributes):
    given = {"uid": ["ada"], **attributes}
    return person_of("uid=ada,dc=x", "Ada", given, NAMES, ["cn=a,dc=x"])


def test_attributes_become_plain_values():
    found = person(givenName=["Ada"], sn=["Lovelace"], mail=["ada@example.org"])
    assert (found.first_name, found.last_name, found.email) == ("Ada", "Lovelace", "ada@example.org")
    assert found.groups == {"cn=a,dc=x"}


def test_what_is_missing_is_empty():
    found = person()
    assert (found.first_name, found.last_name, found.email) == ("", "", "")


def test_somebody_without_a_name_is_nobody():
    assert person_of("cn=x", "ada", {"cn": ["x"]}, NAMES, []) is None
    assert person_of("cn=x", "ada", {"uid": [""]}, NAMES, []) is None


def test_the_directorys_spelling_counts_and_not_what_was_typed():
    assert person_of("cn=x", "ADA", {"uid": ["Ada"]}, NAMES, []).username == "Ada"


def test_of_several_names_the_one_that_was_typed_counts():
    assert person_of("cn=x", "LOVE", {"uid": ["ada", "love"]}, NAMES, []).username == "love"
    assert person_of("cn=x", "ada@x", {"uid": ["ada", "love"]}, NAMES, []).username == "ada"


def test_people_are_known_by_an_id_that_is_never_given_twice():
    unique = "0F8FAD5B-D9CB-469F-A165-70867728950E"
    assert person(entryUUID=[unique]).external_id == f"entryUUID:{unique.lower()}"
    assert person(nsUniqueId=["a-b"]).external_id == "nsUniqueId:a-b"
    assert person().external_id == "name:ada"


def test_an_id_of_bytes_is_the_same_whether_it_looks_like_text_or_not():
    readable = b"0123456789abcdef"
    assert person(objectGUID=[readable]).external_id == person(objectGUID=[readable.decode()]).external_id
    raw = uuid.uuid4().bytes
    assert person(objectGUID=[raw]).external_id == f"objectGUID:{raw.hex()}"


def test_control_characters_are_dropped():
    found = person(givenName=["A\r\nda\x00"], sn=[b"Love\xfflace"])
    assert (found.first_name, found.last_name) == ("Ada", "Love\ufffdlace")
