import pytest

from tests.support.demonstration import Demonstration


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration with real guests, serving. When it is over, what its worker did last is printed."""
    demonstration = Demonstration(tmp_path_factory.mktemp("demo"))
    try:
        demonstration.start()
        yield demonstration
    finally:
        demonstration.end()
        print((demonstration.directory / "log" / "worker.log").read_text()[-5000:])


@pytest.fixture
def another_page(chromium_browser):
    """A second browser, of somebody else."""
    context = chromium_browser.new_context()
    yield context.new_page()
    context.close()
