"""What accounts' settings say, for rounds over the things of many: asked once for each account in a round."""

from collections.abc import Callable
from functools import cache
from typing import Any

from tenants.models import Account
from tenants.queries import settings_value


def asked_once(setting: str) -> Callable[[int], Any]:
    """The setting's value by the account's primary key, remembered for as long as what is returned is."""

    @cache
    def value(account_pk: int) -> Any:
        account = Account.objects.select_related("domain").get(pk=account_pk)
        return settings_value(setting, account=account)

    return value
