"""What an event says where the change itself did not: a phrase for each of CloudStack's event types that we use."""

# The type's last word, or the whole type where that is not enough, as an English verb.
_VERBS = {
    "CREATE": "create",
    "UPDATE": "change",
    "EDIT": "change",
    "DELETE": "delete",
    "ENABLE": "enable",
    "DISABLE": "disable",
    "LOCK": "lock",
    "START": "start",
    "STOP": "stop",
    "REBOOT": "reboot",
    "DESTROY": "destroy",
    "RECOVER": "recover",
    "EXPUNGE": "expunge",
    "REPAIR": "repair",
    "RECONNECT": "reconnect",
    "REBUILD": "rebuild",
    "ADD": "add",
    "ATTACH": "attach",
    "DETACH": "detach",
    "RESIZE": "resize",
    "MIGRATE": "move",
    "REMOVE": "remove",
    "SUSPEND": "suspend",
    "ACTIVATE": "activate",
    "FOUND": "find",
    "LOST": "lose",
    "ARCHIVE": "clear",
    "ABORT": "abort",
    "RESUME": "resume",
    "RETRY": "retry",
    "REVERT": "restore",
    "REVERTTO": "revert to",
    "EXECUTE": "carry out a schedule of",
    "EXPIRING": "warn of the end of",
    "EXPIRED": "end",
    "MOVE": "move",
    "UPLOAD": "upload",
    "CLONE": "clone",
    "EVACUATE": "empty",
    "CONSOLE": "open the console of",
    "ISO.ATTACH": "put an ISO into the drive of",
    "ISO.DETACH": "take the ISO out of the drive of",
    "EXTRACT": "make a link to",
    "VM.CREATE": "deploy",
    "VM.UPGRADE": "resize",
    "VM.RESTORE": "reinstall",
    "VM.AFFINITY.GROUP.UPDATE": "change the affinity groups of",
    "DEDICATE.RESOURCE": "dedicate",
    "DEDICATE.RESOURCE.RELEASE": "release",
    "VM.RESETPASSWORD": "reset the password of",
    "VM.RESETSSHKEY": "reset the SSH keys of",
    "NET.IPASSIGN": "assign",
    "NET.IPREASSIGN": "hand over",
    "NET.IPRELEASE": "release",
    "RESERVE": "reserve",
    "UNRESERVE": "give out again",
    "SG.RULE.ADD": "add a rule to",
    "SG.RULE.REMOVE": "take a rule from",
    "NIC.SECONDARY.IP.ASSIGN": "add an address to",
    "NIC.SECONDARY.IP.UNASSIGN": "take an address from",
    "ENABLE.PRIMARY.STORAGE": "open",
    "DISABLE.PRIMARY.STORAGE": "close",
    "MAINT.PREPARE": "begin the maintenance of",
    "MAINT.CANCEL": "end the maintenance of",
    "MAINT.PREPARE.PS": "begin the maintenance of",
    "MAINT.CANCEL.PS": "end the maintenance of",
    "REGISTER.USER.KEY": "make a key for",
    "REGISTER.SSH.KEYPAIR": "register",
    "REGISTER.USER.DATA": "keep",
    "DELETE.USER.DATA": "delete",
    "DELETE.USER.KEY": "revoke a key of",
}


def phrase(event_type: str, noun: str, name: str, *, stage: str = "completed") -> str:
    """`VM.CREATE`, instance, web → “Deploys the instance web.”; of a `started` stage: “Asks to deploy …”.

    Raises LookupError for a type that has neither a verb of its own nor one for its last word.
    """
    verb = _VERBS.get(event_type) or _VERBS[event_type.rpartition(".")[2]]
    about = " ".join(word for word in ("the", noun, name) if word) if noun or name else "something"
    if stage == "started":
        return f"Asks to {verb} {about}."
    first, _, rest = verb.partition(" ")
    return f"{_third_person(first).capitalize()}{' ' + rest if rest else ''} {about}."


def _third_person(verb: str) -> str:
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
