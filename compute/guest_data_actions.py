"""What may be done to SSH key pairs."""

from cloudportal.core.actions import action

READ_KEY_PAIR = action("key-pair.read", "See SSH key pairs", reads=True)
CREATE_KEY_PAIR = action("key-pair.create", "Create SSH key pair")
DELETE_KEY_PAIR = action(
    "key-pair.delete",
    "Delete",
    confirmation="Nobody can choose this key any more. Instances that have it keep it.",
    is_dangerous=True,
)
