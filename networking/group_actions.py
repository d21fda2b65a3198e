"""What may be done to security groups."""

from cloudportal.core.actions import action

READ = action("security-group.read", "See security groups", reads=True)
CREATE = action("security-group.create", "Create security group")
UPDATE = action("security-group.update", "Edit security group")
DELETE = action(
    "security-group.delete",
    "Delete security group",
    confirmation="The group and its rules are gone, and so are rules of other groups that name it.",
    is_dangerous=True,
)
ADD_RULE = action("security-group.add-rule", "Add rule")
REMOVE_RULE = action(
    "security-group.remove-rule",
    "Remove rule",
    confirmation="New connections that only this rule allows are dropped from then on.",
    is_dangerous=True,
)
