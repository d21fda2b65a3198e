"""The names of the orders in which hosts can be tried, for those who choose one without weighing anything."""

FIRST_FIT = "first-fit"
FILL_FIRST = "fill-first"
DISPERSE = "disperse"
RANDOM = "random"
USER_DISPERSING = "user-dispersing"

# Of operating systems: hosts that are meant for another come last, or are refused.
PREFER = "prefer"
STRICT = "strict"

# The operator's own class, which the setting `placement.custom_class` names.
CUSTOM = "custom"

BUILT_IN = (FIRST_FIT, FILL_FIRST, DISPERSE, RANDOM, USER_DISPERSING)
ORDERS = (*BUILT_IN, CUSTOM)
