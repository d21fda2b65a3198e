"""The tables of networking."""

from networking.models.groups import SecurityGroup, SecurityGroupRule
from networking.models.networks import Address, Network, NetworkPlacement

__all__ = ["Address", "Network", "NetworkPlacement", "SecurityGroup", "SecurityGroupRule"]
