"""A config drive says the same in OpenStack's words."""

import json
from uuid import UUID, uuid4

from compute.drivers.seeds import seed_image
from compute.drivers.specs import AddressSpec, GuestData, LoginChange, NicConfig
from tests.compute.drivers.seeds.reading import files_of, label_of

KEY = 'ssh-ed25519 AAAA "tester" #1'
HERE = "openstack/latest/"


def image(**changes):
    return seed_image(
        GuestData(**{"instance_id": "i-1", "hostname": "web-1", "format": "config-drive", **changes})
    )


def told(**changes):
    return {path.removeprefix(HERE): text for path, text in files_of(image(**changes)).items()}


def test_the_label_is_openstacks():
    assert label_of(image()) == "config-2"


def test_the_guest_reads_who_it_is():
    said = json.loads(told(ssh_keys=(KEY,), availability_zone="north")["meta_data.json"])
    assert said["hostname"] == said["name"] == "web-1"
    assert said["availability_zone"] == "north"
    assert said["public_keys"] == {"key-0": KEY}
    assert said["keys"] == [{"name": "key-0", "type": "ssh", "data": KEY}]


def test_its_identity_is_its_own_and_not_that_of_its_firmware():
    uuid = str(uuid4())
    said = [json.loads(told(instance_id=uuid)["meta_data.json"])["uuid"] for _ in range(2)]
    assert said[0] == said[1] != uuid
    assert str(UUID(said[0])) == said[0]


def test_the_tenants_text_is_passed_on_as_it_is():
    text = "Content-Type: multipart/mixed; boundary=x\n\n--x--\n"
    assert told(user_data=text)["user_data"] == text
    assert set(told()) == {"meta_data.json", "vendor_data.json"}


def test_vendor_data_is_for_cloud_init():
    text = told(vendor_data="#cloud-config\n{}\n", login=LoginChange(number=1, user="root"))
    assert "cloud-boothook" in json.loads(text["vendor_data.json"])["cloud-init"]


def test_the_network_is_told_when_it_is_not_left_to_dhcp():
    nics = (
        NicConfig(
            mac="52:54:00:00:00:01",
            addresses=(
                AddressSpec(ip="10.1.1.5", prefix_length=24, gateway="10.1.1.1"),
                AddressSpec(ip="10.1.1.6", prefix_length=24),
            ),
            nameservers=("10.1.1.1",),
            mtu=1450,
        ),
        NicConfig(mac="52:54:00:00:00:02", nameservers=("10.1.1.1",)),
    )
    said = json.loads(told(nics=nics)["network_data.json"])
    default = [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": "10.1.1.1"}]  # noqa: S104
    assert said == {
        "links": [
            {"id": "eth0", "type": "phy", "ethernet_mac_address": "52:54:00:00:00:01", "mtu": 1450},
            {"id": "eth1", "type": "phy", "ethernet_mac_address": "52:54:00:00:00:02", "mtu": None},
        ],
        "networks": [
            {
                "id": "network0-0",
                "link": "eth0",
                "type": "ipv4",
                "ip_address": "10.1.1.5",
                "netmask": "255.255.255.0",
                "routes": default,
            },
            {
                "id": "network0-1",
                "link": "eth0",
                "type": "ipv4",
                "ip_address": "10.1.1.6",
                "netmask": "255.255.255.0",
                "routes": [],
            },
            {"id": "network1-0", "link": "eth1", "type": "ipv4_dhcp"},
        ],
        "services": [{"type": "dns", "address": "10.1.1.1"}],
    }
