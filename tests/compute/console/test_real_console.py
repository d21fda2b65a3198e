"""The console of a real guest in a real browser: its login prompt is seen, and what is typed arrives in it."""

import pytest
from playwright.sync_api import expect

from compute.console import looking
from tests.contracts.waiting import wait_until
from tests.support.browser import visiting
from tests.support.real_cloud import (  # noqa: F401
    await_agent,
    in_guest,
    libvirtd_process,
    private_libvirtd,
    real_cloud,
)

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PROMPT_SECONDS = 60
# As fast as people type who are fast; an emulated guest loses keys that come faster.
KEY_MS = 30
# How many points of the canvas are lit.
LIT = """
() => {
  const canvas = document.querySelector("#console-screen canvas");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let lit = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] > 96) lit += 1;
  return lit;
}
"""


@pytest.fixture
def cloud(real_cloud):  # noqa: F811
    return real_cloud


@pytest.fixture
def at_prompt(cloud, tenant, instance):
    """The instance, once its guest asks on its serial line and on its screen who is there."""
    wait_until(
        lambda: "guest login:" in looking.serial_log(tenant, instance).text.replace(instance.name, "guest"),
        timeout_seconds=PROMPT_SECONDS,
        pause_seconds=0.3,
    )
    await_agent(cloud, instance)
    return instance


def screen_text(cloud, instance):
    """The words on the guest's first terminal, as the kernel keeps them."""
    return in_guest(cloud, instance, "cat /dev/vcs1 2>/dev/null || dd if=/dev/vcs1 2>/dev/null")


def is_file(cloud, instance, name):
    return in_guest(cloud, instance, f"test -f /tmp/{name} && echo yes || true") == "yes\n"


def test_the_prompt_is_seen_and_what_is_typed_arrives(chromium_browser, server, person, cloud, at_prompt):
    with visiting(chromium_browser, server, person) as visitor:
        page = visitor.go(f"/instances/{at_prompt.uuid}/console/")
        expect(page.locator("#console-status")).to_have_text("Connected.", timeout=10000)
        wait_until(lambda: page.evaluate(LIT) > 100, timeout_seconds=10, pause_seconds=0.2)

        page.keyboard.type("root\n", delay=KEY_MS)
        wait_until(lambda: "#" in screen_text(cloud, at_prompt), timeout_seconds=10, pause_seconds=0.3)
        page.keyboard.type("touch /tmp/by-key\n", delay=KEY_MS)
        wait_until(lambda: is_file(cloud, at_prompt, "by-key"), timeout_seconds=10, pause_seconds=0.3)

        # Characters with the keys that they take on the instance's keyboard: here no Shift is ever held.
        page.select_option("#console-keyboard", "us")
        page.keyboard.type("echo 'Its {|@~}' > /tmp/by-character\n", delay=KEY_MS)
        wait_until(lambda: is_file(cloud, at_prompt, "by-character"), timeout_seconds=10, pause_seconds=0.3)
        page.click("#console-paste")
        page.fill("#console-words", 'cp /tmp/by-character "/tmp/PASTED"\n')
        page.click("#console-text button")
        wait_until(lambda: is_file(cloud, at_prompt, "PASTED"), timeout_seconds=10, pause_seconds=0.3)
        assert in_guest(cloud, at_prompt, "cat /tmp/PASTED") == "Its {|@~}\n"

        assert f"{at_prompt.name} login:" in screen_text(cloud, at_prompt)
        picture = page.request.get(f"{server.url}/instances/{at_prompt.uuid}/screenshot/")
        assert picture.headers["content-type"] == "image/png"

        cloud.daemon.domain(at_prompt.uuid).destroy()
        expect(page.locator("#console-status")).to_contain_text("switched off", timeout=10000)
        expect(page.locator("#console-again")).to_be_visible()
        # Chromium advises whoever reads pixels again and again, which only this test does.
        assert [one for one in visitor.complaints if not one.startswith("Canvas2D")] == []
