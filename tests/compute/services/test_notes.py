"""Notes about instances: signed, for whoever sees the instance, and for nobody else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudportal.core import plans
from cloudportal.core.errors import InvalidInput, NotFound, NotPermitted
from cloudportal.events.models import Event
from compute.models import Instance, InstanceNote
from compute.note_queries import note_for, notes_for
from compute.services.instances import notes
from compute.services.instances.notes import NoteValues, _checked
from tests.support.factories import account_of, make_caller
from tests.support.factories_compute import submit_deployment

pytestmark = pytest.mark.django_db


@pytest.fixture
def instance(cloud, tenant):
    return submit_deployment(cloud, tenant, start=False)[0]


def test_a_note_is_signed_and_told_without_its_words(tenant, instance):
    note = notes.add(tenant, instance, NoteValues(text=" Call Ada first.\r\nThen stop it. "))
    assert (note.text, note.author_name) == ("Call Ada first.\nThen stop it.", tenant.user_name)
    event = Event.objects.get(type="ANNOTATION.CREATE")
    assert "Ada" not in f"{event.sentence}{event.after}"


def test_a_stranger_and_a_former_owner_find_no_note(tenant, instance):
    note = notes.add(tenant, instance, NoteValues(text="Mine."))
    stranger = make_caller()
    with pytest.raises(NotFound):
        note_for(stranger, note.uuid)
    Instance.objects.update(account=account_of(stranger))
    assert list(notes_for(stranger)) == [note]
    with pytest.raises(NotFound):
        note_for(tenant, note.uuid)


def test_what_is_for_operators_is_theirs_to_write_and_to_read(tenant, root, instance):
    with pytest.raises(NotPermitted):
        notes.add(tenant, instance, NoteValues(text="Psst.", is_for_operators=True))
    note = notes.add(root, instance, NoteValues(text="Psst.", is_for_operators=True))
    assert list(notes_for(root, instance)) == [note]
    assert list(notes_for(tenant, instance)) == []


def test_a_note_can_be_deleted_and_a_plan_keeps_it(tenant, instance):
    note = notes.add(tenant, instance, NoteValues(text="Mine."))
    assert plans.planned(lambda: notes.delete(tenant, note)).effects
    assert InstanceNote.objects.exists()
    notes.delete(tenant, note_for(tenant, note.uuid))
    assert not InstanceNote.objects.exists()


@pytest.mark.parametrize("text", ["", " \n ", "x" * 4001, "bell\a", "zero\0"])
def test_a_note_is_plain_text_of_some_length(tenant, instance, text):
    with pytest.raises(InvalidInput):
        notes.add(tenant, instance, NoteValues(text=text))


@settings(max_examples=50, database=None)
@given(st.text(max_size=200))
def test_whatever_is_kept_can_be_shown(text):
    try:
        kept = _checked(text)
    except InvalidInput:
        return
    assert all(letter.isprintable() or letter in "\n\t" for letter in kept)
