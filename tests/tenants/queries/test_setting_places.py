"""Zones and clusters as places of settings."""

from uuid import uuid4

import pytest

from cloudportal.core.errors import InvalidInput, NotFound
from tenants import queries
from tenants.queries import settings_value
from tenants.services import settings
from tests.support.factories import make_personas
from tests.support.factories_infra import make_cluster, make_zone

pytestmark = pytest.mark.django_db


def test_root_sets_a_value_for_a_zone():
    who, zone, other = make_personas(), make_zone(), make_zone()
    place = queries.place_for(who.root_admin, "zone", zone.uuid)
    settings.set_value(who.root_admin, place, "instance.stop_timeout", "2m")
    assert settings_value("instance.stop_timeout", zone_uuid=zone.uuid) == 120
    assert settings_value("instance.stop_timeout", zone_uuid=other.uuid) == 60


def test_a_cluster_inherits_from_its_zone():
    who, cluster = make_personas(), make_cluster()
    zone = cluster.pod.zone
    settings.set_value(
        who.root_admin, queries.place_for(who.root_admin, "zone", zone.uuid), "instance.stop_timeout", 90
    )
    place = queries.place_for(who.root_admin, "cluster", cluster.uuid)
    assert place.zone_uuid == zone.uuid
    with pytest.raises(InvalidInput):
        settings.set_value(who.root_admin, place, "instance.stop_timeout", 80)
    found = settings_value("instance.stop_timeout", cluster_uuid=cluster.uuid, zone_uuid=zone.uuid)
    assert found == 90


@pytest.mark.parametrize("kind", ["zone", "cluster"])
def test_places_of_the_infrastructure_are_the_roots(kind):
    who = make_personas()
    uuids = {"zone": make_zone().uuid, "cluster": make_cluster().uuid}
    with pytest.raises(NotFound):
        queries.place_for(who.domain_admin, kind, uuids[kind])
    with pytest.raises(NotFound):
        queries.place_for(who.root_admin, kind, uuid4())
    assert queries.place_for(who.root_admin, kind, uuids[kind]).uuid == uuids[kind]
