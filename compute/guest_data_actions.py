"""What may be done to SSH key pairs and user data."""

from cloudportal.core.actions import action

READ_KEY_PAIR = action("key-pair.read", "See SSH key pairs", reads=True)
CREATE_KEY_PAIR = action("key-pair.create", "Create SSH key pair")
DELETE_KEY_PAIR = action(
    "key-pair.delete",
    "Delete",
    confirmation="Nobody can choose this key any more. Instances that have it keep it.",
    is_dangerous=True,
)

READ_USER_DATA = action("user-data.read", "See user data", reads=True)
CREATE_USER_DATA = action("user-data.create", "Create user data")
LINK_USER_DATA = action("template.link-user-data", "Link user data")
UNLINK_USER_DATA = action(
    "template.unlink-user-data",
    "Unlink user data",
    confirmation="New instances are told nothing by the template. Those that are there keep what they were told.",
)
UPDATE_USER_DATA = action("user-data.update", "Edit")
DELETE_USER_DATA = action(
    "user-data.delete",
    "Delete",
    confirmation="Nobody can choose it any more. Instances that were told it keep it.",
    is_dangerous=True,
)
