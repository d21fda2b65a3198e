"""Orders of hosts as an operator might write them, good and bad."""

from compute.placement.custom import CustomOrder


class LastFirst(CustomOrder):
    def weigh(self, request, hosts):
        ids = sorted(host.pk for host in hosts)
        return {pk: place / len(ids) for place, pk in enumerate(ids)}


class Raises(CustomOrder):
    def weigh(self, request, hosts):
        raise RuntimeError("no such shelf")


class Forgets(CustomOrder):
    def weigh(self, request, hosts):
        return {}


class Exaggerates(CustomOrder):
    def weigh(self, request, hosts):
        return {host.pk: float("nan") for host in hosts}


class NoOrder:
    pass


class Unfinished(CustomOrder):
    pass
