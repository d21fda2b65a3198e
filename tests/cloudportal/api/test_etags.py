"""Edits that name the version they were made from."""

import pytest

from compute.topology.models import Region
from tests.support.clients import RestClient
from tests.support.factories import make_personas


@pytest.fixture
def root(db):
    return RestClient(make_personas().root_admin)


@pytest.fixture
def region(root):
    return root.post("regions/", {"name": "north"})


def address(answer):
    return f"regions/{answer.json()['uuid']}/"


def test_the_tag_of_a_create_is_the_tag_of_its_show(root, region):
    assert region["ETag"] == root.get(address(region))["ETag"]


def test_an_edit_of_the_version_that_was_seen_is_carried_out_and_gives_the_next(root, region):
    answer = root.patch(address(region), {"name": "south"}, If_Match=region["ETag"])
    assert answer.status_code == 200
    assert answer["ETag"] not in {"", region["ETag"]}
    assert answer["ETag"] == root.get(address(region))["ETag"]


def test_of_two_edits_of_one_version_the_second_is_refused(root, region):
    root.patch(address(region), {"name": "south"}, If_Match=region["ETag"])
    answer = root.patch(address(region), {"name": "east"}, If_Match=region["ETag"])
    assert (answer.status_code, answer.json()["code"]) == (412, "edited-meanwhile")
    assert Region.objects.get().name == "south"


def test_a_removal_of_an_old_version_is_refused(root, region):
    root.patch(address(region), {"name": "south"})
    assert root.delete(address(region), If_Match=region["ETag"]).status_code == 412
    assert root.delete(address(region), If_Match="*").status_code == 204


def test_any_of_several_versions_will_do(root, region):
    tags = f'"something-else", {region["ETag"]}'
    assert root.patch(address(region), {"name": "south"}, If_Match=tags).status_code == 200


def test_a_create_compares_with_nothing(root):
    answer = root.post("regions/", {"name": "north"}, If_Match='"x"')
    assert (answer.status_code, answer.json()["code"]) == (400, "not-comparable")
    assert not Region.objects.exists()
