"""The permission matrix of the portal: every page and button, for every persona. A new one without a row fails."""

import pytest

from tests.architecture.permissions.audiences import (
    ADMIN,
    ADMINS,
    ALL,
    ALL_READ,
    NO,
    NONE,
    OTHER_READ,
    OWN,
    OWN_READ,
    PERSONAS,
    ROOT,
    ROOT_READ,
    WHO,
    YES,
    Audience,
)
from tests.architecture.permissions.things import World
from tests.security.doors import ask, browser_of, portal_door, portal_names

# What a form or button about another account of the domain answers where the row is looked for first.
OTHER = Audience(NONE, NONE, YES, NONE, NO)
# Operators' work on what a tenant may see.
JOBS = Audience(NO, NONE, YES, NONE, NO)
ROOT_ON_SEEN = Audience(NO, NONE, NO, NONE, NO)
MEMBERS = Audience(YES, NONE, NONE, NONE, NONE, root_admin=NONE)
# A token that nobody was sent; whoever may not accept at all hears that first.
NOBODYS = Audience(NONE, NONE, NONE, NONE, NO, root_admin=NONE)
OPEN = Audience(YES, YES, YES, YES, YES, anonymous=YES)

BY_AUDIENCE = {
    OPEN: "sign-in appearance",
    ALL_READ: (
        "home addresses key-pairs user-data-list profile profile-edit profile-password project-step-out usage "
        "accounts domains events instances jobs networks offerings offering projects region regions "
        "role roles templates users volumes zone zones "
        "security-groups affinity-groups disk-offerings disk-offering snapshots instance-snapshots "
        "os-categories os-category os-types os-type"
    ),
    OWN_READ: (
        "api-key event instance invitation key-pair user-data job job-progress "
        "snapshot snapshot-schedule volume-export instance-snapshot instance-schedule instance-note "
        "address network project template token volume nic security-group affinity-group"
    ),
    OWN: (
        "template-upload template-share template-unshare template-extract"
        " template-link-user-data template-unlink-user-data instance-iso instance-detach-iso "
        "api-key-revoke token-revoke "
        "instance-start instance-stop instance-reboot instance-destroy instance-recover instance-expunge "
        "instance-retry instance-edit instance-reset-password instance-reset-ssh-keys "
        "invitation-revoke key-pair-delete user-data-edit user-data-delete "
        "instance-move instance-reinstall instance-resize instance-note-add instance-note-delete "
        "instance-console instance-console-ticket instance-serial-log instance-screenshot "
        "project-activate project-suspend project-delete project-edit project-invite "
        "project-member-add project-member-role project-member-remove project-leave "
        "volume-upload volume-download volume-export-extract volume-export-delete "
        "volume-edit volume-delete volume-destroy volume-recover volume-resize volume-attach volume-detach "
        "snapshot-take snapshot-schedule-add volume-template snapshot-volume snapshot-template snapshot-edit "
        "snapshot-restore snapshot-delete snapshot-schedule-unschedule snapshot-schedule-edit instance-snapshot-take "
        "instance-snapshot-revert instance-snapshot-delete instance-schedule-add instance-schedule-delete "
        "instance-lease instance-schedule-edit "
        "volume-clone instance-attach instance-affinity affinity-group-edit affinity-group-delete "
        "nic-connect nic-delete nic-disconnect nic-make-default nic-add-address nic-remove-address nic-set-groups "
        "security-group-edit security-group-delete security-group-add-rule security-group-remove-rule"
    ),
    MEMBERS: "project-enter",
    ALL: (
        "instance-deploy key-pair-add project-add user-data-add nic-add security-group-add affinity-group-add "
        "volume-add volume-fetch volume-send template-add template-send"
    ),
    OTHER_READ: "account domain user",
    OTHER: (
        "account-enable account-lock account-disable account-delete domain-delete "
        "user-enable user-disable user-delete api-key-add token-add"
    ),
    ADMIN: "account-edit account-limit project-limit domain-add domain-edit domain-limit user-edit user-password",
    ADMINS: "account-add user-add",
    JOBS: "job-abort job-resume job-retry",
    ROOT_READ: (
        "alert alerts cluster clusters drift drifts host hosts pod pods pool pools dedication dedications "
        "instance-placement"
    ),
    ROOT: (
        "alert-clear drift-accept drift-repair drift-ignore "
        "os-category-add os-category-edit os-category-delete os-type-add os-type-edit os-type-delete "
        "region-add region-edit region-delete zone-add zone-edit zone-enable zone-disable zone-delete "
        "pod-add pod-edit pod-enable pod-disable pod-delete "
        "cluster-add cluster-edit cluster-enable cluster-disable cluster-delete "
        "host-add host-edit host-enable host-disable host-maintain host-reconnect host-remove "
        "host-reconcile "
        "pool-add pool-edit pool-enable pool-disable pool-maintain pool-evacuate pool-reconnect pool-remove "
        "network-add network-edit network-add-range network-remove-range address-reserve "
        "offering-add offering-edit offering-delete "
        "disk-offering-add disk-offering-edit disk-offering-delete dedication-add dedication-delete volume-move "
        "instance-choose-host"
    ),
    ROOT_ON_SEEN: "network-delete address-unreserve",
    NOBODYS: "invitation-answer",
}
ROWS = {name: audience for audience, names in BY_AUDIENCE.items() for name in names.split()}
# Whoever signs out is sent to the way in, whoever it was.
ROWS["sign-out"] = Audience(WHO, WHO, WHO, WHO, WHO, root_admin=WHO)
# Templates are everybody's to see and their owner's to change.
ROWS |= dict.fromkeys(("template-edit", "template-delete"), OWN)
ROWS["template-publish"] = ROOT_ON_SEEN


def outcome(answer):
    if_turned_away = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
    by_status = {403: NO, 404: NONE}
    return WHO if if_turned_away else by_status.get(answer.status_code, YES)


def test_every_page_and_button_has_a_row_and_every_row_a_page():
    assert set(ROWS) == portal_names()


# The scopes and actions behind the pages are asked on both databases through the REST door.
@pytest.mark.any_database
@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_page_answers_each_persona_as_the_matrix_says(name):
    world = World()
    door = portal_door(world, name)
    expected = vars(ROWS[name])
    wrong = {}
    for method in ("GET", "POST"):
        for persona in PERSONAS:
            browser = browser_of(world.caller(persona) if persona != "anonymous" else None)
            answer = ask(browser, door, method=method)
            said = expected[persona] if answer.status_code == 405 else outcome(answer)
            wrong |= {(method, persona): said} if said != expected[persona] else {}
    assert wrong == {}
