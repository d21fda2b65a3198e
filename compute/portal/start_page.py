"""What the start page shows of instances."""

from typing import Any

from cloudportal.core.caller import Caller
from cloudportal.portal import home
from cloudportal.portal.columns import Column, columns_for, rows_of
from compute import actions
from compute.portal import words
from compute.portal.instances import CREATE, INSTANCES
from compute.queries import instances_for

RECENT = 8
_COLUMNS = (
    Column("name", "Name", words.name),
    Column("state", "State", words.state),
    Column("addresses", "Address", words.addresses),
    Column("size", "Size", words.size),
)


def _recent(caller: Caller) -> dict[str, Any]:
    columns = columns_for(caller, _COLUMNS)
    rows = rows_of(columns, instances_for(caller)[:RECENT])
    return {"columns": columns, "rows": rows, "about": INSTANCES.about, "create": CREATE.for_caller(caller)}


home.panel("instances", "Instances", "compute/home_instances.html", _recent, order=30, action=actions.READ)
