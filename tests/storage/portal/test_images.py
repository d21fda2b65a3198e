"""Pages by which images come in and are shared, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from cloudportal.jobs.models import Job
from storage.models import Template, TemplateGrant
from tests.support.browser import PHONE, visiting
from tests.support.factories import account_of, make_personas, make_project
from tests.support.factories_infra import make_iso, make_template, qcow2_bytes
from tests.support.jobs import run_jobs
from tests.support.pages import PageClient

IMAGE = qcow2_bytes(salt=b"by page")
DESCRIBED = {"name": "Mine", "format": "qcow2", "minimum_memory_mib": "0", "minimum_disk_gib": "0"}


@pytest.fixture
def people():
    return make_personas()


@pytest.mark.django_db
class TestPages:
    def test_a_user_registers_from_the_web_and_is_asked_for_no_file_of_the_server(self, people):
        page = PageClient(people.user).get("template-add")
        assert not [one for one in page.walk() if one["name"] in ("source_file", "is_public")]
        page = PageClient(people.user).post(
            "template-add", **DESCRIBED, url="https://mirror.example.org/x.qcow2"
        )
        assert page.title == "Mine"
        assert Template.objects.get().source_url == "https://mirror.example.org/x.qcow2"

    def test_an_address_that_cannot_be_fetched_is_told_beside_its_field(self, people):
        page = PageClient(people.user).post("template-add", **DESCRIBED, url="file:///etc/passwd")
        assert page.status == 400
        assert "https://" in page.source

    def test_the_page_that_takes_the_file_has_the_ticket_and_the_template_waits(self, people):
        page = PageClient(people.user).post("template-send", **DESCRIBED)
        assert page.field("ticket")["value"]
        assert page.one("form", id="upload")["enctype"] == "multipart/form-data"
        template = Template.objects.get()
        assert template.state == "uploading"
        assert PageClient(people.user).get("template", template.uuid).button("Upload the image")

    def test_a_shared_template_is_seen_by_the_project_and_can_be_taken_back(self, people):
        template = make_template(account_of(people.user), is_public=False)
        project = make_project(people.user)
        browser = PageClient(people.user)
        browser.post("template-share", template.uuid, whom=f"project:{project.uuid}")
        grant = TemplateGrant.objects.get()
        assert grant.account_id == project.account_id
        assert [str(project.account), "just now"] in browser.get("template", template.uuid).rows()
        browser.post("template-unshare", template.uuid, whom=str(grant.uuid))
        assert not TemplateGrant.objects.exists()

    def test_a_download_begins_at_once(self, people):
        template = make_template(account_of(people.user), is_public=False)
        answer = PageClient(people.user).send("template-extract", template.uuid)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/transfers/downloads/")

    def test_isos_are_told_from_templates(self, people):
        make_iso(name="Installer")
        make_template(name="Debian")
        page = PageClient(people.user).get("templates", kind="iso")
        assert [row[0] for row in page.rows()] == ["Installer"]


@pytest.fixture
def person(people, chromium_browser, live_server):
    """`person(scripts=…)` opens a window of the user."""
    windows = []

    def opened(**options):
        windows.append(visiting(chromium_browser, live_server, people.user, **options))
        return windows[-1].__enter__()

    yield opened
    for window in windows:
        window.__exit__(None, None, None)


@pytest.mark.real
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_browser_sends_an_image(people, person, tmp_path, scripts):
    path = tmp_path / "image.qcow2"
    path.write_bytes(IMAGE)
    visitor = person(scripts=scripts, viewport=PHONE)
    page = visitor.go("/templates/send/")
    page.get_by_label("Name", exact=True).fill("Mine")
    page.get_by_role("button", name="Go on to the file").click()
    assert not visitor.is_too_wide
    page.locator("#upload-file").set_input_files(path)
    page.get_by_role("button", name="Upload").click()
    expect(page).to_have_url(re.compile(r"/templates/[0-9a-f-]{36}/$"))
    run_jobs()
    assert Template.objects.get().state == "ready", Job.objects.latest("id").message
    assert visitor.complaints == []
