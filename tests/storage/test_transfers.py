"""Files on their way in and out: tickets, pieces, forms, links."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cloudportal.core import clock
from cloudportal.core.errors import Conflict, InvalidInput, LimitReached, NotFound, WrongState
from cloudportal.jobs import services as jobs
from cloudportal.jobs.models import Job
from storage import housekeeping, parts, store
from storage.models import Template, Upload
from storage.services import downloads, registration, templates, uploads
from storage.services.registration import TemplateUpload
from storage.transfers import download_address, upload_address
from tenants.models import Counter, User
from tenants.services import users
from tests.support.clients import RestClient
from tests.support.factories import make_personas
from tests.support.factories_infra import make_template, qcow2_bytes
from tests.support.jobs import run_job

pytestmark = pytest.mark.django_db

IMAGE = qcow2_bytes(salt=b"sent")


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.STATE_DIR = tmp_path


@pytest.fixture
def people():
    return make_personas()


def waiting(caller, **more):
    return registration.upload(caller, TemplateUpload(name="Sent", format="qcow2", **more))


def send(ticket, content, offset=0, *, secret=None, is_last=False):
    headers = {"Upload-Ticket": secret or ticket.secret, "Upload-Offset": str(offset)}
    return Client().put(
        upload_address(ticket.upload.uuid),
        content,
        content_type="application/octet-stream",
        headers={**headers, **({"Upload-Complete": "?1"} if is_last else {})},
    )


def where(ticket):
    answer = Client().head(upload_address(ticket.upload.uuid), headers={"Upload-Ticket": ticket.secret})
    return answer.headers.get("Upload-Offset")


def signed_in(caller):
    browser = Client(enforce_csrf_checks=True)
    found = User.objects.get(uuid=caller.user_uuid)
    browser.force_login(found, backend="tenants.authentication.LocalPasswords")
    return browser


def test_a_template_waits_for_its_image_and_takes_it_in_pieces(people):
    template, ticket = waiting(people.user, size_bytes=len(IMAGE))
    assert template.state == "uploading"
    assert send(ticket, IMAGE[:1000]).status_code == 204
    assert where(ticket) == "1000"
    answer = send(ticket, IMAGE[1000:], 1000)
    assert answer.status_code == 202
    assert run_job(Job.objects.get(uuid=answer.json()["job"])).state == "done"
    template.refresh_from_db()
    assert (template.state, template.checksum) == ("ready", hashlib.sha256(IMAGE).hexdigest())
    assert parts.owners() == []


def test_without_a_size_the_sender_says_when_all_is_there(people):
    _, ticket = waiting(people.user)
    assert send(ticket, IMAGE, is_last=True).status_code == 202


def test_a_ticket_is_good_once(people):
    _, ticket = waiting(people.user, size_bytes=len(IMAGE))
    send(ticket, IMAGE)
    assert send(ticket, IMAGE).status_code == 404
    assert where(ticket) is None


def test_only_the_ticket_opens_the_door(people):
    _, ticket = waiting(people.user)
    assert send(ticket, b"evil", secret="x" * 43).status_code == 404
    assert Client().put(upload_address(ticket.upload.uuid), b"evil").status_code == 404
    assert where(ticket) == "0"
    assert ticket.secret not in str(Upload.objects.values())


def test_a_ticket_ends_with_its_time(people):
    template, ticket = waiting(people.user)
    send(ticket, IMAGE[:1000])
    Upload.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert send(ticket, IMAGE[1000:], 1000).status_code == 404
    assert housekeeping.clear_uploads() == 1
    template.refresh_from_db()
    assert template.state == "error"
    assert parts.owners() == []


def test_every_piece_prolongs_the_ticket(people):
    _, ticket = waiting(people.user)
    Upload.objects.update(expires_at=clock.now() + timedelta(seconds=5))
    send(ticket, IMAGE[:1000])
    assert Upload.objects.get().expires_at > clock.now() + timedelta(seconds=60)


def test_a_piece_goes_where_the_file_ends_and_nowhere_else(people):
    _, ticket = waiting(people.user)
    send(ticket, IMAGE[:1000])
    for offset in (0, 500, 1001):
        answer = send(ticket, b"evil", offset)
        assert (answer.status_code, answer.json()["values"]["received_bytes"]) == (409, 1000)
    assert where(ticket) == "1000"


def test_more_than_was_said_or_allowed_is_refused_before_it_is_read(people):
    _, ticket = waiting(people.user, size_bytes=10)
    assert send(ticket, IMAGE).status_code == 400
    with pytest.raises(InvalidInput):
        waiting(people.user, size_bytes=2**60)
    assert where(ticket) == "0"


@pytest.mark.parametrize("offset", ["-1", "x", "1" * 20, "٣"])
def test_an_offset_is_a_number(people, offset):
    _, ticket = waiting(people.user)
    assert send(ticket, b"evil", offset.encode().decode("latin-1")).status_code == 400


class Breaking(io.BytesIO):
    """A body whose sender goes away."""

    def read(self, size=-1):
        chunk = super().read(600)
        if not chunk:
            raise OSError("connection lost")
        return chunk


def test_what_came_before_the_line_broke_is_kept(people):
    _, ticket = waiting(people.user)
    assert uploads.append(ticket.upload, Breaking(IMAGE[:1000]), offset=0) == 1000
    assert send(ticket, IMAGE[1000:], 1000, is_last=True).status_code == 202


def test_of_two_that_bring_the_same_piece_one_wins(people):
    _, ticket = waiting(people.user)
    owner = ticket.upload.uuid
    with (
        parts.Draft(owner, offset=0, limit_bytes=100) as first,
        parts.Draft(owner, offset=0, limit_bytes=100) as second,
    ):
        first.write(b"first")
        second.write(b"second")
        first.place()
        with pytest.raises(Conflict):
            second.place()
    assert parts.opened(owner).read() == b"first"


def test_a_slow_writer_cannot_change_what_was_handed_over(people):
    _, ticket = waiting(people.user)
    owner = ticket.upload.uuid
    with parts.Draft(owner, offset=0, limit_bytes=10**6) as late:
        late.write(b"evil")
        send(ticket, IMAGE, is_last=True)
        with pytest.raises(Conflict):
            late.place()
    assert parts.opened(owner).read() == IMAGE


def test_a_form_without_scripts_sends_the_file_in_one_go(people):
    template, ticket = waiting(people.user)
    browser = signed_in(people.user)
    values = {"ticket": ticket.secret, "file": SimpleUploadedFile("../../evil.qcow2", IMAGE)}
    answer = browser.post(upload_address(ticket.upload.uuid), values)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/templates/{template.uuid}/")
    run_job(Job.objects.get(kind="template.fetch"))
    template.refresh_from_db()
    assert template.state == "ready"


def test_a_form_from_another_site_has_no_ticket(people):
    _, ticket = waiting(people.user)
    values = {"ticket": "guessed", "file": SimpleUploadedFile("x", IMAGE)}
    answer = signed_in(people.user).post(upload_address(ticket.upload.uuid), values)
    assert answer.status_code == 404
    assert parts.received_bytes(ticket.upload.uuid) == 0


def test_a_form_is_read_only_for_whoever_may_see_the_upload(people):
    _, ticket = waiting(people.user)
    values = {"ticket": ticket.secret, "file": SimpleUploadedFile("x", IMAGE)}
    address = upload_address(ticket.upload.uuid)
    assert signed_in(people.neighbour).post(address, values).status_code == 404
    values["file"].seek(0)
    assert Client().post(address, values).headers["Location"].startswith("/sign-in/")
    assert parts.owners() == []


def test_a_form_with_too_much_is_stopped_on_the_way(people):
    _, ticket = waiting(people.user, size_bytes=1000)
    values = {"ticket": ticket.secret, "file": SimpleUploadedFile("x", IMAGE)}
    assert signed_in(people.user).post(upload_address(ticket.upload.uuid), values).status_code == 400
    assert parts.received_bytes(ticket.upload.uuid) == 0


def test_what_was_sent_is_inspected_like_everything_else(people):
    template, ticket = waiting(people.user)
    run_job(Job.objects.get(uuid=send(ticket, b"no image" * 64, is_last=True).json()["job"]))
    template.refresh_from_db()
    assert (template.state, parts.owners(), store.checksums()) == ("error", [], [])


def test_what_was_sent_is_what_was_said_of_it(people):
    _, ticket = waiting(people.user, checksum=f"sha512:{'0' * 128}")
    job = run_job(Job.objects.get(uuid=send(ticket, IMAGE, is_last=True).json()["job"]))
    assert hashlib.sha512(IMAGE).hexdigest() in job.message


def test_after_a_refusal_it_can_be_sent_again_but_not_by_the_job(people):
    template, ticket = waiting(people.user)
    job = run_job(Job.objects.get(uuid=send(ticket, b"no image", is_last=True).json()["job"]))
    with pytest.raises(WrongState):
        jobs.retry(people.domain_admin, job)
    template.refresh_from_db()
    again = registration.upload_again(people.user, template)
    assert send(again, IMAGE, is_last=True).status_code == 202
    run_job(Job.objects.latest("id"))
    template.refresh_from_db()
    assert template.state == "ready"


def test_a_new_ticket_ends_the_old_one(people):
    template, ticket = waiting(people.user)
    registration.upload_again(people.user, template)
    assert send(ticket, IMAGE).status_code == 404


def test_a_deleted_template_takes_no_image(people):
    template, ticket = waiting(people.user)
    send(ticket, IMAGE[:1000])
    run_job(templates.delete(people.user, template))
    assert send(ticket, IMAGE[1000:], 1000).status_code == 404
    assert housekeeping.clear_uploads() == 1


def test_whoever_may_not_sign_in_any_more_finishes_nothing(people):
    template, ticket = waiting(people.user)
    users.disable(people.root_admin, User.objects.get(uuid=people.user.user_uuid))
    assert send(ticket, IMAGE, is_last=True).status_code == 401
    template.refresh_from_db()
    assert template.state == "uploading"


def test_an_upload_counts_as_a_template_from_the_beginning(people):
    Counter.objects.filter(
        level="account", owner_id=people.user.owner.account_id, resource="templates"
    ).update(maximum=0)
    with pytest.raises(LimitReached):
        waiting(people.user)
    assert not Template.objects.exists()


def test_over_rest_the_ticket_is_told_once(people):
    rest = RestClient(people.user)
    made = rest.post(
        "template-uploads/", {"name": "Sent", "format": "qcow2", "size_bytes": len(IMAGE)}
    ).json()
    answer = Client().put(
        made["address"],
        IMAGE,
        content_type="application/octet-stream",
        headers={"Upload-Ticket": made["ticket"]},
    )
    assert answer.status_code == 202
    uuid = made["subject"]["uuid"]
    assert rest.get(f"templates/{uuid}/").json()["state"] == "fetching"
    assert rest.post(f"templates/{uuid}/upload/").status_code == 409


def linked(caller):
    template = make_template()
    return template, downloads.open_for(caller, "template", template, extension="qcow2")


def test_a_link_gives_the_file_to_whoever_has_it_until_it_ends(people):
    template, link = linked(people.root_admin)
    address = download_address(link.download.uuid, link.secret)
    answer = Client().get(address)
    content = b"".join(answer.streaming_content)
    assert hashlib.sha256(content).hexdigest() == template.checksum
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{template.name}.qcow2"'
    Upload.objects.update(expires_at=clock.now())
    assert Client().get(download_address(link.download.uuid, "x")).status_code == 404
    link.download.__class__.objects.update(expires_at=clock.now())
    assert Client().get(address).status_code == 404
    assert link.secret not in str(link.download.__dict__)


def test_an_interrupted_download_goes_on(people):
    template, link = linked(people.root_admin)
    address = download_address(link.download.uuid, link.secret)
    answer = Client().get(address, headers={"Range": "bytes=1000-"})
    rest = b"".join(answer.streaming_content)
    assert (answer.status_code, len(rest)) == (206, template.size_bytes - 1000)
    assert answer.headers["Content-Range"] == f"bytes 1000-{template.size_bytes - 1}/{template.size_bytes}"


@pytest.mark.parametrize(
    "header", ["bytes=5-9", "bytes=-5", "bytes=1-,3-", "bytes=99999999-", "lines=1-", "bytes=x-"]
)
def test_other_ranges_are_answered_with_the_whole_file(people, header):
    template, link = linked(people.root_admin)
    answer = Client().get(download_address(link.download.uuid, link.secret), headers={"Range": header})
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(template.size_bytes))
    answer.close()


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"b\r\nX: y', "", "ünïcode", "." * 20, "x" * 300])
def test_a_file_is_offered_under_a_name_that_any_system_takes(name):
    found = downloads.file_name(name, "iso")
    assert len(found) < 120
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not found.startswith(".")


def test_nobody_finds_an_upload_that_never_was(people):
    with pytest.raises(NotFound):
        uploads.upload_with("00000000-0000-0000-0000-000000000001", "x")
