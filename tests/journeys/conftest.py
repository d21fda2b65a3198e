import pytest

from tests.support import demonstration


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration with real guests, serving."""
    started = demonstration.start(tmp_path_factory.mktemp("demo"))
    yield started
    demonstration.end(started)


@pytest.fixture
def another_page(chromium_browser):
    """A second browser, of somebody else."""
    context = chromium_browser.new_context()
    yield context.new_page()
    context.close()
