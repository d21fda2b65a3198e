"""Invitations by mail: one token, once, in time, for one address."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from cloudportal.core import clock
from cloudportal.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from cloudportal.core.secrets import Secret
from cloudportal.events.models import Event
from cloudportal.jobs.models import Job, JobLine
from tenants import queries, states
from tenants.membership import caller_in_project
from tenants.models import Invitation
from tenants.queries.settings import Place
from tenants.services import invitations, project_roles, projects, settings
from tenants.services.rule_lines import Line
from tenants.workflows import send_invitation
from tests.support.factories import (
    account_of,
    caller,
    make_account,
    make_domain,
    make_member,
    make_personas,
    make_project,
    make_user,
)
from tests.support.jobs import run_job, run_jobs
from tests.support.races import at_once

pytestmark = pytest.mark.django_db

ADDRESS = "Ann@Example.org"


def token_in(mail):
    return re.search(r"/invitations/([\w-]+)/", mail.body)[1]


def person(domain, email="ann@example.org"):
    """A user of another account with this address in their profile."""
    return caller(make_user(make_account(domain), email=email))


@pytest.fixture
def invited(mailoutbox):
    """A project, its admin, an invited person, the invitation, and the token that came by mail."""
    who = make_personas()
    project = make_project(who.user)
    invitation = invitations.invite(who.user, project, email=ADDRESS)
    run_jobs()
    return who, project, person(who.domain), invitation, token_in(mailoutbox[0])


def test_the_mail_brings_the_token_and_the_database_forgets_it(invited, mailoutbox):
    _, project, _, invitation, token = invited
    assert mailoutbox[0].to == [ADDRESS]
    assert project.name in mailoutbox[0].subject
    invitation.refresh_from_db()
    assert invitation.sent_at
    assert invitation.sealed_token == ""
    assert invitation.token_hash == invitations.hashed(token)
    assert len(token) >= 43


def test_the_token_is_in_no_row_and_no_log(invited):
    token = invited[-1]
    kept = [list(model.objects.values()) for model in (Job, JobLine, Event, Invitation)]
    assert token not in f"{kept}"


def test_until_it_is_sent_the_token_is_sealed(mailoutbox):
    who = make_personas()
    invitation = invitations.invite(who.user, make_project(who.user), email=ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_token FROM tenants_invitation WHERE id = %s", [invitation.pk])
        (sealed,) = cursor.fetchone()
    run_jobs()
    assert sealed.startswith("gAAAA")
    assert token_in(mailoutbox[0]) not in sealed


def test_every_invitation_has_a_token_of_its_own(mailoutbox):
    who = make_personas()
    project = make_project(who.user)
    for number in range(5):
        invitations.invite(who.user, project, email=f"a{number}@example.org")
    run_jobs()
    assert len({token_in(mail) for mail in mailoutbox}) == 5


def test_whoever_accepts_is_a_member_with_the_role(invited):
    _, project, ann, invitation, token = invited
    assert invitations.invitation_behind(ann, token) == invitation
    member = invitations.accept(ann, token)
    assert (member.user_id, member.role.name) == (ann.user_id, "Member")
    assert caller_in_project(ann, project).may("volume.create")
    assert {"PROJECT.INVITATION.UPDATE", "PROJECT.USER.ADD"} <= set(
        Event.objects.values_list("type", flat=True)
    )


def test_a_token_is_good_once(invited):
    who, _, ann, invitation, token = invited
    invitations.accept(ann, token)
    for one in (ann, person(who.domain)):
        with pytest.raises(NotFound):
            invitations.accept(one, token)
    invitation.refresh_from_db()
    assert invitation.state == states.ACCEPTED


def test_a_token_is_good_for_its_address_alone(invited):
    who, project, ann, _, token = invited
    for stranger in (
        who.neighbour,
        who.domain_admin,
        person(who.domain, ""),
        person(who.domain, "ann@example.com"),
    ):
        with pytest.raises(NotFound):
            invitations.accept(stranger, token)
        with pytest.raises(NotFound):
            invitations.invitation_behind(stranger, token)
    assert invitations.accept(ann, token).project == project


def test_a_token_is_good_in_its_domain_and_below(invited):
    who, project, _, _, token = invited
    with pytest.raises(NotFound):
        invitations.accept(person(who.other_domain), token)
    assert invitations.accept(person(make_domain(who.domain)), token).project == project


def test_a_token_is_good_only_so_long(invited, monkeypatch):
    _, _, ann, invitation, token = invited
    monkeypatch.setattr(clock, "now", lambda: invitation.expires_at)
    with pytest.raises(NotFound):
        invitations.accept(ann, token)
    assert invitations.expire_due() == 1
    invitation.refresh_from_db()
    assert invitation.state == states.EXPIRED


def test_a_domain_says_how_long(mailoutbox):
    who = make_personas()
    place = Place.of_domain(who.domain)
    settings.set_value(who.domain_admin, place, "project.invitation_lifetime", "1h")
    invitation = invitations.invite(who.user, make_project(who.user), email=ADDRESS)
    assert timedelta(minutes=59) < invitation.expires_at - clock.now() <= timedelta(hours=1)


def test_what_is_no_token_is_refused_alike(invited):
    ann, token = invited[2], invited[-1]
    sentences = set()
    for wrong in ("", "nonsense", token[:-1], token + "x", invitations.hashed(token)):
        with pytest.raises(NotFound) as refusal:
            invitations.accept(ann, wrong)
        sentences.add(refusal.value.detail)
    assert len(sentences) == 1


def test_whoever_declines_uses_the_token_up(invited):
    _, project, ann, invitation, token = invited
    invitations.decline(ann, token)
    with pytest.raises(NotFound):
        invitations.accept(ann, token)
    assert not project.members.filter(user_id=ann.user_id).exists()
    invitation.refresh_from_db()
    assert invitation.state == states.DECLINED


def test_what_is_taken_back_is_worth_nothing(invited):
    who, _, ann, invitation, token = invited
    invitations.revoke(who.user, invitation)
    with pytest.raises(NotFound):
        invitations.accept(ann, token)
    with pytest.raises(WrongState):
        invitations.revoke(who.user, invitation)
    assert Event.objects.filter(type="PROJECT.INVITATION.REMOVE").exists()


def test_an_invitation_taken_back_before_it_is_sent_is_not_sent(mailoutbox):
    who = make_personas()
    invitation = invitations.invite(who.user, make_project(who.user), email=ADDRESS)
    invitations.revoke(who.user, invitation)
    run_jobs()
    assert mailoutbox == []


def test_an_invitation_that_no_mail_server_takes_is_taken_back(monkeypatch):
    refused = []

    def refuse(*message, **options):
        refused.append(message)
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr(send_invitation, "send_mail", refuse)
    who = make_personas()
    invitation = invitations.invite(who.user, make_project(who.user), email=ADDRESS)
    job = run_job(Job.objects.get(subject_uuid=invitation.uuid))
    invitation.refresh_from_db()
    assert job.state == "failed"
    assert len(refused) > 1
    assert (invitation.state, invitation.sealed_token) == (states.REVOKED, "")
    assert "mail server" in job.message


def test_those_who_look_after_the_project_invite():
    who = make_personas()
    project = make_project(who.user)
    make_member(project, account=account_of(who.neighbour))
    assert invitations.invite(who.domain_admin, project, email="b@example.org").project == project
    with pytest.raises(NotPermitted):
        invitations.invite(who.neighbour, project, email=ADDRESS)
    with pytest.raises(NotFound):
        invitations.invite(who.other_domain_admin, project, email=ADDRESS)


def test_nobody_offers_a_role_that_may_more_than_they():
    who = make_personas()
    project = make_project(who.user)
    rules = [Line("invitation.*", True), Line("*.read", True)]
    project_roles.create(who.user, project, name="Inviters", rules=rules)
    make_member(project, account=account_of(who.neighbour), role="Inviters")
    with pytest.raises(NotPermitted):
        admin = project.roles.get(name="Admin").uuid
        invitations.invite(who.neighbour, project, email=ADDRESS, role_uuid=admin)
    reading = project_roles.create(who.user, project, name="Readers", rules=[Line("*.read", True)])
    made = invitations.invite(who.neighbour, project, email=ADDRESS, role_uuid=reading.uuid)
    assert made.role == reading


@pytest.mark.parametrize("address", ["", "nowhere", "a@example.org\nBcc: everybody@example.org"])
def test_what_is_no_address_is_refused(address):
    who = make_personas()
    with pytest.raises(InvalidInput) as refusal:
        invitations.invite(who.user, make_project(who.user), email=address)
    assert "email" in refusal.value.fields


def test_an_address_is_invited_once_at_a_time(invited):
    who, project, _, invitation, _ = invited
    with pytest.raises(Conflict):
        invitations.invite(who.user, project, email=ADDRESS.lower())
    invitations.revoke(who.user, invitation)
    assert invitations.invite(who.user, project, email=ADDRESS).state == states.PENDING


def test_a_project_sends_only_so_many(monkeypatch):
    monkeypatch.setattr(invitations, "MOST_PENDING", 2)
    who = make_personas()
    project = make_project(who.user)
    for number in range(2):
        invitations.invite(who.user, project, email=f"a{number}@example.org")
    with pytest.raises(Conflict):
        invitations.invite(who.user, project, email=ADDRESS)


def test_taking_back_makes_no_room_for_more_on_the_same_day(monkeypatch):
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    who = make_personas()
    project, another = make_project(who.user), make_project(who.user)
    for number in range(2):
        made = invitations.invite(who.user, project, email=f"a{number}@example.org")
        invitations.revoke(who.user, made)
    for one in (project, another):
        with pytest.raises(Conflict) as refusal:
            invitations.invite(who.user, one, email=ADDRESS)
        assert "within a day" in refusal.value.detail
    assert (
        invitations.invite(who.neighbour, make_project(who.neighbour), email=ADDRESS).state == states.PENDING
    )
    tomorrow = clock.now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert invitations.invite(who.user, project, email=ADDRESS).state == states.PENDING


def test_a_suspended_project_invites_and_takes_nobody(invited):
    who, project, ann, _, token = invited
    projects.suspend(who.user, project)
    with pytest.raises(Conflict):
        invitations.accept(ann, token)
    with pytest.raises(Conflict):
        invitations.invite(who.user, project, email="b@example.org")


def test_lists_show_invitations_to_those_in_the_project(invited):
    who, project, ann, invitation, _ = invited
    for seer in (who.user, who.domain_admin):
        assert queries.invitation_for(seer, invitation.uuid) == invitation
        assert list(queries.invitations_for(seer, project)) == [invitation]
    for stranger in (who.neighbour, who.other_domain_admin, ann):
        with pytest.raises(NotFound):
            queries.invitation_for(stranger, invitation.uuid)


def test_a_list_opens_no_seal(invited):
    who, project = invited[:2]
    shown = queries.invitations_for(who.user, project).get()
    assert {"sealed_token", "token_hash"} <= shown.get_deferred_fields()
    assert isinstance(Invitation.objects.get(pk=shown.pk).sealed_token, Secret)


@pytest.mark.django_db(transaction=True)
def test_many_who_accept_at_once_are_one_member(mailoutbox):
    who = make_personas()
    project = make_project(who.user)
    invitations.invite(who.user, project, email=ADDRESS)
    run_jobs()
    token = token_in(mailoutbox[0])
    people = [person(who.domain) for _ in range(8)]
    at_once(8, lambda number: invitations.accept(people[number], token))
    assert project.members.exclude(user=None).count() == 1
